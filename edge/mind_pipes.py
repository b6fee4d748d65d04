"""The two pipes between the runtime and mind or voice; the launcher keeps all four ends.

So either can die, and its pipes wait for the next one.
"""

import os


class MindPipes:
    """Questions one way, answers the other, a packet each."""

    def __init__(self) -> None:
        self.asks_read, self.asks_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.answers_read, self.answers_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)

    @property
    def of_runtime(self) -> tuple[int, int]:
        """What the runtime is given: where to ask, and where to hear."""
        return self.asks_write, self.answers_read

    def close(self) -> None:
        """Give all ends back."""
        for end in (self.asks_read, self.asks_write, self.answers_read, self.answers_write):
            os.close(end)
