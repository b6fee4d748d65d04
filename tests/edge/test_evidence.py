import pytest

from edge.evidence import Note, Now, ago, labels_of, lasting, lines_of, seen_text


@pytest.mark.parametrize(
    ("age_s", "said"),
    [
        (0.4, "just now"),
        (21.2, "21 s ago"),
        (89, "89 s ago"),
        (200, "3 min ago"),
        (7200, "2 h ago"),
        (3 * 86_400, "3 days ago"),
    ],
)
def test_how_long_ago_is_said_as_people_say_it(age_s: float, said: str) -> None:
    assert ago(age_s) == said


@pytest.mark.parametrize(
    ("duration_s", "said"), [(45, "45 s"), (600, "10 min"), (5400, "1 h 30 min"), (0, "0 s")]
)
def test_how_long_is_said(duration_s: float, said: str) -> None:
    assert lasting(duration_s) == said


def test_age_is_of_the_stream_within_a_run_and_of_the_wall_beyond() -> None:
    now = Now("r", 60_000, 10_000.0)
    assert now.age_s(Note("said", "x", 50_000, 0.0, "r")) == 10
    assert now.age_s(Note("said", "x", 50_000, 9_000.0, "earlier")) == 1000


@pytest.mark.parametrize("labels", [(), ("cup",), ("cup", "cell phone")])
@pytest.mark.parametrize("lines", [(), ("EXIT",), ("A, B", "C")])
def test_a_picture_s_note_holds_labels_and_lines(
    labels: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    note = Note("seen", seen_text(labels, lines), 0, 0.0)
    assert (labels_of(note), lines_of(note)) == (labels, lines)
