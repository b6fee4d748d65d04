"""The real process, sealed, with the test as its launcher and its chamber."""

import json
import time
from pathlib import Path

import pytest
from decrypted import words_in
from language_model import serving_beside, streams
from ledger_sums import totals
from runtime_process import HELLO, SECRET, RuntimeProcess, at, spoken

from edge import ledger
from edge.config import Config, Mute, Reasoner
from edge.evidence import Note
from edge.messages import (
    ChildDied,
    ContextPacket,
    CounterGap,
    Forget,
    Hello,
    MuteState,
    Notice,
    OffTheRecord,
    Reply,
    SealState,
    Seen,
    Stage,
    StageTime,
    TextLine,
    Thing,
    Transcript,
)
from edge.notes import Notes, Wish, opening

KEYS = spoken("I put the keys in the blue bowl.", 10)
WHERE = spoken("Where did I put my keys?", 31)
BOX = (0, 0, 1000, 1000)


def replies(shown: list[object]) -> list[Reply]:
    return [message for message in shown if isinstance(message, Reply)]


def test_a_question_is_answered_from_what_was_said_before(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, KEYS, WHERE)
        shown = runtime.until(Reply)
        reply = replies(shown)[-1]
        assert reply.text == 'You said 21 s ago: "I put the keys in the blue bowl."'
        assert reply.source == "recall"
        assert "tiny, 90 %" in reply.because[0]
        packet = next(m for m in shown if isinstance(m, ContextPacket))
        assert "Heard 21 s ago: I put the keys in the blue bowl." in packet.text
        assert packet.tokens <= 400
        assert [type(m) for m in shown if isinstance(m, Hello | Transcript)] == [
            Hello,
            Transcript,
            Transcript,
        ]


def test_the_summary_counts_what_happened(tmp_path: Path) -> None:
    seen = Seen(9_000, (Thing("cup", 80, BOX),), (), 1, 1, (StageTime(Stage.DETECT, 25_000),))
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(31, raw_bytes=992_000), SealState("chamber", 1, "A", 3))
        runtime.say(HELLO, KEYS, seen, WHERE)
        runtime.until(Reply)
        summary = runtime.summary()
    assert (summary.heard, summary.seen, summary.answered) == (2, 1, 1)
    assert summary.raw_bytes == 992_000
    assert summary.airlock_bytes == runtime.written_bytes
    assert [(s.process, s.level) for s in summary.sealed] == [("chamber", "A")]
    assert {s.stage: s.p50_ms for s in summary.stages}["detect"] == 25.0


def test_every_packet_is_in_the_ledger_and_the_chain_holds(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO, KEYS)
        runtime.summary()
    path = tmp_path / ledger.FILE_NAME
    assert ledger.verify(path) is None
    assert totals(path, "r1").left_chamber_bytes == runtime.written_bytes
    assert [(row.what, row.mark) for row, _ in ledger.rows(path)] == [
        ("Hello", "file"),
        ("Transcript", "file"),
    ]
    with opening.for_reading(tmp_path, SECRET) as notes:
        assert ledger.verify(path, notes) is None
        assert "blue bowl" in [text or "" for _, text in ledger.rows(path, notes)][-1]


def test_what_was_seen_is_noted_when_it_changes(tmp_path: Path) -> None:
    cup, sign = Thing("cup", 80, BOX), TextLine("EXIT", 95, BOX)
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO, *(Seen(ms, (cup,), (sign,), 1, 1) for ms in (1000, 3000, 5000)))
        runtime.say(spoken("What do you see?", 6))
        assert (
            replies(runtime.until(Reply))[-1].text == 'I see a cup in the middle. It reads: "EXIT".'
        )
        runtime.summary()
    with Notes(tmp_path, SECRET) as notes:
        assert [note.text for note in notes.recent(kinds=("seen",))] == ["cup\nEXIT"]


def test_what_is_not_for_the_companion_is_noted_and_not_answered(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO, spoken("Could you pass me the salt, Anna?", 5), KEYS)
        assert runtime.summary().answered == 0
    with Notes(tmp_path, SECRET) as notes:
        assert len(notes.recent(kinds=("said",))) == 2


@pytest.mark.parametrize(
    "packet", [b"\xff" * 500, b"\x93\x03\xa1\xff\x01"], ids=["noise", "no text"]
)
def test_a_garbage_packet_ends_the_chamber_not_the_runtime(packet: bytes, tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO)
        runtime.write(packet)
        shown = runtime.until(ChildDied)
        died = shown[-1]
        assert isinstance(died, ChildDied)
        assert died.process == "chamber"
        assert died.reason.startswith("airlock violation: not a message")
        assert any(isinstance(m, Notice) and "violated the airlock" in m.text for m in shown)
        runtime.say(KEYS)  # of the condemned chamber: counted, not believed
        runtime.tell_first(ChildDied("chamber", "replaced"), at(1))
        runtime.say(HELLO, WHERE)
        assert "have not heard" in replies(runtime.until(Reply))[-1].text
        assert runtime.summary().airlock_bytes == runtime.written_bytes


