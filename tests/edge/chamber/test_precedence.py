"""Who waits for whom, and for how long."""

import threading
import time

from edge.chamber.precedence import LOOK_WAITS_S, Precedence

FIVE_FOLD: float = 5 * LOOK_WAITS_S


def looking(precedence: Precedence) -> threading.Event:
    """Begin a look; the event is set when it may go on."""
    may_go_on = threading.Event()

    def look() -> None:
        precedence.begin_look()
        precedence.give_way()
        may_go_on.set()

    threading.Thread(target=look, daemon=True).start()
    return may_go_on


def test_sight_waits_for_nobody_while_nobody_speaks() -> None:
    assert looking(Precedence()).wait(FIVE_FOLD)


def test_things_are_looked_at_while_somebody_goes_on_speaking() -> None:
    precedence = Precedence()
    precedence.hears(is_pausing=False)
    assert looking(precedence).wait(FIVE_FOLD)


def test_from_a_pause_until_it_is_understood_sight_waits() -> None:
    precedence = Precedence()
    precedence.hears(is_pausing=True)
    precedence.ended()
    precedence.hears(is_pausing=False)
    may_go_on = looking(precedence)
    assert not may_go_on.is_set()
    precedence.understood()
    assert may_go_on.wait(FIVE_FOLD)


def test_who_goes_on_speaking_lets_it_go_on() -> None:
    precedence = Precedence()
    precedence.hears(is_pausing=True)
    may_go_on = looking(precedence)
    precedence.hears(is_pausing=False)
    assert may_go_on.wait(FIVE_FOLD)


def test_one_look_waits_no_longer_than_it_has_patience() -> None:
    precedence = Precedence()
    precedence.ended()
    assert looking(precedence).wait(FIVE_FOLD)
    began_s = time.monotonic()
    for _ in range(100):  # the look that has waited has no patience left
        precedence.give_way()
    assert time.monotonic() - began_s < FIVE_FOLD
