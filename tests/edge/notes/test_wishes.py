from datetime import UTC, datetime

import pytest

from edge.notes import Wish
from edge.notes.wishes import BadWish, read

NOW = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("last 10m", Wish(since_s=NOW.timestamp() - 600)),
        ("last 2 h", Wish(since_s=NOW.timestamp() - 7200)),
        ("last 99999d", Wish()),
        ("person Anna Bell", Wish(person="Anna Bell")),
        ("topic the gate's code", Wish(words=("the", "gate", "s", "code"))),
        ("all", Wish()),
    ],
)
def test_what_words_mean(said: str, wish: Wish) -> None:
    assert read(said.split(), NOW) == wish


def test_a_day_is_the_wall_s_from_midnight_to_midnight() -> None:
    wish = read(["day", "2026-11-20"], NOW)
    assert datetime.fromtimestamp(wish.since_s).astimezone().isoformat()[:16] == "2026-11-20T00:00"
    assert datetime.fromtimestamp(wish.until_s).astimezone().isoformat()[:16] == "2026-11-21T00:00"
    assert read(["day", "yesterday"], NOW).until_s == read(["day", "today"], NOW).since_s


@pytest.mark.parametrize(
    "said",
    [
        *("", "last", "last week", "person", "topic", "topic ??", "topic 🙂", "all it"),
        *("day tuesday", "day 9999-12-31", "day 0001-01-01"),
    ],
)
def test_what_nobody_can_tell_is_one_sentence(said: str) -> None:
    with pytest.raises(BadWish):
        read(said.split(), NOW)
