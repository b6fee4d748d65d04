import threading

import numpy as np

from edge.chamber.plates import Plates
from edge.signals import Frame


def picture(shade: int, side: int = 20) -> Frame:
    return Frame(np.full((side, side, 3), shade, np.uint8), shade)


def test_the_newest_picture_wins_and_the_older_one_is_told() -> None:
    plates = Plates()
    assert [plates.put(picture(shade)) for shade in (1, 2, 3)] == [False, True, True]
    taken = plates.take()
    assert taken
    assert (taken.at, set(taken.pixels.ravel().tolist())) == (3, {3})


def test_the_one_that_is_looked_at_is_not_touched_by_those_that_come() -> None:
    plates = Plates()
    plates.put(picture(1))
    looked_at = plates.take()
    assert looked_at
    plates.put(picture(2, side=40))
    plates.put(picture(3))
    assert set(looked_at.pixels.ravel().tolist()) == {1}


def test_a_picture_is_overwritten_when_it_was_looked_at_and_when_it_is_replaced() -> None:
    plates = Plates()
    plates.put(picture(1))
    looked_at = plates.take()
    assert looked_at
    plates.forget(looked_at)
    assert not looked_at.pixels.any()
    plates.put(picture(2, side=40))
    waiting = plates._waiting
    plates.put(picture(3))
    assert set(waiting.tolist()) == {0, 3}


def test_after_the_end_what_waits_is_still_taken() -> None:
    plates = Plates()
    plates.put(picture(1))
    plates.close()
    assert plates.take()
    assert plates.take() is None


def test_who_waits_for_a_picture_hears_of_the_end() -> None:
    plates, found = Plates(), [picture(1)]

    def wait() -> None:
        assert plates.take() is None
        found.clear()

    waiting = threading.Thread(target=wait)
    waiting.start()
    plates.close()
    waiting.join(10)
    assert found == []
