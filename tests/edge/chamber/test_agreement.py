"""Which words of a sentence that goes on are shown."""

from edge.chamber.agreement import Agreement


def given(*texts: str) -> list[str]:
    agreement = Agreement(0)
    return [agreement.look(text) for text in texts]


def test_what_two_looks_agree_on_is_given_once() -> None:
    looks = given("I put the", "I put the keys", "I put the keys on the shelf")
    assert looks == ["", "I put the", "keys"]


def test_a_full_stop_that_was_none_and_a_capital_make_no_other_word() -> None:
    assert given("I put.", "I put the", "I put the.") == ["", "I put", ""]


def test_a_word_that_was_given_stays_whatever_is_heard_later() -> None:
    assert given("one two three", "one two three", "won to", "one two three four") == [
        *("", "one two"),
        *("", ""),
    ]


def test_all_that_is_given_is_the_beginning_of_what_the_looks_agreed_on() -> None:
    words = [f"word{number}" for number in range(9)]
    looks = given(*(" ".join(words[:count]) for count in range(1, 10)))
    assert " ".join(filter(None, looks)) == " ".join(words[:8])
