import pytest

from edge.recall.duration import seconds_in


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("ten minutes", 600),
        ("for 10 minutes for the eggs", 600),
        ("an hour and a half", 5400),
        ("one and a half hours", 5400),
        ("half an hour", 1800),
        ("a quarter of an hour", 900),
        ("twenty-five minutes", 1500),
        ("twenty one minutes", 1260),
        ("two and a half minutes", 150),
        ("1 hour 30 minutes", 5400),
        ("five minutes and thirty seconds", 330),
        ("one hundred and twenty seconds", 120),
        ("a couple of minutes", 120),
        ("the last minute", 60),
        ("1.5 hours", 5400),
    ],
)
def test_a_spoken_duration_is_understood(text: str, seconds: float) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["", "a timer", "for ten"])
def test_what_names_no_duration_is_none(text: str) -> None:
    assert seconds_in(text) is None
