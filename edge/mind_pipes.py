"""The two pipes between runtime and mind; the launcher keeps all four ends, so both can die."""

import contextlib
import os


class MindPipes:
    """Questions one way, answers the other, a packet each."""

    def __init__(self) -> None:
        self.asks_read, self.asks_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.answers_read, self.answers_write = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        os.set_blocking(self.answers_read, False)

    @property
    def of_runtime(self) -> tuple[int, int]:
        """What the runtime is given: where to ask, and where to hear."""
        return self.asks_write, self.answers_read

    def drain(self) -> None:
        """Throw away what a mind that died has answered: the next one's first word counts."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.answers_read, 4096):
                pass

    def close(self) -> None:
        """Give all ends back."""
        for end in (self.asks_read, self.asks_write, self.answers_read, self.answers_write):
            os.close(end)
