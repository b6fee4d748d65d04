"""A sentence -> samples, by the library of espeak-ng where the user has installed it.

Only this process loads it (`docs/decisions/0015`). All that it needs is read before the seal: the
voice and its dictionary; a word in another script is then spelled, because its language stays shut.
"""

import ctypes
from collections.abc import Callable
from ctypes import c_char_p, c_int, c_short, c_size_t, c_uint, c_void_p
from typing import Final

import numpy as np
import numpy.typing as npt

from edge.seal import own

LIBRARY: Final = "libespeak-ng.so.1"
NOT_INSTALLED: Final = "espeak-ng is not installed; run `sudo apt install espeak-ng`"
SYNCHRONOUS: Final = 2
"""AUDIO_OUTPUT_SYNCHRONOUS: samples come while `espeak_Synth` runs, on its thread."""
PIECE_MS: Final = 60
"""How much sound comes at once: how soon a sentence that is no longer wanted is left."""
DO_NOT_EXIT: Final = 0x8000
RATE: Final = 1
"""espeakRATE, in words a minute."""
UTF8, BY_CHARACTER = 1, 1
GO_ON, STOP = 0, 1

Sound = npt.NDArray[np.int16]
_SAMPLES_COME: Final = ctypes.CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)


class NoEngine(RuntimeError):
    """There is nothing to speak with; one sentence with what to do."""


class Espeak:
    """One voice. Not for two threads at once."""

    def __init__(self, voice: str, words_per_minute: int) -> None:
        """Load the library and a voice; raise NoEngine."""
        try:
            self._library = ctypes.CDLL(LIBRARY)
        except OSError:
            raise NoEngine(NOT_INSTALLED) from None
        self._library.espeak_Synth.argtypes = (
            *(c_char_p, c_size_t, c_uint, c_int, c_uint, c_uint, c_void_p, c_void_p),
        )
        self.rate_hz = int(
            self._library.espeak_Initialize(SYNCHRONOUS, PIECE_MS, None, DO_NOT_EXIT)
        )
        if self.rate_hz <= 0:
            raise NoEngine(f"espeak-ng has no data; {NOT_INSTALLED.partition('; ')[2]}")
        if self._library.espeak_SetVoiceByName(c_char_p(voice.encode())):
            raise NoEngine(f"espeak-ng has no voice {voice!r}; `espeak-ng --voices` lists them")
        self._library.espeak_SetParameter(RATE, words_per_minute, 0)
        self._pieces: list[Sound] = []
        self._is_wanted: Callable[[], bool] = lambda: True
        self._callback = _SAMPLES_COME(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def make_ready_for_the_seal(self) -> None:
        """See `own.only_run`."""
        own.only_run(self._callback)

    def sound(self, text: str, is_wanted: Callable[[], bool] = lambda: True) -> Sound:
        """Return a text spoken, int16 (n,) at `rate_hz`; what there is once it is not wanted."""
        self._pieces, self._is_wanted = [], is_wanted
        data = text.replace("\0", " ").encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, BY_CHARACTER, 0, UTF8, None, None)
        return np.concatenate([np.zeros(0, np.int16), *self._pieces])

    def _take(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count:
            piece = np.ctypeslib.as_array((c_short * count).from_address(samples))
            self._pieces.append(piece.copy())
        return GO_ON if self._is_wanted() else STOP
