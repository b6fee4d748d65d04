"""`python -m edge.bridge`: the links of paired wearables, born, sealed, and then open.

The order is the promise: import everything, rehearse a connection with nobody outside, close what
is not needed, seal, say `ready`, and only after the launcher's GO take the first connection of the
socket that the launcher bound, or hear the device that it opened. The end of the control pipe ends
the process at once.
"""

import argparse
import asyncio
import os
import stat
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

import cv2
import msgspec

from edge import seal
from edge.bridge import links
from edge.bridge.intake import PhotoIntake, SoundIntake
from edge.bridge.spoken import Spoken
from edge.bridge.told import MOST_LINE_BYTES, Told
from edge.capture.outlet import Outlet
from edge.capture.play import Schedule
from edge.capture.report import EVERY_S, Report
from edge.capture.stillness import Stillness
from edge.capture.wishes import GO, Wishes
from edge.clock import to_ms, to_samples
from edge.config import from_argument
from edge.messages import (
    Attend,
    Hush,
    ReturnAnswer,
    ReturnWords,
    SourceKind,
    Status,
    WearableState,
    WordsWanted,
)
from edge.messages import Mute as MuteAsked
from edge.seal import own
from firmware_bridge.frames import TOKEN_BYTES, Gaze, Mute
from firmware_bridge.links import Brought, Link, Lost, TakesAnswers, TakesWords, Terms
from firmware_bridge.session import Closed, Gone, Heard, Pictured, Quiet

CONTROL_FD, STATUS_FD, ERROR_FD = 0, 1, 2
ENDED, LOST = 0, 3
"""Exit statuses, as those of `edge.capture`."""
BETWEEN_GAZES_S: Final = 0.2
NOBODY: Final = "a wearable that has not come yet"


def main(argv: Sequence[str]) -> int:
    """Live the life of the bridge; return the exit status."""
    before = set(own.descriptors())
    return asyncio.run(_live(_parse(argv), before))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.bridge", description=__doc__)
    parser.add_argument("--slots", required=True, help="audio:FD:EPOCH,video:FD:EPOCH")
    parser.add_argument("--link", choices=links.LINKS, required=True)
    parser.add_argument("--way-fd", type=int, default=-1, help="by which a wearable comes")
    parser.add_argument("--where", default="", help="what the user named, for the link")
    parser.add_argument("--token-fd", type=int, required=True)
    parser.add_argument("--key-fd", type=int, default=-1, help="of a file, where it ends TLS")
    parser.add_argument("--voice-fd", type=int, default=-1, help="from which a wearable speaks")
    parser.add_argument("--origin", default="", help="of the one page that may connect")
    parser.add_argument("--skip-ms", type=int, default=0, help="where the stream's clock starts")
    parser.add_argument("--settings", default="")
    return parser.parse_args(argv)


async def _live(options: argparse.Namespace, before: set[int]) -> int:
    bridge = Bridge(options)
    way = links.module(options.link)
    await way.rehearse()
    bridge.link = await way.opened(bridge.terms(options), options.way_fd)
    made = set(own.descriptors()) - before  # what the loop waits by, and what the link made
    given = {options.way_fd, options.voice_fd} - {-1}
    keep = {CONTROL_FD, STATUS_FD, ERROR_FD, *given, *bridge.outlets, *made}
    seal.close_all_but(keep)
    seal.silence_stderr()
    lines = {fd for fd in given if stat.S_ISCHR(os.fstat(fd).st_mode)}  # replies go by write()
    seal.seal("firmware_bridge", writable_fds=[STATUS_FD, *bridge.outlets, *lines])
    bridge.begin()
    await bridge.go.wait()
    bridge.open()
    try:
        await bridge.link.serve()
    except Lost:
        bridge.lose(options.where)
        return LOST
    return ENDED


