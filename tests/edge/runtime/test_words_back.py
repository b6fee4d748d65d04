"""Words go back to the wearable that wants them: entered first, each once, of its sound alone."""

from edge.ledger import Leaving
from edge.messages import ReturnWords, Shown, Speaker, Transcript, WordsWanted
from edge.runtime.words_back import WordsBack

APP = "the Omi app"


def made() -> tuple[WordsBack, list[Leaving | Shown]]:
    happened: list[Leaving | Shown] = []
    back = WordsBack(happened.append, happened.append)
    back.told(WordsWanted(APP, 1000))
    return back, happened


def said(text: str, start_ms: int, *, speaker: Speaker = Speaker.UNKNOWN) -> Transcript:
    return Transcript(text, start_ms, start_ms + 500, 90, 0, speaker=speaker)


def test_the_leaving_is_entered_before_the_words_go_and_without_them() -> None:
    back, happened = made()
    back.heard(said("grüße", 1000, speaker=Speaker.OTHER))
    entered, told = happened
    assert isinstance(entered, Leaving)
    assert (entered.to, entered.size_bytes, entered.text) == (APP, 7, "")
    assert told == ReturnWords("grüße", 1000, 1500, is_other=True)


def test_what_was_said_before_it_came_or_after_it_went_stays_here() -> None:
    back, happened = made()
    back.heard(said("too early", 999))
    back.told(WordsWanted("", 0))
    back.heard(said("too late", 9000))
    assert happened == []


def test_of_an_utterance_that_goes_on_only_the_rest_goes() -> None:
    back, happened = made()
    back.heard(said("The keys are", 1000))
    back.heard(Transcript("the keys, are in the bowl.", 1000, 3000, 90, 0, goes_on=True))
    back.heard(Transcript("the keys, are in the bowl.", 1000, 3000, 90, 0, goes_on=True))
    told = [each for each in happened if isinstance(each, ReturnWords)]
    assert told == [
        ReturnWords("The keys are", 1000, 1500, is_other=False),
        ReturnWords("in the bowl.", 1500, 3000, is_other=False),
    ]
