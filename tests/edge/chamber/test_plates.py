import threading

import numpy as np

from edge.chamber.plates import Plates
from edge.chamber.scene import Glance
from edge.signals import Frame

NEW = Glance(is_new=True, is_still=True, is_cut=True, is_dark=False)


def picture(shade: int, side: int = 20) -> Frame:
    return Frame(np.full((side, side, 3), shade, np.uint8), shade)


def test_the_newest_picture_wins_and_the_older_one_is_told() -> None:
    plates = Plates()
    assert [plates.put(picture(shade), NEW) for shade in (1, 2, 3)] == [False, True, True]
    newest, _ = plates.take()
    assert (newest.at, set(newest.pixels.ravel().tolist())) == (3, {3})


def test_the_one_that_is_looked_at_is_not_touched_by_those_that_come() -> None:
    plates = Plates()
    plates.put(picture(1), NEW)
    looked_at, _ = plates.take()
    plates.put(picture(2, side=40), NEW)
    plates.put(picture(3), NEW)
    assert set(looked_at.pixels.ravel().tolist()) == {1}


def test_a_picture_is_overwritten_when_it_was_looked_at_and_when_it_is_replaced() -> None:
    plates = Plates()
    plates.put(picture(1), NEW)
    looked_at, _ = plates.take()
    plates.forget(looked_at)
    assert not looked_at.pixels.any()
    plates.put(picture(2, side=40), NEW)
    waiting = plates._waiting
    plates.put(picture(3), NEW)
    assert set(waiting.tolist()) == {0, 3}


def test_after_the_end_what_waits_is_still_taken() -> None:
    plates = Plates()
    plates.put(picture(1), NEW)
    plates.close()
    assert plates.wait()
    assert plates.take()
    assert not plates.wait()


def test_who_waits_for_a_picture_hears_of_the_end() -> None:
    plates, found = Plates(), [picture(1)]

    def wait() -> None:
        assert not plates.wait()
        found.clear()

    waiting = threading.Thread(target=wait)
    waiting.start()
    plates.close()
    waiting.join(10)
    assert found == []
