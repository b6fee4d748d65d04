"""What the live screen shows, drawn into text."""

import io
from functools import reduce

import pytest
from rich.console import Console

from edge.messages import (
    Airlocked,
    ChildDied,
    ContextPacket,
    Ended,
    Hello,
    Level,
    Model,
    MuteState,
    Reply,
    Saying,
    SealState,
    Seen,
    Shown,
    SourceState,
    Speaking,
    SpeechStarted,
    Summary,
    Thing,
    Transcript,
)
from edge.view.live import LiveView
from edge.view.moment import KEPT_EVENTS, Moment, fold
from edge.view.screen import MOST_HEIGHT, draw

HELLO = Hello((Model("whisper-tiny.en", "0123456789abcdef"),))
SUMMARY = Summary(1, 0, 1, 100_000, 50, 9, 0, (), (), "equal")


def after(*messages: Shown) -> Moment:
    return reduce(fold, messages, Moment())


def heard(text: str, end_ms: int = 3584) -> Transcript:
    return Transcript(text, 0, end_ms, 92, 0)


def screen(moment: Moment, width: int = 80, height: int = 24) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(draw(moment, width, height))
    return captured.get().splitlines()


def text(*messages: Shown) -> str:
    return "\n".join(screen(after(*messages)))


def busy(words: str) -> Moment:
    """Return a moment at which everything is long."""
    events = [heard(f"{words} {place}", place * 1000) for place in range(40)]
    packet = ContextPacket("\n".join([words] * 30), 400)
    seals = [SealState(f"process.{place}", 1, "C", 1) for place in range(9)]
    return after(HELLO, *seals, *events, packet, Reply(words * 9, "a" * 64, (), 99_999))


def test_before_the_seal_it_says_that_nothing_is_heard() -> None:
    assert "not sealed yet: nothing is heard or seen" in text()


def test_it_shows_what_is_sensed_and_each_process_seal() -> None:
    source = SourceState("audio", "running", "a", 0, 0, 0, 0.0, live=True)
    shown = text(HELLO, source, SealState("chamber", 1, "A", 3), SealState("runtime", 2, "C", 3))
    assert "● hearing" in shown
    assert "A chamber   C runtime" in shown
    assert "C: seccomp alone" in shown


def test_a_lost_microphone_is_said_in_words() -> None:
    lost = SourceState("audio", "lost", "usb", 0, 0, 0, 0.0, live=True, detail="unplugged")
    shown = text(HELLO, lost)
    assert "! not hearing: lost" in shown
    assert "! lost: unplugged" in shown


def test_the_meter_is_higher_where_it_is_louder() -> None:
    source = SourceState("audio", "running", "a", 0, 0, 0, 0.0, live=True)
    assert "▁█ " in text(HELLO, source, Level(0, -66, 0), Level(32, -10, 99))


def test_speech_that_is_not_understood_yet_is_a_waiting_line() -> None:
    assert "00:02.0  ● …" in text(HELLO, SpeechStarted(2000))
    assert "● …" not in text(HELLO, SpeechStarted(2000), heard("Tea."))


def test_a_sentence_grows_in_its_place_until_it_is_whole() -> None:
    growing = (HELLO, SpeechStarted(2000), Saying("Where did", 2000, 2900))
    assert "● Where did …" in text(*growing)
    longer = (*growing, Saying("I put", 2000, 3400))
    assert "● Where did I put …" in text(*longer)
    assert "● Where did" not in text(*longer, heard("Tea, please."))


def test_the_reply_stands_under_its_question() -> None:
    shown = screen(
        after(HELLO, heard("Where?"), ContextPacket("x", 1), Reply("Here.", "recall", (), 614))
    )
    place = shown.index(" ▌ Where?")
    assert shown[place + 1 : place + 3] == [" ▌ Here.", " ▌ recall, 0.6 s after the question"]


def test_a_timer_that_rings_has_no_question() -> None:
    assert "▌ Where?" not in text(
        heard("Where?"), ContextPacket("x", 1), Reply("Tea!", "timer", ())
    )


def test_bytes_are_shown_with_their_ratio() -> None:
    assert "6.3 MB heard and seen  ▸  891 B left as text   7,045 : 1" in text(
        Airlocked(6_277_772, 891)
    )


def test_what_happens_to_the_companion_is_marked_without_colour() -> None:
    assert "! restart: chamber: killed by signal 9" in text(
        ChildDied("chamber", "killed by signal 9")
    )


