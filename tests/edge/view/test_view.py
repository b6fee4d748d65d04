"""What a program and a log get: exact JSON, plain lines, and the right view for a stream."""

import io
import json
import pty
from typing import Any, Literal

import pytest

from edge import view
from edge.messages import (
    Airlocked,
    ChildDied,
    ContextPacket,
    Dropped,
    Ended,
    Hello,
    Level,
    Model,
    MuteState,
    Notice,
    Overheard,
    OwnVoice,
    ProcessSeal,
    Reply,
    SealState,
    Seen,
    Shown,
    SourcePhase,
    SourceState,
    Speaking,
    SpeechStarted,
    Stage,
    StageSummary,
    StageTime,
    Summary,
    TextLine,
    Thing,
    Transcript,
    Unclear,
    VoiceProfile,
)
from edge.view.lines import event
from edge.view.live import LiveView

HELLO = Hello((Model("whisper-tiny.en", "0123456789abcdef"), Model("centernet", "f" * 16)))
SEEN = Seen(
    9200,
    (Thing("cat", 42, (0, 5, 926, 1000)), Thing("cat", 40, (0, 0, 1, 1))),
    (TextLine("OPEN", 99, (0, 0, 1, 1)), TextLine("DAILY", 98, (0, 0, 1, 1))),
    1,
    0,
)
SUMMARY = Summary(
    heard=7,
    seen=1,
    answered=2,
    raw_bytes=6_277_772,
    airlock_bytes=891,
    context_tokens=113,
    dropped=0,
    sealed=(ProcessSeal("chamber", "A"), ProcessSeal("capture.audio", "D")),
    stages=(StageSummary("reply", 2, 613.0, 614.5),),
    counter="equal",
)


def heard(text: str) -> Transcript:
    return Transcript(text, 1248, 3584, 92, 0)


def source(phase: SourcePhase, samples: int = 0, detail: str = "") -> SourceState:
    return SourceState("audio", phase, "a.flac", samples, 0, 0, 0.0, live=False, detail=detail)


def as_json(*messages: Shown) -> list[dict[str, Any]]:
    stream = io.StringIO()
    shown = view.choose(as_json=True, stream=stream)
    for message in messages:
        shown.show(message)
    shown.close()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def as_lines(*messages: Shown) -> list[str]:
    stream = io.StringIO()
    shown = view.choose(as_json=False, stream=stream)
    for message in messages:
        shown.show(message)
    shown.close()
    return stream.getvalue().splitlines()


# --- JSON --------------------------------------------------------------------------------------


def test_what_was_heard_has_seconds_shares_and_its_model() -> None:
    stages = (StageTime(Stage.MEL, 5704),)
    assert as_json(HELLO, Transcript("Tea.", 1248, 3584, 92, 0, stages))[1] == {
        "type": "Transcript",
        "text": "Tea.",
        "start_s": 1.248,
        "end_s": 3.584,
        "confidence": 0.92,
        "model": "whisper-tiny.en@01234567",
        "goes_on": False,
        "speaker": "unknown",
        "speaker_score": 0,
        "stages_ms": {"mel": 5.704},
    }


def test_a_voice_is_not_shown() -> None:
    assert as_json(VoiceProfile("A" * 342 + "==", "ge2e/1")) == [
        {"type": "VoiceProfile", "model": "ge2e/1"}
    ]


def test_a_bystander_is_a_line_without_words() -> None:
    assert any("somebody else, 2.5 s" in line for line in as_lines(Overheard(1_000, 3_500)))


def test_its_own_voice_is_a_line_and_so_is_its_silence() -> None:
    assert any("its own voice, left alone" in line for line in as_lines(OwnVoice(1_000, 3_500)))
    cut = Speaking(is_heard=False, was_cut=True)
    assert any("silent before it had said everything" in line for line in as_lines(cut))


def test_what_was_seen_has_boxes_between_0_and_1() -> None:
    assert as_json(HELLO, SEEN)[1] == {
        "type": "Seen",
        "at_s": 9.2,
        "objects": [
            {"label": "cat", "score": 0.42, "box": [0, 0.005, 0.926, 1]},
            {"label": "cat", "score": 0.4, "box": [0, 0, 0.001, 0.001]},
        ],
        "text": ["OPEN", "DAILY"],
        "illegible": 0,
        "light": "clear",
        "faces": 0,
        "models": ["centernet@ffffffff", "whisper-tiny.en@01234567"],
        "stages_ms": {},
    }


