"""What is told of a detector that wavers: looks are written as one letter a thing."""

import pytest

from edge.chamber.tracks import Sighting, Tracks, follow, is_news, is_settled, known
from edge.messages import Box

LEFT: Box = (100, 300, 300, 500)
MIDDLE: Box = (400, 400, 600, 600)
NAMES = {"c": "cup", "b": "bowl", "k": "cat"}


def sightings(look: str, box: Box = LEFT) -> list[Sighting]:
    """'c' is a cup that may be one, 'C' one that is sure."""
    scores = {letter: 0.7 if letter.isupper() else 0.4 for letter in look}
    return [Sighting(NAMES[letter.lower()], score, box) for letter, score in scores.items()]


def told(looks: str, *, cut_first: bool = False) -> list[str]:
    """Return what is known after each of several looks ('.' finds nothing) at a scene that goes on.

    With `cut_first` the first look is at another scene than before.
    """
    tracks: Tracks = ()
    after = []
    for number, look in enumerate(looks):
        found = sightings("" if look == "." else look)
        tracks = follow(tracks, found, after_cut=cut_first and number == 0)
        after.append("".join(track.label[0] for track in known(tracks)) or ".")
    return after


@pytest.mark.parametrize(
    ("looks", "known_after"),
    [
        ("cc", ".c"),
        ("C", "c"),
        (".c.", "..."),
        ("C.c", "ccc"),
        ("C..", "cc."),
        ("Cb", "cc"),
        ("Cbb", "ccb"),
        ("Cbc", "ccc"),
    ],
)
def test_looks_must_agree(looks: str, known_after: str) -> None:
    assert "".join(told(looks)) == known_after


def test_after_a_cut_one_look_counts() -> None:
    assert told("c", cut_first=True) == ["c"]


def test_after_a_cut_what_was_there_has_left() -> None:
    before = follow((), sightings("C"), after_cut=True)
    assert follow(before, [], after_cut=True) == ()


def test_what_wavers_is_looked_at_again_and_what_does_not_is_not() -> None:
    unsure = follow((), sightings("c"), after_cut=False)
    assert not is_settled(unsure)
    assert is_settled(follow(unsure, sightings("c"), after_cut=False))
    assert is_settled(follow(unsure, [], after_cut=False))


def test_two_cups_are_two() -> None:
    both = [*sightings("C", LEFT), *sightings("C", MIDDLE)]
    first = follow((), both, after_cut=True)
    second = follow(first, list(reversed(both)), after_cut=False)
    assert {track.number: track.box for track in first} == {
        track.number: track.box for track in second
    }


def moved(tracks: Tracks, box: Box) -> Tracks:
    (label,) = {track.label for track in tracks}
    return follow(tracks, [Sighting(label, 0.7, box)], after_cut=False)


def test_coming_and_leaving_are_news_and_staying_is_not() -> None:
    cup = follow((), sightings("C"), after_cut=True)
    assert is_news((), cup)
    assert is_news(cup, ())
    assert not is_news(cup, moved(cup, (110, 310, 310, 510)))


def test_moving_to_the_centre_is_news() -> None:
    both = [Sighting("cup", 0.7, (240, 400, 420, 600)), Sighting("cat", 0.7, (540, 400, 700, 600))]
    before = follow((), both, after_cut=True)
    shifted = [Sighting(s.label, 0.7, (s.box[0] + 60, 400, s.box[2] + 60, 600)) for s in both]
    assert is_news(before, follow(before, shifted, after_cut=False))


def test_what_is_held_up_is_news() -> None:
    cup = follow((), sightings("C", MIDDLE), after_cut=True)
    assert not is_news(cup, moved(cup, (390, 390, 610, 610)))
    assert is_news(cup, moved(cup, (350, 350, 650, 650)))


def test_what_comes_to_where_one_looks_is_news_to_who_looks_there() -> None:
    cup, cat = Sighting("cup", 0.9, (50, 300, 120, 500)), Sighting("cat", 0.9, (310, 300, 450, 500))
    nearer = Sighting("cat", 0.9, (240, 300, 380, 500))
    before = follow((), [cup, cat], after_cut=True)
    after = follow(before, [cup, nearer], after_cut=False)
    assert not is_news(before, after)
    assert is_news(before, after, (200, 400))
