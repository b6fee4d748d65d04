"""Every way out that we could think of: what is tried, what may work, and who tries it.

`suite` starts the processes and judges them, `child` is such a process, `wanted` is what may work.
"""