def test_words_from_outside_are_only_text() -> None:
    sign = Seen(0, (Thing("[red]cat[/]", 50, (0, 0, 1, 1)),), (), 0, 0)
    shown = text(sign, heard("[bold]\x1b[2Jhi"), Reply("[link=x]y\x1b]8;;", "m\x07", ()))
    for words in ("[red]cat[/]", "[bold] [2Jhi", "[link=x]y ]8;;"):
        assert words in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown


@pytest.mark.parametrize("words", ["word", "a-word-much-longer-than-any-line" * 9, "一二三 "])
@pytest.mark.parametrize(("width", "height"), [(50, 16), (80, 24), (120, 40), (200, 60)])
def test_it_fits_its_window(words: str, width: int, height: int) -> None:
    for moment in (Moment(), busy(words * 5)):
        shown = screen(moment, width, height)
        assert len(shown) == min(height - 1, MOST_HEIGHT)


def test_nothing_jumps_when_a_reply_comes() -> None:
    before = screen(after(HELLO, heard("Where?")))
    later = screen(
        after(HELLO, heard("Where?"), ContextPacket("x", 1), Reply("Here.", "recall", ()))
    )
    assert [row for row in range(23) if "──" in before[row]] == [
        row for row in range(23) if "──" in later[row]
    ]


def test_a_day_does_not_grow_the_screen() -> None:
    moment = after(*(heard("Tea.", place) for place in range(500)))
    assert len(moment.events) == KEPT_EVENTS


def test_the_last_state_and_the_summary_stay_and_the_cursor_comes_back() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, height=24, color_system=None)
    shown = LiveView(console)
    for message in (HELLO, heard("Tea."), Ended(9000, 1, 0), SUMMARY):
        shown.show(message)
    shown.close()
    shown.close()
    left = stream.getvalue()
    assert left.count("heard 1 utterance  ·") == 1
    assert left.rindex("● Tea.") < left.rindex("heard 1 utterance")
    assert left.rindex("\x1b[?25h") > left.rindex("\x1b[?25l")


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    shown = LiveView(Console(file=stream, force_terminal=True, width=80, height=24))
    shown.show(heard("Tea."))
    shown.close()
    assert "Tea." in stream.getvalue()
    assert "\x1b[38;" not in stream.getvalue()


MUTED = MuteState(muted=True)
LISTENING = (HELLO, SourceState("audio", "running", "mic", 0, 0, 0, 0.0, live=True))


@pytest.mark.parametrize("width", [50, 80, 120])
def test_a_mute_cannot_be_missed(width: int) -> None:
    shown = screen(after(*LISTENING, MUTED), width)
    assert "MUTED until you unmute" in shown[0]
    assert "hearing" not in shown[0]
    assert "camera" in shown[2]
    assert "`offrecord unmute`" in shown[2]
    assert all(len(line) <= width for line in shown)


def test_who_sensed_is_gone_while_muted() -> None:
    sealed = (SealState("capture.audio", 1, "A", 1), SealState("chamber", 1, "A", 1))
    assert after(HELLO, *sealed, MUTED).seals == (("chamber", "A"),)


def test_a_mute_stands_over_the_waking_up() -> None:
    assert "MUTED" in screen(after(MUTED))[0]


def test_a_sentence_that_went_on_stands_there_once_and_whole() -> None:
    whole = Transcript("I put the keys in the bowl.", 0, 6000, 92, 0, goes_on=True)
    seen = after(heard("I put the keys"), whole)
    assert [line.words for line in seen.events if line.kind == "heard"] == [whole.text]


def test_what_was_half_heard_is_not_waited_for() -> None:
    moment = after(*LISTENING, SpeechStarted(100), Level(100, -30, 5), MUTED)
    assert (moment.is_speaking, moment.levels) == (False, ())


def test_after_an_unmute_the_screen_is_as_before() -> None:
    shown = screen(after(*LISTENING, MUTED, MuteState(muted=False)))
    assert "hearing" in shown[0]
    assert shown[2].strip() == ""


def test_a_run_that_is_over_is_not_muted() -> None:
    assert "MUTED" not in screen(after(*LISTENING, MUTED, SUMMARY))[0]


def test_a_reply_that_is_spoken_says_so_as_long_as_it_is_heard() -> None:
    reply = Reply("In the blue bowl.", "recall", (), 300)
    begun = Speaking(is_heard=True)
    assert "speaking" in text(HELLO, reply, begun)
    assert "speaking" not in text(HELLO, reply, begun, Speaking(is_heard=False))
