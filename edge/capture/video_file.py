"""A video file -> frames, by the video's own timestamps, as often as a camera's are taken."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from edge.capture import BadSource
from edge.capture.pictures import fit
from edge.capture.sources import shown
from edge.capture.stillness import Stillness
from edge.clock import to_samples
from edge.signals import Frame, Still
from edge.slot import End

FILE_OPTIONS: Final = (
    "protocol_whitelist;file|"
    "format_whitelist;mov,matroska,avi,mpegts,mpeg,mpegvideo,mjpeg,yuv4mpegpipe,ogg,flv,h264,hevc"
)
"""Video, and not what FFmpeg also plays: text as a terminal, playlists of other files."""
USUAL_FRAMES_PER_S = 25.0
"""Where a file does not say."""


def signals(path: Path, stillness: Stillness, skip: int) -> Iterator[Frame | Still | End]:
    """Yield frames from position `skip` (samples of 16 kHz), then the end; raise BadSource."""
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = FILE_OPTIONS
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    if not video.isOpened():
        raise BadSource(f"{shown(path)} is no video that can be read (mp4, mkv, avi, mjpeg, y4m)")
    own_frames_per_s = video.get(cv2.CAP_PROP_FPS) or USUAL_FRAMES_PER_S
    due_s, frames, at_s = skip / to_samples(1), 0, 0.0
    while video.grab():
        stamp_s = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        # A raw MJPEG file has no timestamps: then the frames are counted.
        at_s = stamp_s if stamp_s > at_s else frames / own_frames_per_s
        frames += 1
        if at_s < due_s and not stillness.is_wanted_now:
            continue
        whole, pixels = video.retrieve()
        is_worth_it = whole and stillness.taken(pixels.astype(np.uint8, copy=False))
        due_s = (at_s / stillness.interval_s // 1 + 1) * stillness.interval_s
        if is_worth_it:
            rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
            yield Frame(fit(rgb.astype(np.uint8, copy=False)), to_samples(at_s))
        elif whole:
            yield Still(to_samples(at_s))
    video.release()
    if not frames:
        raise BadSource(f"{shown(path)} holds no picture that can be read")
    yield End(max(skip, to_samples(at_s + 1 / own_frames_per_s)))
