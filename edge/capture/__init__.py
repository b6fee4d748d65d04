"""Device or file -> signals into a source slot, in a process that can do nothing else with them.

Read in the order of the journey: `sources` (what is meant?), `microphone`, `camera`,
`sound_file`, `pictures`, `video_file` (one kind of source each), `play` (a file at its own
pace), `outlet` (into the slot), `report` (how the source is), `__main__` (the birth order).
"""

import os
from typing import Final

# OpenCV reads these when it is imported. It says nothing of its own (what it could say we say in
# one sentence), and a picture of more pixels than any camera takes is refused before it is decoded.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(100_000_000))


GONE_AFTER_S: Final = 1.8
"""A device that brings nothing at all for so long is gone: who is muted or stalls is said to be so
within two seconds. No device is silent like this by itself: a quiet room is sound too."""


class CaptureError(Exception):
    """What this package raises. The message is one sentence for a person."""


class BadSource(CaptureError, ValueError):
    """The source cannot be used as it is: the caller's to mend."""


class DeviceLost(CaptureError, ConnectionError):
    """A device that worked has gone away."""