def test_a_chamber_that_talks_too_fast_is_ended(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        ramble = " ".join(["ramble"] * 100)
        runtime.say(HELLO)
        runtime.say(*(Transcript(ramble, s * 1000, s * 1000 + 27_000, 90, 0)
                      for s in range(0, 400, 28)))  # fmt: skip
        died = runtime.until(ChildDied)[-1]
        assert isinstance(died, ChildDied)
        assert "rate" in died.reason


def test_before_it_has_introduced_itself_a_chamber_is_not_believed(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(KEYS)
        assert runtime.summary().heard == 0


def test_after_kill_9_the_run_goes_on(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, KEYS, spoken("Set a timer for one minute.", 12))
        runtime.until(Reply)
        runtime.kill_and_restart()
        runtime.tell(at(31), CounterGap(runtime.written_bytes + 7))
        runtime.say(WHERE)
        shown = runtime.until(Reply)
        assert "21 s ago" in replies(shown)[-1].text
        assert "tiny" in replies(shown)[-1].because[0]
        runtime.tell(at(80))
        assert replies(runtime.until(Reply))[-1].source == "timer"
        summary = runtime.summary()
        assert summary.airlock_bytes == runtime.written_bytes + 7
        assert (summary.heard, summary.answered) == (3, 2)


def test_no_utterance_is_answered_twice(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO, KEYS, WHERE)
        runtime.until(Reply)
        runtime.say(WHERE)
        runtime.kill_and_restart()
        runtime.say(WHERE, spoken("Where did I put my keys?", 31.5))
        assert runtime.summary().answered == 1


def test_a_timer_rings_by_the_stream_s_clock_and_not_after_the_end(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, spoken("Set a timer for ten seconds.", 5))
        runtime.say(spoken("Set a timer for an hour.", 8))
        assert len(replies([*runtime.until(Reply), *runtime.until(Reply)])) == 2
        runtime.tell(at(16))
        assert replies(runtime.until(Reply))[-1].text == "Time is up."
        assert runtime.summary().answered == 2


def test_a_timer_of_a_device_rings_by_itself(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path, fast=False) as runtime:
        runtime.tell_first(at(5, live=True))
        runtime.say(HELLO, spoken("Set a timer for one second.", 5))
        assert 0 <= replies(runtime.until(Reply))[-1].latency_ms < 5000
        assert replies(runtime.until(Reply))[-1].text == "Time is up."


def test_what_is_forgotten_is_gone_from_every_file(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, spoken("The sun is warm.", 5), spoken("My zanzibar pin is secret.", 300))
        runtime.say(spoken("Forget the last minute.", 310))
        runtime.until(Reply)
        runtime.say(spoken("What did you hear about zanzibar?", 312))
        assert "have not heard" in replies(runtime.until(Reply))[-1].text
        runtime.summary()
    with opening.for_reading(tmp_path, SECRET) as notes:
        rows = [text or "" for _, text in ledger.rows(tmp_path / ledger.FILE_NAME, notes)]
    assert not any("zanzibar" in text for text in rows[:4])
    everything = words_in(tmp_path, SECRET)
    assert "zanzibar pin" not in everything
    assert "sun is warm" in everything
    assert ledger.verify(tmp_path / ledger.FILE_NAME) is None


def test_damaged_notes_are_moved_aside_and_said(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_bytes(b"not a database at all" * 500)
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO)
        told = runtime.until(Notice)[-1]
        assert isinstance(told, Notice)
        assert "notes.sqlite.damaged" in told.text
        runtime.summary()
    aside = tmp_path / "notes.sqlite.damaged"
    assert aside.read_bytes().startswith(b"not a database")


def test_the_end_of_the_control_pipe_is_the_end_too(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO, KEYS)
        assert runtime.process.stdin
        runtime.process.stdin.close()
        runtime.process.stdin = (tmp_path / "nothing").open("wb")
        assert runtime.summary().heard == 1


def test_a_language_model_is_asked_from_inside_the_seal_and_entered(tmp_path: Path) -> None:
    capital = spoken("What's the capital of Mongolia?", 20)
    with serving_beside(streams("Ulaan", "baatar.")) as server:
        settings = Config(reasoner=(server.settings(),))
        with RuntimeProcess(tmp_path, settings=settings) as runtime:
            runtime.say(HELLO, KEYS, capital)
            shown = replies(runtime.until(Reply))
            assert [(r.text, r.partial) for r in shown] == [
                ("Ulaan", True),
                ("Ulaanbaatar.", True),
                ("Ulaanbaatar.", False),
            ]
            assert len({r.latency_ms for r in shown}) == 1
            runtime.summary()
    with opening.for_reading(tmp_path, SECRET) as notes:
        rows = ledger.rows(tmp_path / ledger.FILE_NAME, notes)
        left = [(row, text) for row, text in rows if text]
    row, text = next((row, text) for row, text in left if row.what == "Question")
    assert (row.origin, row.to) == ("runtime", server.url)
    assert json.loads(text) == server.asked[0]


def test_a_new_question_ends_the_answer_before_it(tmp_path: Path) -> None:
    with serving_beside(streams("Well", then_hang=True)) as server:
        settings = Config(reasoner=(server.settings(),))
        with RuntimeProcess(tmp_path, settings=settings) as runtime:
            runtime.say(HELLO, KEYS, spoken("What's the capital of Mongolia?", 20))
            while not replies([runtime.next()]):
                pass
            runtime.say(WHERE)
            texts = [replies(runtime.until(Reply))[-1].text for _ in range(2)]
            assert texts == [
                "Well …",
                'You said 21 s ago: "I put the keys in the blue bowl."',
            ]
            assert runtime.summary().answered == 2


def test_an_endpoint_that_is_not_there_is_said_and_recall_answers(tmp_path: Path) -> None:
    nobody = Config(reasoner=(Reasoner(url="http://127.0.0.1:9/v1", model="m"),))
    with RuntimeProcess(tmp_path, settings=nobody) as runtime:
        runtime.say(HELLO, spoken("What's the capital of Mongolia?", 20))
        shown = runtime.until(Reply)
        assert any(isinstance(m, Notice) and "nothing answers at" in m.text for m in shown)
        assert "did not answer" in replies(shown)[-1].text


def test_off_the_record_is_promised_and_then_asked_of_the_launcher(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path, settings=Config(mute=Mute(spoken_minutes=20))) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, spoken("Off the record.", 10))
        shown = runtime.until(OffTheRecord)
        assert replies(shown)[-1].text == "Off the record for 20 minutes."
        assert shown[-1] == OffTheRecord(20)


def test_a_mute_disturbs_no_timer(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path, fast=False) as runtime:
        runtime.tell(at(0, live=True))
        runtime.say(HELLO, spoken("Set a timer for two seconds.", 0.1))
        runtime.until(Reply)
        runtime.tell(MuteState(muted=True))  # and no source is heard of any more
        assert replies(runtime.until(Reply))[-1].text == "Time is up."


def test_what_a_command_wants_forgotten_leaves_the_notes_and_the_mind(tmp_path: Path) -> None:
    ask = spoken("What did you hear about zanzibar?", 12)
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, spoken("My zanzibar pin is secret.", 5), ask)
        assert "zanzibar pin" in replies(runtime.until(Reply))[-1].text
        opening.leave_wish(tmp_path, SECRET, Wish(words=("zanzibar",)))
        runtime.tell_first(Forget(), at(40))
        runtime.say(spoken(KEYS.text, 50), spoken("What did you hear about the pin?", 60))
        said = [replies(runtime.until(Reply))[-1].text]
        runtime.say(spoken("Where did I put the keys?", 70))
        said.append(replies(runtime.until(Reply))[-1].text)
        runtime.summary()
    assert "zanzibar" not in " ".join(said).lower()
    assert "blue bowl" in said[-1]
    assert "zanzibar" not in words_in(tmp_path, SECRET).lower()