def test_the_context_and_the_reply_are_given_whole() -> None:
    assert as_json(ContextPacket("Now.\nHeard.", 3), Reply("Yes.", "recall", ("a",), 614)) == [
        {"type": "Context", "text": "Now.\nHeard.", "tokens": 3},
        {
            "type": "Reply",
            "text": "Yes.",
            "source": "recall",
            "because": ["a"],
            "latency_ms": 614,
            "passes": False,
        },
    ]


def test_a_growing_reply_is_flagged() -> None:
    growing, done = as_json(Reply("Y", "m", (), 9, partial=True), Reply("Yes", "m", (), 9))
    assert growing["partial"] is True
    assert "partial" not in done


def test_the_summary_has_levels_by_process_and_latency_by_stage() -> None:
    assert as_json(SUMMARY) == [
        {
            "type": "Summary",
            "heard": 7,
            "seen": 1,
            "answered": 2,
            "raw_bytes": 6_277_772,
            "airlock_bytes": 891,
            "context_tokens": 113,
            "dropped": 0,
            "sealed": {"chamber": "A", "capture.audio": "D"},
            "stages": {"reply": {"count": 2, "p50_ms": 613, "p95_ms": 614.5}},
            "counter": "equal",
            "ratio": 7045,
        }
    ]


def test_times_of_other_messages_are_seconds_too() -> None:
    shown = as_json(SpeechStarted(1248), Unclear(1000, 1500), Ended(46_000, 7, 5))
    assert shown == [
        {"type": "SpeechStarted", "at_s": 1.248},
        {"type": "Unclear", "start_s": 1.0, "end_s": 1.5},
        {"type": "Ended", "at_s": 46.0, "utterances": 7, "frames": 5},
    ]


def test_a_source_is_told_of_when_its_phase_changes_and_byte_counts_are_for_the_screen() -> None:
    shown = as_json(source("running"), source("running", 16_000), Airlocked(9, 1), source("ended"))
    assert [message["phase"] for message in shown] == ["running", "ended"]


def test_any_reader_of_lines_finds_one_object_a_line() -> None:
    text = "two\u2028lines\x85and\x1b[31m red"
    (line,) = as_json(Reply(text, "m", ()))
    assert line["text"] == text


# --- plain lines -------------------------------------------------------------------------------


def test_a_log_reads_like_a_day() -> None:
    reply = Reply("You said it.", "recall", ("heard 9 s ago: Tea.",))
    assert as_lines(SEEN, heard("Tea."), ContextPacket("Now.\nHeard: Tea.", 4), reply) == [
        "00:09.2  saw       cat (2) · “OPEN / DAILY”",
        "00:03.5  heard     Tea.",
        "00:09.2  context   4 tokens",
        "                   Now.",
        "                   Heard: Tea.",
        "00:09.2  reply     You said it.",
        "                   because heard 9 s ago: Tea.",
    ]


def test_what_ails_the_companion_is_said() -> None:
    shown = as_lines(
        SealState("chamber", 7, "A", 3),
        ChildDied("chamber", "killed by signal 9"),
        source("lost", 32_000, "the microphone is gone"),
        Dropped(3000, 1, 8000),
        Notice("The budget is nearly spent."),
    )
    assert shown == [
        "00:00.0  sealed    chamber at level A: seccomp and Landlock",
        "00:00.0  restart   chamber: killed by signal 9; starting it again",
        "00:02.0  lost      the microphone is gone",
        "00:03.0  missed    1 picture, 0.5 s of sound",
        "00:03.0  note      The budget is nearly spent.",
    ]


def test_a_file_read_ahead_of_its_understanding_does_not_date_the_reply() -> None:
    ahead = source("running", 16_000 * 20)
    assert as_lines(heard("Tea?"), ahead, Reply("Yes.", "m", ()))[1] == "00:03.5  reply     Yes."


def test_a_log_has_no_loudness_and_no_half_replies() -> None:
    assert as_lines(Level(0, -30, 5), Airlocked(1, 1), Reply("Y", "m", (), partial=True)) == []


def test_control_characters_do_not_reach_the_terminal() -> None:
    (line,) = as_lines(heard("a\x1b[2Jb\rc\u202ed"))
    assert line.isprintable()
    assert "a [2Jb cd" in line


