"""One sentence after the other: made, played, told to the chamber, and reported when it is over.

A thread of its own speaks; whoever listens to the runtime queues sentences and hushes it. The
queue holds `MOST_SENTENCES`; one that finds no room is reported as cut and not played.
"""

import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import soxr

from edge.clock import SAMPLE_RATE_HZ
from edge.messages import Began, Speak, Spoke, Voiced
from edge.voice.reference import PIECE_MS, PIECE_SAMPLES, Reference

MOST_SENTENCES: Final = 64
Sound = npt.NDArray[np.int16]


class Engine(Protocol):
    """What makes sound of text: espeak-ng's library, or Piper."""

    rate_hz: int

    def sound(self, text: str, is_wanted: Callable[[], bool] = lambda: True) -> Sound:
        """Return int16 (n,) at `rate_hz`; less, or none, once it is not wanted."""


class Plays(Protocol):
    """What sound is heard by: `loudspeaker.Loudspeaker`, or `worn.Worn`. For one thread."""

    rate_hz: int

    def warm_up(self) -> None:
        """Do all that is loaded when it is first needed; nothing is heard of it."""

    def start(self) -> None:
        """Begin to play what is written from now on."""

    def write(self, sound: Sound) -> None:
        """Take int16 (n,), and wait until there is room for it."""

    @property
    def waiting_s(self) -> float:
        """How long what was written and has not been played will take."""

    @property
    def played_ms(self) -> int:
        """How much of what was written since `start` has been played."""

    def wait(self, is_wanted: Callable[[], bool]) -> None:
        """Wait until everything has been played, or is not wanted any more; then be silent."""

    def drop(self) -> None:
        """Be silent at once."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    speak: Speak
    hushes: int
    """How often it had been hushed when this was asked for."""


class Speaking:
    """Speaks what it is given, in order, until it is hushed."""

    def __init__(
        self,
        engine: Engine,
        loudspeaker: Plays,
        reference: Reference | None,
        report: Callable[[Voiced], None],
    ) -> None:
        """Take what makes sound, what plays it, who has to know, and whom to report to.

        A wearable takes its own echo out of what it hears: nobody has to know (None).
        """
        self._engine, self._loudspeaker = engine, loudspeaker
        self._reference, self._report = reference, report
        self._sentences: queue.Queue[_Wanted] = queue.Queue(MOST_SENTENCES)
        self._hushes = 0

    def add(self, speak: Speak) -> None:
        """Speak this when everything before it is spoken."""
        try:
            self._sentences.put_nowait(_Wanted(speak, self._hushes))
        except queue.Full:
            self._report(Spoke(speak.number, 0, was_cut=True))

    def hush(self) -> None:
        """Be silent within one piece; what was asked for until now is not spoken any more."""
        self._hushes += 1

    def run(self) -> None:
        """Speak, for ever, on a thread of its own."""
        while True:
            wanted = self._sentences.get()
            played_ms = 0
            if self._is_wanted(wanted):
                played_ms = self._say(wanted)
            was_cut = not self._is_wanted(wanted)
            self._report(Spoke(wanted.speak.number, played_ms, was_cut))

    def warm_up(self) -> None:
        """Make a sentence with all that is loaded when it is first needed, and play silence."""
        sound = self._engine.sound("It is 12:45, and 3.5 degrees in Zürich.")
        for piece, _ in self._pieces(sound):
            assert piece.dtype == np.int16
        self._loudspeaker.warm_up()

    def _is_wanted(self, wanted: _Wanted) -> bool:
        return wanted.hushes == self._hushes

    def _say(self, wanted: _Wanted) -> int:
        """Say one sentence and return how many milliseconds of it were heard."""
        sound = self._engine.sound(wanted.speak.text, lambda: self._is_wanted(wanted))
        loudspeaker = self._loudspeaker
        self._report(Began(wanted.speak.number))
        loudspeaker.start()
        for piece, echo in self._pieces(sound):
            if not self._is_wanted(wanted):
                break
            if self._reference:
                self._reference.tell(echo, time.monotonic() + loudspeaker.waiting_s)
            loudspeaker.write(piece)
        if not self._is_wanted(wanted):
            played_ms = loudspeaker.played_ms
            loudspeaker.drop()
            return played_ms
        loudspeaker.wait(lambda: self._is_wanted(wanted))
        return loudspeaker.played_ms

    def _pieces(self, sound: Sound) -> Iterator[tuple[Sound, Sound]]:
        """Yield `PIECE_MS` of sound at the loudspeaker's rate and, the same, at the chamber's."""
        made_hz, played_hz = self._engine.rate_hz, self._loudspeaker.rate_hz
        played = sound if made_hz == played_hz else soxr.resample(sound, made_hz, played_hz)
        echo = soxr.resample(sound, made_hz, SAMPLE_RATE_HZ)
        piece = played_hz * PIECE_MS // 1000
        for nth in range(-(-len(played) // piece)):
            yield (
                played[nth * piece : (nth + 1) * piece],
                echo[nth * PIECE_SAMPLES : (nth + 1) * PIECE_SAMPLES],
            )
