"""Is the wearer told from others, learnt from the right voice, and is a doubt never the wearer?"""

import hearing
import numpy as np
import pytest

from edge.chamber.speaker import (
    Learnt,
    WhoSpeaks,
    decoded,
    encoded,
    may_cross,
    verdict,
)
from edge.chamber.voice import WIDTH, Floats, Voice
from edge.config import PrivacyMode
from edge.messages import Enrol, Enrolling, Speaker, VoiceProfile
from edge.signals import Samples
from edge.voice_profile import MODEL

WEARER = [f"speech/1688-142285-{n:04}.flac" for n in range(6)]
BYSTANDER = [f"speech/2033-164914-{n:04}.flac" for n in range(4)]


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice(hearing.file("ge2e", "voice.onnx"))


@pytest.fixture(scope="module")
def who(voice: Voice) -> WhoSpeaks:
    """Somebody whose wearer is learnt from the first three clips."""
    knows = WhoSpeaks(voice)
    knows.enrol(Enrol(speech_s=25))
    learnt = [knows.learn(hearing.sound(name)) for name in WEARER[:2]]
    assert [type(each) for each in learnt] == [Enrolling, VoiceProfile]
    return knows


def unit(*numbers: float) -> Floats:
    vector = np.zeros(WIDTH, np.float32)
    vector[: len(numbers)] = numbers
    return vector / np.float32(np.linalg.norm(vector))


ME, STRANGER = unit(1), unit(0.5, 0.85)


def test_the_wearer_is_known_in_other_sentences(who: WhoSpeaks) -> None:
    assert {who.judge(hearing.sound(name)).speaker for name in WEARER[2:]} == {Speaker.WEARER}


def test_a_bystander_is_another(who: WhoSpeaks) -> None:
    assert {who.judge(hearing.sound(name)).speaker for name in BYSTANDER} == {Speaker.OTHER}


def test_loudness_makes_no_difference(who: WhoSpeaks) -> None:
    sound = hearing.sound(WEARER[3])
    loud, soft = who.judge(sound), who.judge(np.float32(0.02) * sound)
    assert loud.speaker is soft.speaker is Speaker.WEARER
    assert abs(loud.score - soft.score) <= 1


def test_a_wearer_whom_somebody_interrupts_is_not_taken_for_the_wearer(who: WhoSpeaks) -> None:
    both = np.concatenate([hearing.sound(WEARER[2]), hearing.sound(BYSTANDER[0])[16_000:64_000]])
    assert who.judge(both).speaker is not Speaker.WEARER


def test_too_little_speech_and_nobody_enrolled_are_unknown(voice: Voice, who: WhoSpeaks) -> None:
    sound = hearing.sound(WEARER[2])
    assert who.judge(sound[:6_000]).speaker is Speaker.UNKNOWN
    assert WhoSpeaks(voice).judge(sound).speaker is Speaker.UNKNOWN


def test_an_enrolment_leaves_out_another_voice(voice: Voice) -> None:
    knows = WhoSpeaks(voice)
    knows.enrol(Enrol(speech_s=60))
    heard = [knows.learn(hearing.sound(name)) for name in (WEARER[0], BYSTANDER[1], WEARER[1])]
    first, second, third = (each.heard_ms for each in heard if isinstance(each, Enrolling))
    assert first == second < third


def test_a_voice_is_learnt_once_and_then_known(voice: Voice) -> None:
    knows = WhoSpeaks(voice)
    knows.enrol(Enrol(speech_s=5))
    profile = knows.learn(hearing.sound(WEARER[0]))
    assert isinstance(profile, VoiceProfile)
    assert not knows.is_learning
    again = WhoSpeaks(voice)
    again.know(profile)
    assert again.judge(hearing.sound(WEARER[2])) == knows.judge(hearing.sound(WEARER[2]))


def test_a_profile_of_another_model_says_nothing(voice: Voice) -> None:
    knows = WhoSpeaks(voice)
    knows.know(VoiceProfile(encoded(ME).code, "another/1"))
    assert knows.judge(np.ones(16_000, np.float32)).speaker is Speaker.UNKNOWN


def test_nothing_of_the_sound_stays_in_the_room(voice: Voice) -> None:
    sound: Samples = np.random.default_rng(1).standard_normal(40_000).astype(np.float32)
    voice.embed(sound)
    assert not voice._sound.any()


def test_enrolment_begins_anew_when_the_first_voice_was_a_strangers() -> None:
    learnt = Learnt(Enrol(speech_s=30))
    learnt.add(STRANGER[None], 2_000)
    learnt.add(ME[None], 1_500)
    assert learnt.heard_ms == 2_000
    learnt.add(ME[None], 1_500)
    assert learnt.heard_ms == 1_500
    assert learnt.voice @ ME > 0.99


def test_one_window_of_another_voice_makes_a_doubt() -> None:
    windows = np.stack([ME, ME, ME, STRANGER])
    assert verdict(windows[:3], ME, 5.0).speaker is Speaker.WEARER
    assert verdict(windows, ME, 6.0).speaker is Speaker.UNKNOWN
    assert verdict(windows[3:], ME, 1.6).speaker is Speaker.OTHER


def test_between_alike_and_not_alike_nobody_can_tell() -> None:
    nearly = unit(0.66, (1 - 0.66**2) ** 0.5)
    assert verdict(nearly[None], ME, 1.6) == (Speaker.UNKNOWN, 66)
    assert verdict(nearly[None], ME, 0.6) == (Speaker.WEARER, 66)


@pytest.mark.parametrize(
    ("mode", "knows_voices", "crossing"),
    [
        ("everyone", True, {Speaker.WEARER, Speaker.OTHER, Speaker.UNKNOWN}),
        ("auto", False, {Speaker.WEARER, Speaker.OTHER, Speaker.UNKNOWN}),
        ("auto", True, {Speaker.WEARER}),
        ("wearer", True, {Speaker.WEARER}),
        ("wearer", False, {Speaker.WEARER}),
    ],
)
def test_a_mode_says_whose_words_cross(
    mode: PrivacyMode, knows_voices: bool, crossing: set[Speaker]
) -> None:
    assert {s for s in Speaker if may_cross(s, mode, knows_voices=knows_voices)} == crossing


def test_a_voice_survives_its_code() -> None:
    voice = unit(*np.random.default_rng(2).random(WIDTH))
    profile = encoded(voice)
    assert (len(profile.code), profile.model) == (344, MODEL)
    assert decoded(profile) @ voice > 0.9999