def test_markup_in_what_was_heard_is_only_text() -> None:
    assert as_lines(heard("[red]stop[/red] :smile:")) == [
        "00:03.5  heard     [red]stop[/red] :smile:"
    ]


def test_a_stream_that_cannot_write_a_letter_is_no_end() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    shown = view.choose(as_json=False, stream=stream)
    shown.show(heard("crème"))
    stream.seek(0)
    assert stream.read() == "00:03.5  heard     cr?me\n"


def test_the_summary_says_what_the_seal_means_and_how_fast_it_was() -> None:
    text = "\n".join(as_lines(SUMMARY))
    for words in (
        "heard 7 utterances  ·  saw 1 picture  ·  answered 2 requests",
        "6.3 MB of sound and pictures",
        "891 B of text  7,045 : 1",
        "equals the ledger's, to the byte",
        "A  seccomp and Landlock: chamber",
        "D  the sound server is trusted: capture.audio",
    ):
        assert words in text
    assert text.splitlines()[-1].split() == [
        *("end", "of", "question", "to", "answer"), "2", "613", "614",
    ]  # fmt: skip


def test_a_counter_that_differs_stands_out() -> None:
    wrong = Summary(0, 0, 0, 0, 0, 0, 3, (), (), "differs")
    text = "\n".join(as_lines(wrong))
    assert "! DIFFERS" in text
    assert "3 samples or pictures" in text


# --- which view --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terminal", "columns", "rows", "is_live"),
    [
        ("xterm-256color", "80", "24", True),
        ("xterm-256color", "120", "40", True),
        ("dumb", "80", "24", False),
        ("xterm-256color", "40", "24", False),
        ("xterm-256color", "80", "10", False),
    ],
)
def test_a_terminal_with_room_gets_the_live_screen(
    monkeypatch: pytest.MonkeyPatch, terminal: str, columns: str, rows: str, *, is_live: bool
) -> None:
    for name, value in {"TERM": terminal, "COLUMNS": columns, "LINES": rows}.items():
        monkeypatch.setenv(name, value)
    _, other_end = pty.openpty()
    with open(other_end, "w", encoding="utf-8") as stream:  # noqa: PTH123 (a descriptor)
        shown = view.choose(as_json=False, stream=stream)
        shown.close()
        assert isinstance(shown, LiveView) is is_live
        assert shown.wants_levels is is_live


def test_a_mute_is_a_line_that_says_until_when_and_what_opens() -> None:
    (line,) = as_lines(MuteState(muted=True))
    assert line == (
        "00:00.0  MUTED     until you unmute; the microphone and the camera are closed, "
        "`offrecord unmute` opens them"
    )


@pytest.mark.parametrize(
    ("why", "words"), [("voice", ", as you said;"), ("schedule", ", by the schedule;")]
)
def test_a_mute_says_whose_it_is(why: Literal["voice", "schedule"], words: str) -> None:
    (line,) = as_lines(MuteState(muted=True, until_s=2**31, why=why))
    assert words in line


def test_an_unmute_is_a_line_only_after_a_mute() -> None:
    assert as_lines(MuteState(muted=False)) == []
    lines = as_lines(MuteState(muted=True), MuteState(muted=False))
    assert lines[1] == "00:00.0  unmuted   hearing and seeing again"


def test_a_program_gets_every_mute_state() -> None:
    assert as_json(MuteState(muted=False), MuteState(muted=True, until_s=5.5, why="voice")) == [
        {"type": "MuteState", "muted": False, "until_s": 0.0, "why": "hand"},
        {"type": "MuteState", "muted": True, "until_s": 5.5, "why": "voice"},
    ]


def test_what_could_not_be_checked_of_a_process_is_said() -> None:
    unchecked = ("core dumps: this kernel does not tell",)
    line = event(SealState("chamber", 7, "C", 5, unchecked), 0)
    assert line
    assert line.words.endswith("UNCHECKED: core dumps: this kernel does not tell")


def test_a_log_says_which_line_takes_the_place_of_the_one_before() -> None:
    whole = Transcript("I put the keys in the bowl.", 0, 6000, 92, 0, goes_on=True)
    line = event(whole, 6000)
    assert line
    assert (line.kind, line.words) == ("goes on", whole.text)