def test_a_note_knows_where_it_came_from_and_a_reply_on_what_it_rests(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0, live=True))
        runtime.say(HELLO, KEYS, WHERE)
        runtime.until(Reply)
        runtime.summary()
    with opening.for_reading(tmp_path, SECRET) as notes:
        said, asked, told, episode = map(notes.with_grounds, notes.of_run("r1"))
        assert (said.mark, said.observation) == ("live", 1)
        assert (asked.who, asked.observation) == ("wearer", 2)
        assert (told.who, told.observation, told.rests_on) == ("companion", -1, (said.id,))
        assert (episode.source, episode.rests_on) == ("episode", (said.id,))
        row, text = list(ledger.rows(tmp_path / ledger.FILE_NAME, notes))[said.observation]
    assert row.what == "Transcript"
    assert said.text in (text or "")


def test_what_was_left_to_be_forgotten_is_forgotten_at_the_start(tmp_path: Path) -> None:
    with Notes(tmp_path, SECRET) as notes:
        notes.remember(Note("remembered", "The zanzibar pin.", 0, time.time(), "r0"))
        notes.wish(Wish(words=("zanzibar",)))
    with RuntimeProcess(tmp_path) as runtime:
        runtime.say(HELLO)
        runtime.summary()
    assert "zanzibar" not in words_in(tmp_path, SECRET).lower()
    assert (tmp_path / "notes.2.salt").exists()
