import pytest

from edge.recall.misheard import mended


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Right that down.", "write that down."),
        ("Remain me to call Jo.", "remind me to call Jo."),
        ("and eggs to my list", "add eggs to my list"),
        ("Wears my bag?", "where's my bag?"),
    ],
)
def test_a_request_that_was_misheard_is_mended(heard: str, meant: str) -> None:
    assert mended(heard) == meant


@pytest.mark.parametrize("said", ["Right, let's go.", "And then she left.", "It was at home."])
def test_what_may_be_meant_so_is_left(said: str) -> None:
    assert mended(said) == said
