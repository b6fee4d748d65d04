from edge.digest.compaction import EPISODE, PERSON
from edge.evidence import Kind, Note
from edge.promises import KEPT_SOURCE, SOURCE
from edge.standing import GO_TOGETHER, lines

DAY_S = 86_400.0
NOON_S = 1_000 * DAY_S + DAY_S / 2


def note(text: str, at_s: float, kind: Kind = "derived", source: str = "", who: str = "") -> Note:
    return Note(kind, text, 0, at_s, "r", source, id=round(at_s), who=who)


NOTES = [
    note("the gate's code is 4711", NOON_S, "remembered"),
    note("Anna\nAnna: I moved.", NOON_S + 1, source=PERSON, who="Anna"),
    note("I'll send you the report by Friday.", NOON_S + 2, source=SOURCE, who="wearer"),
    note("12:00 · Anna\nAnna: I moved.", NOON_S + 3, source=EPISODE),
]


def test_what_seldom_changes_stands_in_order() -> None:
    found = lines(NOTES, NOON_S + 60, 2000)
    assert [line.split()[0] for line in found] == ["To", "People:", "Promised", "Today"]


def test_a_promise_that_was_kept_is_no_longer_told() -> None:
    kept = note("I sent you the report.", NOON_S + 9, source=KEPT_SOURCE, who="wearer")
    assert not any("Promised" in line for line in lines([*NOTES, kept], NOON_S + 60, 2000))


def test_yesterday_is_not_told_as_today() -> None:
    found = lines(NOTES, NOON_S + DAY_S, 2000)
    assert not any(line.startswith("Today") for line in found)


def test_old_lines_go_several_at_a_time_so_that_the_beginning_stays() -> None:
    facts = [note(f"fact number {n:02}", NOON_S + n, "remembered") for n in range(40)]
    starts = [lines(facts[:many], NOON_S, 1200)[0] for many in range(20, 40)]
    assert len(set(starts)) <= 1 + 20 // GO_TOGETHER


def test_the_room_is_never_exceeded() -> None:
    facts = [note("word " * 60, NOON_S + n, "remembered") for n in range(9)]
    for room in range(0, 900, 50):
        found = lines([*NOTES, *facts], NOON_S, room)
        assert sum(len(line.encode()) + 1 for line in found) <= room