class Bridge:
    """The slots, the reports on them, and the link between."""

    link: Link

    def __init__(self, options: argparse.Namespace) -> None:
        config = from_argument(options.settings)
        self.go = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._skip = to_samples(options.skip_ms / 1000)
        self._schedule = Schedule(self._skip, time.monotonic())
        self._wishes, self._told_us = Wishes(), Told()
        self._reports: dict[SourceKind, Report] = {}
        self.outlets: set[int] = set()
        self._sound: SoundIntake | None = None
        self._photos: PhotoIntake | None = None
        self._next_photo: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._spoken = Spoken(options.voice_fd) if options.voice_fd >= 0 else None
        self._gazed_s = 0.0
        self._told: WearableState | None = None
        self._trouble = ""
        for each in options.slots.split(","):
            kind, slot_fd, epoch = each.split(":")
            outlet = Outlet(int(slot_fd), int(epoch))
            self.outlets.add(outlet.descriptor)
            self._reports[kind] = Report(kind, outlet, status_fd=STATUS_FD)
            if kind == "audio":
                self._sound = SoundIntake(outlet)
            else:
                cv2.setNumThreads(1)
                still = Stillness(config.camera.frames_per_s, self._wishes)
                self._photos = PhotoIntake(outlet, still, self._photo_done)

    def terms(self, options: argparse.Namespace) -> Terms:
        """Return what the link is made with; the token is read, once."""
        token = os.read(options.token_fd, TOKEN_BYTES)
        os.close(options.token_fd)
        return Terms(
            *(self._now, self._take, token),
            origin=options.origin,
            where=options.where,
            key_fd=options.key_fd,
            wants_words=lambda who, since: self._tell(WordsWanted(who, to_ms(since))),
        )

    def begin(self) -> None:
        """Say that all is ready, and hear what the launcher wants; sealed by now."""
        if self._photos:
            threading.Thread(target=self._photos.run, name="photos", daemon=True).start()
        self._loop.add_reader(CONTROL_FD, self._obey)
        for report in self._reports.values():
            report.device, report.live = NOBODY, True
            report.tell("ready")

    def open(self) -> None:
        """Begin the stream's clock: from now on somebody may come."""
        self._schedule = Schedule(self._skip, time.monotonic())
        if self._spoken and isinstance(self.link, TakesAnswers):
            self._spoken.listen(self.link.take_voice)
        self._report()

    def lose(self, where: str) -> None:
        """Say that the device is gone."""
        for report in self._reports.values():
            report.tell("lost", f"the wearable on {where} is not there any more")

    def _report(self) -> None:
        """Tell how it is, now and every second."""
        now_s = time.monotonic()
        standing = self.link.standing
        for report in self._reports.values():
            report.device = (standing and standing.name) or NOBODY
            report.clock(self._schedule.position(now_s), now_s)
        if standing and standing.trouble != self._trouble:
            self._trouble = standing.trouble
            report.tell("running", standing.trouble)  # once, of whichever slot
        if standing:
            refused = self._photos.refused if self._photos else 0
            state = WearableState(
                standing.name,
                standing.is_connected,
                standing.battery_percent,
                standing.lost,
                standing.late,
                standing.twice,
                refused,
                standing.damaged,
                standing.motion,
            )
            if state != self._told:
                self._tell(state)
                self._told = state
        self._loop.call_later(EVERY_S, self._report)

    def _obey(self) -> None:
        told = os.read(CONTROL_FD, MOST_LINE_BYTES)
        if not told:
            os._exit(ENDED)
        for each in self._told_us.feed(told):
            if isinstance(each, ReturnWords):
                self._return(each)
            elif isinstance(each, ReturnAnswer):
                self._answer(each)
            else:
                self._wishes.hear(each)
                if GO in each:
                    self.go.set()
        if self._wishes.is_picture_wanted and self._next_photo:
            self._next_photo.cancel()
            self._let_photo_come()

    def _return(self, words: ReturnWords) -> None:
        if isinstance(self.link, TakesWords):
            start, end = to_samples(words.start_ms / 1000), to_samples(words.end_ms / 1000)
            self.link.take_words(words.text, start, end, is_other=words.is_other)

    def _answer(self, answer: ReturnAnswer) -> None:
        if self._spoken and not answer.goes_on:
            self._spoken.read()  # it was said before this was
        if isinstance(self.link, TakesAnswers):
            self.link.take_answer(answer.text, goes_on=answer.goes_on, was_cut=answer.was_cut)

    def _now(self) -> int:
        return self._schedule.position(time.monotonic())

    def _take(self, brought: Brought) -> None:
        match brought:
            case Heard() if self._sound:
                self._sound.take(brought)
            case Closed() if self._sound:
                self._sound.pass_on(brought)
            case Pictured() if self._photos:
                self._photos.take(brought)
            case Gaze(place=(x, y)) if time.monotonic() - self._gazed_s >= BETWEEN_GAZES_S:
                self._gazed_s = time.monotonic()
                self._tell(Attend(x, y))
            case Gone() if self._sound:
                self._sound.end()
            case Mute():
                self._tell(MuteAsked())
            case Quiet():
                self._tell(Hush())
            case _:
                pass

    def _tell(self, message: Status) -> None:
        os.write(STATUS_FD, msgspec.json.encode(message) + b"\n")

    # --- the next photo ------------------------------------------------------------------------

    def _photo_done(self, wait_s: float) -> None:
        """On the photos' thread."""
        self._loop.call_soon_threadsafe(self._plan_photo, wait_s)

    def _plan_photo(self, wait_s: float) -> None:
        wait_s = 0.0 if self._wishes.is_picture_wanted else wait_s
        self._next_photo = self._loop.call_later(wait_s, self._let_photo_come)

    def _let_photo_come(self) -> None:
        self._next_photo = None
        sending = self._loop.create_task(self.link.photo_done())
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
