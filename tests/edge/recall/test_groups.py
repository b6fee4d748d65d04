"""A sentence's groups of words, as somebody may read them."""

from edge.recall.groups import groups, tokens


def test_words_of_the_frame_stay_and_words_of_the_matter_leave_a_gap() -> None:
    found = groups("Where did I leave my screwdriver?")
    assert {"s^ where did i", "smy _ $", "wscrewdriver"} <= found


def test_the_same_frame_about_other_things_has_the_same_groups() -> None:
    hammer, piccolo = (
        {name for name in groups(f"Remind me to clean the {thing}.") if name[0] == "s"}
        for thing in ("hammer", "piccolo")
    )
    assert hammer == piccolo


def test_all_numbers_are_one() -> None:
    assert tokens("Set a timer for 25 minutes")[4] == "#"
    assert "sfor # minutes" in groups("a timer for twelve minutes")


def test_what_follows_an_apostrophe_stands_by_itself() -> None:
    assert tokens("Where's it, don't you know?") == [
        "where",
        "'s",
        "it",
        "do",
        "'nt",
        "you",
        "know",
    ]


def test_a_sentence_without_marks_lacks_only_the_marks() -> None:
    written, bare = groups("What time is it?"), groups("what time is it")
    assert {name[0] for name in written ^ bare} <= {"e"}


def test_nothing_is_a_sentence_too() -> None:
    assert groups("")
