from datetime import UTC

from edge.errand import Errand, of_note, open_lines, ring
from edge.evidence import Note, Now

NOW = Now("r", 0, 1_763_838_000.0)  # 19:00 UTC
PLAN = Errand("plan", "book a table", steps=("call", "confirm"), done=(1,))


def test_a_note_keeps_all_of_an_errand() -> None:
    for errand in (PLAN, Errand("timer", "tea", 5.0), Errand("item", "milk", on_list="shopping")):
        assert of_note(errand.note(NOW)) == errand


def test_a_note_that_cannot_be_read_is_no_errand() -> None:
    for text in ("", "milk", "milk\n{", 'milk\n{"sort": "wish"}'):
        assert of_note(Note("errand", text, 0, 0.0)) is None


def test_an_errand_s_words_stay_on_one_line() -> None:
    assert Errand("item", "milk\nand eggs").note(NOW).text.startswith("milk and eggs\n{")


def test_what_rings_late_says_when_it_should_have() -> None:
    call = Errand("reminder", "call Ann", NOW.wall_s)
    assert ring(call, NOW.wall_s + 1, UTC) == "Reminder: call Ann."
    assert ring(call, NOW.wall_s + 7200, UTC) == ("Late reminder, it was due at 19:00: call Ann.")
    assert "yesterday at 19:00" in ring(call, NOW.wall_s + 80_000, UTC)
    assert ring(Errand("timer", "", 5.0), 6.0) == "Time is up."


def test_what_is_open_stands_in_the_packet() -> None:
    lines = open_lines([Errand("timer", "tea", NOW.wall_s + 30), PLAN, Errand("item", "milk")], NOW)
    assert lines == [
        "Timer (tea): 30 s left.",
        'Open plan "book a table", 1 of 2 steps done; to do: 2. confirm',
    ]
