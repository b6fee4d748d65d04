"""What is said aloud, and when is the companion silent?

It speaks answers, sentence by sentence as they come, when nobody else speaks and it is not muted.
It is silent the moment that somebody begins to speak; what was left to say stays on the screen.
It knows what it said and when, so that its own words, should they be heard, are nobody's request.
"""

import asyncio
import contextlib
import difflib
import os
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from edge.garbled import GARBLED
from edge.messages import (
    Began,
    ChildDied,
    ContextPacket,
    Control,
    Enrolling,
    Hush,
    Leaves,
    MuteState,
    Overheard,
    Reply,
    SealState,
    Shown,
    Speak,
    Speaker,
    Speaking,
    SpeechStarted,
    Spoke,
    Telling,
    Transcript,
    Unclear,
    Voiced,
    VoiceProfile,
)
from edge.recall.words import tokens
from edge.runtime import sentences
from edge.runtime.answers_back import AnswersBack
from edge.runtime.present import Show

PACKET_BYTES: Final = 4096
RINGS_S: Final = 1.5
"""So long after the last word some of it may still be heard, or is still being understood."""
OWN_SHARE: Final = 0.6
LEAST_WORDS: Final = 2
"""An utterance is the companion's own if so many of its words, in this order, are being said."""
SAID_KEPT: Final = 16
LONGEST_UTTERANCE_S: Final = 30.0
"""So long after a beginning of which no end was told, the airlock's day being spent, it is over."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, and when it was heard, by `time.monotonic()`."""

    number: int
    text: str
    began_s: float = float("inf")
    ended_s: float = float("inf")


@dataclass(slots=True)
class _Growing:
    """A reply that is being spoken while it comes."""

    taken_characters: int = 0
    is_silent: bool = False
    """Whether the rest of it is not to be heard."""
    is_over: bool = False


