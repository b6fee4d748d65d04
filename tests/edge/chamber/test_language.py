"""Does one foreign word leave the language as it is, and one foreign sentence change it?"""

import numpy as np
import pytest

from edge.chamber.language import Floats, Language, UnknownLanguage

TOKENS = {"en": 1, "de": 2, "fr": 3}
EN, DE = 1, 2
SENTENCE_S, WORD_S = 3.0, 0.4


def sounds(**likely: float) -> Floats:
    """Return logits in which the named languages are so likely, and the rest share the rest."""
    rest = (1 - sum(likely.values())) / (len(TOKENS) - len(likely) or 1)
    probabilities = [likely.get(code, rest) for code in TOKENS]
    return np.log(np.array([1.0, *probabilities], np.float32))


@pytest.fixture
def listening() -> Language:
    return Language(TOKENS, "auto")


def hear(language: Language, place: int, speech_s: float, logits: Floats) -> int:
    language.about(place, speech_s)
    return language.token(logits)


def test_the_first_sentence_is_believed(listening: Language) -> None:
    assert hear(listening, 0, SENTENCE_S, sounds(de=0.9)) == DE
    assert listening.spoken == "de"


def test_a_foreign_word_changes_nothing(listening: Language) -> None:
    hear(listening, 0, SENTENCE_S, sounds(en=0.98))
    assert hear(listening, 9, WORD_S, sounds(de=0.99)) == EN


def test_a_doubtful_sentence_changes_nothing(listening: Language) -> None:
    hear(listening, 0, SENTENCE_S, sounds(en=0.98))
    assert hear(listening, 9, SENTENCE_S, sounds(de=0.6, en=0.3)) == EN


def test_a_clear_sentence_changes_it_and_it_stays(listening: Language) -> None:
    hear(listening, 0, SENTENCE_S, sounds(en=0.98))
    assert hear(listening, 9, SENTENCE_S, sounds(de=0.98)) == DE
    assert hear(listening, 18, WORD_S, sounds(en=0.9)) == DE


def test_an_utterance_that_is_asked_for_again_counts_once(listening: Language) -> None:
    hear(listening, 0, SENTENCE_S, sounds(en=0.98))
    for _ in range(5):
        assert hear(listening, 9, SENTENCE_S, sounds(de=0.8, en=0.15)) == EN


def test_a_known_language_is_not_listened_for() -> None:
    german = Language(TOKENS, "de")
    assert not german.listens
    assert (german.known, german.spoken) == (DE, "de")


def test_an_english_model_has_no_language_to_choose() -> None:
    for wanted in ("en", "auto"):
        assert Language({}, wanted).known is None
        assert not Language({}, wanted).listens


def test_what_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(UnknownLanguage, match=r"only English.*whisper-base"):
        Language({}, "de")
    with pytest.raises(UnknownLanguage, match="'xx'; it has auto and de, en, fr"):
        Language(TOKENS, "xx")
