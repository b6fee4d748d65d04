import pytest

from edge.recall.numerals import mentions, numbers


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("ninety-four pounds", {"94"}),
        ("one hundred and eighty francs", {"180"}),
        ("forty thousand", {"40000"}),
        ("40,000 euros", {"40000"}),
        ("half past three", {"3:30"}),
        ("at 15:30", {"3:30"}),
        ("a quarter to ten", {"9:45"}),
        ("the twenty-first of May", {"21"}),
        ("the 14th of March", {"14"}),
        ("nine forty", {"9", "40", "940", "9:40"}),
        ("four seven one two", {"4", "7", "1", "2", "4712"}),
        ("no number at all", set()),
    ],
)
def test_a_number_has_one_form_however_it_is_spelt(text: str, forms: set[str]) -> None:
    assert numbers(text) == forms


def test_one_alone_is_rather_a_pronoun() -> None:
    assert mentions("this one is yours") == []
    assert "1" in numbers("at one o'clock")
