"""A sentence -> samples, by Piper: a program of the user's, at the other end of two pipes.

Its licence is the GPL, so nothing of it is in here: it reads lines and writes raw samples, of which
nothing says where a line's end. But it takes its next line only when it has written all of the last
one. So each sentence is followed by an empty line, which it skips: once that has been taken out of
the pipe, the sentence is over.
"""

import array
import fcntl
import os
import select
import termios
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

LOOK_MS: Final = 10
STARTS_WITHIN_S: Final = 90.0
"""To load a voice and make the first sound: 3 s on a desk's machine."""
STUCK_AFTER_S: Final = 30.0
"""Without a sign of life within a sentence, which comes in one piece when it is ready."""
MOST_SOUND_S: Final = 120
"""Of one sentence; a packet holds 4 KiB of text."""
LEAST_SOUND_S: Final = 0.5
"""Of the sentence that is made before anybody speaks: less is no speech."""
TRIED: Final = "It is twelve, and the keys are in the blue bowl."
EMPTY_LINE: Final = b"\n"
READ_BYTES: Final = 1 << 16

Sound = npt.NDArray[np.int16]


class ProgramFailed(RuntimeError):
    """The program has ended, says nothing or says what is no speech; its voice is lost."""


class Piper:
    """One running program. Not for two threads at once."""

    def __init__(self, text_fd: int, sound_fd: int, rate_hz: int) -> None:
        """Take the ends of its pipes: where it is told a text, and where its samples come."""
        self._text_fd, self._sound_fd, self.rate_hz = text_fd, sound_fd, rate_hz
        self._has_sound = select.poll()
        self._has_sound.register(sound_fd, select.POLLIN)
        self._owes = False
        """Whether some of the last sentence, which was not wanted any more, is still to come."""

    def start(self) -> None:
        """Wait until it speaks; raise ProgramFailed."""
        sound = self._joined(self._asked(TRIED, STARTS_WITHIN_S))
        if len(sound) < LEAST_SOUND_S * self.rate_hz:
            raise ProgramFailed("it makes no sound of a sentence")

    def sound(self, text: str, is_wanted: Callable[[], bool] = lambda: True) -> Sound:
        """Return a text spoken, int16 (n,) at `rate_hz`; none once it is not wanted.

        Raises ProgramFailed.
        """
        if self._owes:
            for _ in self._all_of_it(STUCK_AFTER_S):
                if not is_wanted():
                    return np.zeros(0, np.int16)
            self._owes = False
        pieces = []
        for piece in self._asked(text, STUCK_AFTER_S):
            pieces.append(piece)
            if not is_wanted():
                self._owes = True
                return np.zeros(0, np.int16)
        return self._joined(pieces)

    def _joined(self, pieces: Iterable[bytes]) -> Sound:
        data = b"".join(pieces)
        if len(data) % 2:
            raise ProgramFailed("what it writes is no 16-bit sound")
        return np.frombuffer(data, np.int16)

    def _asked(self, text: str, within_s: float) -> Iterator[bytes]:
        """Yield what it writes, and nothing now and then, until it has said a text."""
        line = " ".join(text.replace("\0", " ").split())
        if not line:
            return
        self._tell(line.encode() + b"\n")
        yield from self._all_of_it(within_s)

    def _all_of_it(self, within_s: float) -> Iterator[bytes]:
        """Yield what comes until it has said all that it was told."""
        yield from self._until_taken(within_s)  # it has begun
        self._tell(EMPTY_LINE)
        yield from self._until_taken(within_s)

    def _until_taken(self, within_s: float) -> Iterator[bytes]:
        """Yield what comes until it has read all that it was told, and all of that has come."""
        until_s, count = time.monotonic() + within_s, 0
        while time.monotonic() < until_s:
            is_taken = self._untaken_bytes() == 0  # before the look: what it wrote is there then
            if not self._has_sound.poll(0 if is_taken else LOOK_MS):
                if is_taken:
                    return
                yield b""
                continue
            data = os.read(self._sound_fd, READ_BYTES)
            count += len(data)
            if not data:
                raise ProgramFailed("it has ended")
            if count > MOST_SOUND_S * self.rate_hz * 2:
                raise ProgramFailed("it does not stop to speak")
            until_s = time.monotonic() + within_s
            yield data
        raise ProgramFailed(f"it has said nothing for {within_s:.0f} s")

    def _tell(self, data: bytes) -> None:
        try:
            os.write(self._text_fd, data)
        except BrokenPipeError:
            raise ProgramFailed("it has ended") from None

    def _untaken_bytes(self) -> int:
        """Return how much of what it was told it has not read yet."""
        count = array.array("i", [0])
        fcntl.ioctl(self._text_fd, termios.FIONREAD, count)
        return count[0]