class Mouth:
    """The runtime's side of the voice. It is silent until the launcher has checked the voice."""

    def __init__(self, pipes: tuple[int, int], show: Show, worn: AnswersBack | None = None) -> None:
        """Speak by one descriptor, and hear from the other what became of it; never wait.

        Where a wearable plays it (`worn`), only what is for that is said, once it is entered.
        """
        self._worn = worn
        (self._tells, self._hears), self._show = pipes, show
        for descriptor in pipes:
            os.set_blocking(descriptor, False)
        self._is_awake = self._is_muted = self._is_heard = False
        self._others_until_s = 0.0
        """Somebody speaks until then, if nothing else is heard of it."""
        self._number = 0
        self.heard_for_s = 0.0
        """From a question to the last word of its answer; 0 where that was not spoken."""
        self._asked_s = 0.0
        self._reply = _Growing(is_over=True)
        self._outstanding: dict[int, Said] = {}
        """What was asked for and is not over, by its number."""
        self._said: deque[Said] = deque(maxlen=SAID_KEPT)

    def told(self, message: Control) -> None:
        """Hear from the launcher whether there is a voice, and whether it may be heard."""
        match message:
            case SealState(process="voice"):
                self._wake()
            case ChildDied(process="voice"):
                self._sleep()
            case MuteState(muted=muted):
                self._is_muted = muted
                if muted:
                    self.hush()
            case Hush():  # who wears what plays it has heard enough
                self.hush()
            case ChildDied(process="chamber"):  # what was being said has no end any more
                self._others_until_s = 0.0

    def observed(self, message: Leaves) -> None:
        """Know whether somebody speaks."""
        match message:
            case SpeechStarted():
                self._others_until_s = time.monotonic() + LONGEST_UTTERANCE_S
                self.hush()
            case Transcript() | Unclear() | Overheard() | Enrolling() | VoiceProfile():
                self._others_until_s = 0.0

    def shown(self, message: Shown) -> None:
        """Say what there is to say in what is being shown; an answer begins with its context."""
        if isinstance(message, ContextPacket):
            self.hush()
            self._reply = _Growing()
            self._asked_s, self.heard_for_s = time.monotonic(), 0.0
        elif isinstance(message, Reply):
            self._say(message)

    @property
    def is_speaking_the_reply(self) -> bool:
        """Whether the newest reply is heard, or was to its end."""
        return not self._reply.is_silent

    def hush(self) -> None:
        """Be silent, and do not say the rest."""
        self._reply.is_silent = True
        if self._outstanding:
            self._tell(Hush())

    def is_own(self, heard: Transcript, ended_s: float) -> bool:
        """Say whether an utterance is what was just said, heard again."""
        if heard.speaker is Speaker.WEARER:
            return False
        began_s = ended_s - (heard.end_ms - heard.start_ms) / 1000
        meanwhile = [
            word
            for said in (*self._said, *self._outstanding.values())
            if said.began_s < ended_s and began_s < said.ended_s + RINGS_S
            for word in tokens(said.text)
        ]
        return mostly(tokens(heard.text), meanwhile)

    def _say(self, reply: Reply) -> None:
        if self._reply.is_over:  # nobody asked: a timer
            self._reply = _Growing()
            self._asked_s = time.monotonic()
        growing = self._reply
        is_elsewhere = self._worn is not None and not self._worn.goes_to_it(reply)
        if is_elsewhere or (not growing.taken_characters and self._may_not_begin()):
            growing.is_silent = True
        text = reply.text[growing.taken_characters :]
        ready, rest = sentences.taken(text, is_whole=not reply.partial)
        growing.taken_characters = len(reply.text) - len(rest)
        growing.is_over = not reply.partial
        for sentence in ready if not growing.is_silent else ():
            self._number += 1
            self._outstanding[self._number] = Said(self._number, sentence)
            if self._worn:
                self._worn.enter(sentence, reply)
            self._tell(Speak(self._number, sentence))

    def _may_not_begin(self) -> bool:
        return not self._is_awake or self._is_muted or time.monotonic() < self._others_until_s

    # --- the pipes -----------------------------------------------------------------------------

    def _wake(self) -> None:
        self._is_awake = True
        asyncio.get_running_loop().add_reader(self._hears, self._hear)

    def _sleep(self) -> None:
        self._is_awake = False
        asyncio.get_running_loop().remove_reader(self._hears)
        self._reply.is_silent = True
        for said in tuple(self._outstanding.values()):
            self._take(Spoke(said.number, 0, was_cut=True))

    def _tell(self, message: Telling) -> None:
        """Write a packet; a pipe that is full or has no reader is a voice that is not there."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._tells, msgspec.msgpack.encode(message))

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError, *GARBLED):
            packet = os.read(self._hears, PACKET_BYTES)
            self._take(msgspec.msgpack.decode(packet, type=Voiced))

    def _take(self, message: Voiced) -> None:
        said = self._outstanding.get(message.number)
        if not said:
            return
        if isinstance(message, Began):
            self._outstanding[said.number] = replace(said, began_s=time.monotonic())
            if self._worn:
                self._worn.begun(said.text)
            if not self._is_heard:
                self._is_heard = True
                self._show(Speaking(is_heard=True))
            return
        del self._outstanding[said.number]
        self._said.append(replace(said, ended_s=time.monotonic()))
        self.heard_for_s = time.monotonic() - self._asked_s
        if self._is_heard and not self._outstanding:
            self._is_heard = False
            if self._worn:
                self._worn.over(was_cut=message.was_cut)
            self._show(Speaking(is_heard=False, was_cut=message.was_cut))


def mostly(heard: list[str], said: list[str]) -> bool:
    """Say whether most of the words that were heard are among those said, in the same order."""
    same = difflib.SequenceMatcher(None, heard, said, autojunk=False).get_matching_blocks()
    count = sum(block.size for block in same)
    return count >= LEAST_WORDS and count >= OWN_SHARE * len(heard)
