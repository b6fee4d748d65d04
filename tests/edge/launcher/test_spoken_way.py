"""What a wearable plays goes one way, and only to a link that can play it."""

import asyncio
import os
from pathlib import Path

import pytest

from edge import config
from edge.capture.sources import of_wearable
from edge.launcher.asides import Asides
from edge.launcher.births import Run
from edge.launcher.doorway import Doorway
from edge.launcher.processes import Processes
from edge.launcher.run import PROGRAMS

HEARD = config.Voice()
NAMED = config.Voice(device="kitchen")
OFF = config.Voice(enabled=False)


def made(link: str, voice: config.Voice, folder: Path) -> Run:
    settings = config.Config(voice=voice)
    return Run(settings, of_wearable(settings), folder, doorway=Doorway(link, bytes(32)))


@pytest.mark.parametrize(
    ("link", "voice", "is_worn"),
    [
        ("xiaozhi", HEARD, True),
        ("xiaozhi", NAMED, False),
        ("xiaozhi", OFF, False),
        ("omi-app", HEARD, False),
    ],
)
def test_a_wearable_speaks_where_it_can_and_no_loudspeaker_is_named(
    link: str, voice: config.Voice, is_worn: bool, tmp_path: Path
) -> None:
    assert made(link, voice, tmp_path).speaks_by_wearable == is_worn


def test_who_holds_what_a_wearable_hears_cannot_write_to_the_voice(tmp_path: Path) -> None:
    async def live() -> None:
        run = made("xiaozhi", HEARD, tmp_path)
        asides = Asides(run, PROGRAMS, Processes(lambda _: None, lambda _: None))
        assert not os.get_blocking(asides.spoken_fd)
        with pytest.raises(BrokenPipeError):
            os.write(asides.spoken_fd, b"what was heard")
        asides.close()
        assert asides.spoken_fd < 0

    asyncio.run(live())
