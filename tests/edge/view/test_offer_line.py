"""What an offer looks like on the screen and to a program."""

from edge.messages import Offer
from edge.view.json_lines import JsonLines
from edge.view.lines import event

OFFER = Offer(7, "lost", "2 h ago: “The torch is clipped to the ladder.”", ("heard 2 h ago: …",))


def test_an_offer_is_one_quiet_line() -> None:
    line = event(OFFER, 61_000)
    assert line
    assert (line.kind, line.words) == ("offer", OFFER.text)


def test_a_program_is_told_its_number_and_what_it_rests_on() -> None:
    fields = JsonLines().as_json(OFFER)
    assert (fields["type"], fields["number"], fields["kind"]) == ("Offer", 7, "lost")
    assert list(fields["because"]) == ["heard 2 h ago: …"]
