from edge.messages import Expect
from edge.runtime.names import Names, spelt


def told(configured: list[str], noted: list[str]) -> tuple[list[Expect], Names]:
    shown: list[Expect] = []
    return shown, Names(configured, noted, shown.append)


def test_a_name_that_is_spelt_is_a_name() -> None:
    assert spelt("It is spelt A O I F E.") == "Aoife"
    assert spelt("Her name is spelled N-K-E-C-H-I, remember that.") == "Nkechi"
    assert spelt("Aoife is spelt like this: A, O, I, F, E") == "Aoife"


def test_other_talk_of_spelling_is_not() -> None:
    assert not spelt("How is that spelt?")
    assert not spelt("I spelled it wrong.")
    assert not spelt("The wizard cast a spell on a man.")


def test_the_chamber_is_told_what_is_configured_and_what_was_spelt_before() -> None:
    shown, names = told(["Newberg"], ["It is spelt A O I F E.", "The keys are here."])
    names.say()
    assert shown == [Expect(("Newberg", "Aoife"))]


def test_it_is_told_again_when_something_is_spelt() -> None:
    shown, names = told([], [])
    names.say()
    assert shown == []
    names.heard("Her name is spelled B R A M.")
    names.heard("Her name is spelled B R A M.")
    assert shown == [Expect(("Bram",))]


def test_more_names_than_fit_into_a_message_are_left_out() -> None:
    shown, names = told([f"Name{n:04}" for n in range(400)], [])
    names.say()
    assert 100 < len(shown[0].words) < 200
