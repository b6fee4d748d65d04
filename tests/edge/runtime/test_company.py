"""A tiny notation: when somebody else was heard, what the wearer said, and is it a conversation?"""

from edge.messages import Speaker, Transcript
from edge.runtime.company import Company


def said(text: str, start_s: float, speaker: Speaker = Speaker.WEARER) -> Transcript:
    start_ms = round(start_s * 1000)
    return Transcript(text, start_ms, start_ms + 1000, 90, 0, (), speaker)


def talks(company: Company, at_s: float, speaker: Speaker = Speaker.WEARER) -> bool:
    return company.talks(round(at_s * 1000), speaker)


def test_who_speaks_at_once_after_somebody_answers_them() -> None:
    company = Company()
    company.heard_other(10_000)
    assert talks(company, 10.8)
    assert not talks(company, 12.0)


def test_after_a_word_to_somebody_the_next_is_for_them_too() -> None:
    company = Company()
    company.spoke(said("Do you want some tea?", 10), to_companion=False)
    assert talks(company, 14)
    assert not talks(company, 25)


def test_a_word_to_nobody_is_no_conversation() -> None:
    company = Company()
    company.spoke(said("The soup needs salt.", 10), to_companion=False)
    assert not talks(company, 14)


def test_a_call_lasts_until_it_ends() -> None:
    company = Company()
    company.spoke(said("Hello, this is Judith speaking.", 10), to_companion=False)
    assert talks(company, 40)
    company.spoke(said("Alright then, bye.", 41), to_companion=False)
    assert not talks(company, 60)


def test_it_is_no_call_when_somebody_else_is_heard() -> None:
    company = Company()
    company.spoke(said("Hello, this is Judith speaking.", 10), to_companion=False)
    company.heard_other(20_000)
    assert not talks(company, 30)


def test_hang_on_turns_away_from_them() -> None:
    company = Company()
    company.spoke(said("Do you want some tea?", 10), to_companion=False)
    company.spoke(said("Hang on.", 12), to_companion=False)
    assert not talks(company, 13.5)


def test_an_unknown_voice_that_follows_at_once_may_be_an_answer() -> None:
    company = Company()
    company.spoke(said("The soup needs salt.", 10, Speaker.UNKNOWN), to_companion=False)
    assert talks(company, 11.5, Speaker.UNKNOWN)
    assert not talks(company, 13.0, Speaker.UNKNOWN)
