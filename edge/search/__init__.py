"""Which notes are about a question? By meaning and by words, with what was said around them.

`finder` asks the file of notes and the pure rest decides: what the question looks for (`sought`),
of which stretch of time it speaks (`when`), how close two texts are (`meaning`), and the order
(`ranking`).
"""
