"""What is known of what goes on around the wearer."""

from edge.messages import Overheard, Seen, Speaker, SpeechStarted, TextLine, Thing, Transcript
from edge.proactive.around import NEVER, Around, are_alike, fold, passed


def said(text: str, speaker: Speaker = Speaker.WEARER) -> Transcript:
    return Transcript(text, 0, 1000, 90, 0, (), speaker)


def seen(*words: str, faces: int = 0, left: int = 300, things: tuple[str, ...] = ()) -> Seen:
    lines = tuple(TextLine(each, 95, (left, 450, left + 400, 550)) for each in words)
    boxes = tuple(Thing(each, 80, (0, 600, 100, 700)) for each in things)
    return Seen(0, boxes, lines, 0, 0, faces=faces)


def test_who_began_to_speak_speaks_until_the_words_are_there() -> None:
    begun = fold(Around(), SpeechStarted(0), 5_000)
    assert begun.is_spoken()
    assert not fold(begun, said("I am done."), 7_000).is_spoken()
    assert not passed(begun, 60_000, NEVER).is_spoken()


def test_others_are_heard_with_their_words_or_without() -> None:
    for message in (Overheard(0, 1000), said("Hello.", Speaker.OTHER)):
        assert fold(Around(), message, 8_000).others_until_ms == 8_000


def test_who_cannot_be_told_from_others_is_one_of_them() -> None:
    assert fold(Around(), said("Hm.", Speaker.UNKNOWN), 8_000).others_until_ms == 8_000


def test_who_speaks_to_somebody_is_not_alone() -> None:
    asked = fold(Around(), said("Has anybody seen my glasses?"), 8_000)
    alone = fold(Around(), said("I can't find my glasses."), 8_000)
    assert (asked.others_until_ms, alone.others_until_ms) == (8_000, NEVER)


def test_a_telephone_call_lasts_until_its_end_is_heard() -> None:
    called = fold(Around(), said("Hello, this is Omar speaking."), 10_000)
    assert called.call_until_ms > 10_000
    assert fold(called, said("Okay, bye."), 30_000).call_until_ms == NEVER


def test_a_still_view_stays_as_long_as_the_camera_runs() -> None:
    state = passed(fold(Around(), seen("WET PAINT"), 1_000), 9_000, 9_000)
    (text,) = state.in_view()
    assert text.until_ms - text.since_ms == 8_000


def test_a_reading_that_errs_in_a_word_is_of_the_same_text() -> None:
    assert are_alike("GARDEN CENTRE OPEN 9:00", "GARDEN CENTRE OPEN 9:00 .")
    assert not are_alike("GARDEN CENTRE", "READING ROOM")
    state = fold(fold(Around(), seen("TOMATO SOUP / 3.10"), 0), seen("TOMATO SOUP 3.10"), 3_000)
    (text,) = state.in_view()
    assert text.since_ms == 0


def test_text_that_was_away_comes_anew() -> None:
    state = fold(Around(), seen("MILL LANE"), 0)
    for at_ms, view in ((20_000, seen(things=("cup",))), (60_000, seen("MILL LANE"))):
        state = fold(state, view, at_ms)
    (text,) = state.in_view()
    assert (text.since_ms, text.came_back_ms) == (60_000, 0)


def test_it_is_known_what_is_looked_at_and_who_is_there() -> None:
    assert fold(Around(), seen("WET PAINT"), 0).in_view()[0].is_looked_at
    assert not fold(Around(), seen("WET PAINT", left=0), 0).in_view()[0].is_looked_at
    assert fold(Around(), seen(faces=1), 4_000).people_until_ms == 4_000
    assert fold(Around(), seen(things=("person",)), 4_000).people_until_ms == 4_000
