"""Whose voice was that? The wearer's, another's, or nobody can tell.

The wearer is known by one embedding, which is learnt on command from what is said next and leaves
the chamber once; nothing else of any voice is kept. Who cannot be told from others is not taken
for the wearer: the mode in which others' words stay inside must fail on the closed side.
"""

import base64
from typing import Final, NamedTuple

import numpy as np

from edge.chamber.voice import WIDTH, Floats, Voice
from edge.clock import SAMPLE_RATE_HZ, to_ms
from edge.config import PrivacyMode
from edge.messages import Enrol, Enrolling, Speaker, VoiceProfile
from edge.signals import Samples
from edge.voice_profile import MODEL

SHORTEST_S: Final = 0.4
"""Less speech says too little: of half a second one decision in twenty is wrong already."""
LEAST_ALIKE: Final = {0.5: 0.62, 1.0: 0.66, 1.6: 0.68, 3.2: 0.72}
"""Seconds of speech, and the cosine from which it is the wearer's. A bystander passes in about one
case of a hundred at each length; measured with `offrecord bench speaker`."""
UNSURE: Final = 0.06
"""So far below that, nobody can tell; further below, it is another."""
ONE_VOICE: Final = 0.18
ALIKE_IN_PART: Final = 0.66
"""A part of 1.6 s is another voice's if it is so much less alike than the whole, and less alike
than this. Two seconds of another's behind the wearer's words are noticed, one second every other
time; in noise of 5 dB 93 and 66 of 100."""

FOUNDING_S: Final = 1.5
"""An utterance from which a voice can be learnt."""
SAME_VOICE: Final = 0.68
"""An utterance less alike than this to what was learnt so far is another's, and left out."""


class Verdict(NamedTuple):
    """Whose voice it was, and how alike to the wearer's in percent."""

    speaker: Speaker
    score: int


NOBODY_KNOWN: Final = Verdict(Speaker.UNKNOWN, 0)


class Learnt:
    """What has been heard of a voice since the command to learn it."""

    def __init__(self, wanted: Enrol) -> None:
        self._wanted_ms = wanted.speech_s * 1000
        self._begin_with(np.zeros((0, WIDTH), np.float32), 0)

    def _begin_with(self, windows: Floats, ms: int) -> None:
        self._sum: Floats = windows.sum(axis=0)
        self.heard_ms = ms
        self._left_out_ms = 0

    def add(self, windows: Floats, ms: int) -> None:
        """Add an utterance, if it is the same voice.

        The first one founds it. If more is left out than was taken, the first one was a stranger's,
        and it begins anew.
        """
        if not self.heard_ms:
            self._begin_with(windows, ms)
        elif _alike(windows, self.voice) >= SAME_VOICE and _is_one(windows, self.voice):
            self._sum += windows.sum(axis=0)
            self.heard_ms += ms
        else:
            self._left_out_ms += ms
            if self._left_out_ms > self.heard_ms:
                self._begin_with(windows, ms)

    @property
    def voice(self) -> Floats:
        """What was learnt, of unit length."""
        return _unit(self._sum)

    @property
    def is_enough(self) -> bool:
        """Whether as much was heard as was wanted."""
        return self.heard_ms >= self._wanted_ms


class WhoSpeaks:
    """Knows the wearer's voice from others. One thread judges and learns, another commands."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._wearer: Floats | None = None
        self._learnt: Learnt | None = None

    def warm_up(self) -> None:
        """Run once, so that the first utterance does not pay for it."""
        self._voice.warm_up()

    @property
    def is_learning(self) -> bool:
        """Whether what is said now is for learning the wearer's voice, and for nothing else."""
        return self._learnt is not None

    def know(self, profile: VoiceProfile) -> None:
        """Know the wearer from now on; a profile of another model says nothing."""
        if profile.model == MODEL:
            self._wearer = decoded(profile)

    def enrol(self, wanted: Enrol) -> None:
        """Learn the wearer's voice from what is said from now on."""
        self._learnt = Learnt(wanted)

    def judge(self, samples: Samples) -> Verdict:
        """Say whose speech this is."""
        seconds = len(samples) / SAMPLE_RATE_HZ
        if self._wearer is None or seconds < SHORTEST_S:
            return NOBODY_KNOWN
        return verdict(self._voice.embed(samples), self._wearer, seconds)

    def learn(self, samples: Samples) -> Enrolling | VoiceProfile:
        """Learn from an utterance; return how far this is, or, once, what was learnt."""
        learnt = self._learnt
        assert learnt
        if len(samples) >= FOUNDING_S * SAMPLE_RATE_HZ:
            learnt.add(self._voice.embed(samples), to_ms(len(samples)))
        if not learnt.is_enough:
            return Enrolling(learnt.heard_ms)
        profile = encoded(learnt.voice)
        self.know(profile)
        self._learnt = None
        return profile


def verdict(windows: Floats, wearer: Floats, seconds: float) -> Verdict:
    """Decide from the embeddings of an utterance: its whole, and its least alike part."""
    alike = _alike(windows, wearer)
    least = float(np.interp(seconds, list(LEAST_ALIKE), list(LEAST_ALIKE.values())))
    speaker = Speaker.UNKNOWN
    if alike >= least and _is_one(windows, wearer):
        speaker = Speaker.WEARER
    elif alike < least - UNSURE:
        speaker = Speaker.OTHER
    return Verdict(speaker, min(100, max(0, round(100 * alike))))


def may_cross(speaker: Speaker, mode: PrivacyMode, *, knows_voices: bool) -> bool:
    """Say whether the words may leave the chamber."""
    is_wearer_only = mode == "wearer" or (mode == "auto" and knows_voices)
    return speaker is Speaker.WEARER or not is_wearer_only


def encoded(voice: Floats) -> VoiceProfile:
    """Return a voice, float32 (256,), as it leaves and is kept: a signed byte a number."""
    digits = np.rint(voice / np.abs(voice).max() * 127).astype(np.int8)
    return VoiceProfile(base64.b64encode(digits.tobytes()).decode(), MODEL)


def decoded(profile: VoiceProfile) -> Floats:
    """Return the unit voice that `encoded` wrote."""
    return _unit(np.frombuffer(base64.b64decode(profile.code), np.int8).astype(np.float32))


def _is_one(windows: Floats, voice: Floats) -> bool:
    """Say whether no part of an utterance is another voice's than its whole."""
    least = min(ALIKE_IN_PART, _alike(windows, voice) - ONE_VOICE)
    return float((windows @ voice).min()) >= least


def _alike(windows: Floats, voice: Floats) -> float:
    """Return the cosine of an utterance's mean and a voice."""
    return float(_unit(windows.mean(axis=0)) @ voice)


def _unit(voice: Floats) -> Floats:
    unit: Floats = voice / max(float(np.linalg.norm(voice)), 1e-9)
    return unit
