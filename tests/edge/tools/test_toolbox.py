"""The gate in front of every tool, with real notes, a real ledger and a real context."""

import asyncio
import json
from pathlib import Path

import pytest
from tool_room import NOW_S, Room

from edge.evidence import Note, Question
from edge.messages import OffTheRecord, Reply, Shown
from edge.runtime.present import Present
from edge.tools.built_in import ROWS
from edge.tools.grants import GrantsFile


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_what_the_question_asks_for_needs_no_grant(room: Room) -> None:
    done = [
        room.use("remember", "Remember that the code is 4711.", text="the code is 4711"),
        room.use("timer", "Set a timer for ten minutes for tea.", duration_s=600, label="tea"),
        room.use("reminder", "Remind me to call Ann at five.", text="call Ann", when="at five"),
        room.use("list", "Put milk on my list.", do="add", items=["milk"]),
        room.use("plan", "Please book a table for two.", goal="book a table", steps=["call", "go"]),
    ]  # fmt: skip
    assert [each.is_error for each in done] == [False] * 5
    assert [each.sort for each in room.present.context.errands] == [
        *("timer", "reminder", "item", "plan"),
    ]
    assert room.asked == []
    assert [row.what for row in room.entered()] == ["Effect"] * 5
    assert all(row.bytes == 0 and row.to == "notes" for row in room.entered())


def test_every_tool_is_described_with_a_schema_of_an_object(room: Room) -> None:
    for tool in room.tools.described():
        assert json.loads(tool.parameters)["type"] == "object"
        assert tool.description
        assert tool.name.replace("_", "").isalnum()
    assert {row.effect for row in ROWS} == {"none", "own", "outside"}


@pytest.mark.parametrize(
    "arguments",
    [
        *("", "[]", "{", '{"text": 1}', '{"text": "a", "more": 2}'),
        *('{"text":' + "[" * 4_000, '{"text":' + "[" * 900 + "]" * 900 + "}"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(room: Room, arguments: str) -> None:
    asked = Question("Remember a.", room.present.context.now_at(0))
    assert asyncio.run(room.tools.use("remember", arguments, asked)).is_error


def test_arguments_have_a_length_and_unknown_tools_no_use(room: Room) -> None:
    assert room.use("remember", "Remember x.", text="x" * 9000).is_error
    assert room.use("launch", "Launch it.").is_error


def test_forgetting_needs_a_grant_and_reaches_the_notes(room: Room) -> None:
    note = Note("said", "the pin is 99", 0, NOW_S, "r")
    room.present.keep(note)
    room.choice = "never"
    assert room.use("forget", "Forget the pin.", what="topic", which="pin").is_error
    assert [each.text for each in room.present.notes.recent()] == ["the pin is 99"]
    GrantsFile(room.folder).reset()
    room.choice = "once"
    assert not room.use("forget", "Forget the pin.", what="topic", which="pin").is_error
    assert room.present.notes.recent() == []
    assert len(room.asked) == 2


def test_what_was_granted_for_good_is_not_asked_again(room: Room) -> None:
    room.choice = "always"
    for _ in range(2):
        assert not room.use("remember", "What does it say?", text="anything").is_error
    assert len(room.asked) == 1
    assert GrantsFile(room.folder).read() == {"remember": "always"}


def test_a_look_up_tells_on_which_notes_it_rests(room: Room) -> None:
    room.present.keep(Note("said", "the keys are in the drawer", 0, NOW_S, "r"))
    used = room.use("recall", "Where are my keys?", query="keys")
    assert "drawer" in used.text
    assert [note.text for note in used.drawn_on] == ["the keys are in the drawer"]


def test_a_look_waits_for_a_fresh_picture_and_changes_nothing(room: Room) -> None:
    assert not room.use("look", "What is this?").is_error
    assert room.looks == 1
    assert room.entered() == []


def test_silence_is_asked_for_in_the_wearer_s_words(room: Room) -> None:
    room.use("mute", "Stop listening for ten minutes.", minutes=10)
    assert [m for m in room.shown if isinstance(m, OffTheRecord)] == [OffTheRecord(10)]
    room.choice = "never"
    assert room.use("mute", "What does the sign say?", minutes=10).is_error


def test_the_steps_of_a_plan_are_done_and_then_the_plan_is(room: Room) -> None:
    room.use("plan", "Please book a table.", goal="book a table", steps=["call", "confirm"])
    room.use("step_done", "I called about the table.", number=1)
    assert [each.done for each in room.present.context.errands] == [(1,)]
    room.use("step_done", "The table is confirmed.", number=2)
    assert room.present.context.errands == ()


def test_what_is_still_to_be_done_is_there_after_a_restart(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.use("plan", "Please book a table.", goal="book a table", steps=["call"])
    room.use("reminder", "Remind me to call Ann at five.", text="call Ann", when="at five")
    room.present.close()
    shown: list[Shown] = []
    present = Present(tmp_path, bytes(32), "another", "file", shown.append)
    assert [each.text for each in present.context.errands] == ["book a table", "call Ann"]


def test_a_question_shows_what_is_wanted_and_is_spoken(room: Room) -> None:
    room.choice = "never"
    room.use("remember", "What does it say?", text="the moon is cheese")
    (wanted,) = room.asked
    assert (wanted.tool, "cheese" in wanted.what) == ("remember", True)
    assert any(isinstance(m, Reply) and m.source == "grant" for m in room.shown)


def test_what_goes_to_a_server_is_granted_and_entered_before_it_is_sent(room: Room) -> None:
    room.choice = "never"
    assert room.use("mail__send", "Tell Ann that I am late.", text="I am late").is_error
    assert (room.outside.called, room.entered()) == ([], [])
    GrantsFile(room.folder).decide("mail__send", "always")
    used = room.use("mail__send", "Tell Ann that I am late.", text="I am late")
    assert (used.text, room.outside.called) == ("done", ["send"])
    (row,) = room.entered()
    assert (row.what, row.to, row.origin, row.bytes) == ("ToolCall", "mail", "runtime", 20)


def test_what_a_server_says_is_bounded(room: Room) -> None:
    room.outside.says = "x\x00\x1b" * 100_000
    used = room.use("mail__read", "Any mail?")
    assert len(used.text) == 4000
    assert used.text.isprintable()
