"""A live run says how soon it had the words, and what a picture shows; of a file it does not."""

import time
from pathlib import Path

import pytest
from runtime_process import HELLO, RuntimeProcess, at, spoken

from edge.messages import Figures, Seen
from edge.runtime.figures import SAID_EVERY_S


@pytest.mark.parametrize("live", [True, False])
def test_how_long_after_the_last_word_its_text_was_there(tmp_path: Path, *, live: bool) -> None:
    with RuntimeProcess(tmp_path, fast=False, live=live) as runtime:
        runtime.tell(at(10, live=live), at(10, kind="video", live=live, raw_bytes=9000))
        runtime.say(HELLO, spoken("The kettle is on.", 8), Seen(9000, (), (), 0, 0))
        found = runtime.until(Figures)[-1]
        while isinstance(found, Figures) and found.heard * found.seen == 0:
            time.sleep(SAID_EVERY_S)
            runtime.tell(at(12, live=live))
            found = runtime.until(Figures)[-1]
    assert isinstance(found, Figures)
    times = {each.stage: each.p50_ms for each in found.stages}
    assert times.keys() == ({"words", "picture"} if live else set())
    if live:
        assert 2000 <= times["words"] < 60_000
        assert 1000 <= times["picture"] < 60_000
