"""`python -m edge.capture`: one device or file, born, sealed, and then allowed to look and listen.

The order is the promise: import everything, open the device (what it gives is thrown away), close
what is not needed, seal, say `ready`, and only after the launcher's GO (it has looked from
outside) keep the first sample. A file is opened after GO. The end of the control pipe ends the
process at once: there is nothing to save.
"""

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

from edge import seal
from edge.capture import BadSource, DeviceLost, opening, sources
from edge.capture.outlet import Outlet
from edge.capture.report import Report
from edge.capture.wishes import GO, Wishes
from edge.clock import to_samples
from edge.config import from_argument
from edge.seal import own

CONTROL_FD, STATUS_FD, ERROR_FD = 0, 1, 2
MOST_WISHES: Final = 64
"""Read at once."""
ENDED, LOST, BAD_SOURCE, CHAMBER_GONE = 0, 3, 4, 5
"""Exit statuses."""


def main(argv: Sequence[str]) -> int:
    """Live the life of one source; return the exit status."""
    options = _parse(argv)
    outlet = Outlet(options.slot_fd, options.epoch)
    report = Report(options.kind, outlet, status_fd=STATUS_FD)
    before = set(own.descriptors())
    wishes = Wishes()
    try:
        capture = _open(options, outlet, report, wishes)
    except BadSource as error:
        report.tell("failed", str(error))
        return BAD_SOURCE
    go = threading.Event()
    threading.Thread(target=_obey, args=(go, wishes), name="control", daemon=True).start()
    _seal(outlet, set(own.descriptors()) - before, {options.pictures_fd})
    report.tell("ready")
    go.wait()
    return _run(capture, report)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.capture", description=__doc__)
    parser.add_argument("--kind", choices=("audio", "video"), required=True)
    parser.add_argument("--source", required=True, help="mic, camera, an address or a path")
    parser.add_argument("--slot-fd", type=int, required=True)
    parser.add_argument("--epoch", type=int, required=True)
    parser.add_argument("--pictures-fd", type=int, default=-1, help="of a camera's program")
    parser.add_argument("--fast", action="store_true", help="a file as fast as it is taken")
    parser.add_argument("--skip-ms", type=int, default=0, help="where the stream's clock starts")
    parser.add_argument("--picture-s", type=float, default=2.0)
    parser.add_argument("--settings", default="")
    return parser.parse_args(argv)


def _open(
    options: argparse.Namespace, outlet: Outlet, report: Report, wishes: Wishes
) -> Callable[[], None]:
    """Return what is to be done after GO; raise BadSource."""
    config = from_argument(options.settings)
    source = sources.describe(options.kind, options.source, config)
    report.device, report.live = source.name, source.live
    if source.live and options.fast:
        raise BadSource(f"--fast is for files; {source.name} has its own pace")
    skip = to_samples(options.skip_ms / 1000)
    report.begin(skip)
    job = opening.Job(
        *(source, config, outlet, report, skip, options.fast, options.picture_s, wishes),
        pictures_fd=options.pictures_fd,
    )
    return opening.OPENERS[source.form](job)


def _seal(outlet: Outlet, opened: set[int], read: set[int]) -> None:
    """Give up everything but the pipes, the slot and what the device needs.

    A camera's connection is no local conversation: after the seal it is only read, like the pipe
    of its program.
    """
    seal.close_all_but({CONTROL_FD, STATUS_FD, ERROR_FD, outlet.descriptor, *opened, *read})
    seal.silence_stderr()
    local = [descriptor for descriptor in opened if own.is_local_conversation(descriptor)]
    seal.seal("capture", writable_fds=[STATUS_FD, outlet.descriptor, *local])


def _obey(go: threading.Event, wishes: Wishes) -> None:
    """On a thread of its own: take GO and wishes, of which some may come first; end at the end."""
    while told := os.read(CONTROL_FD, MOST_WISHES):
        wishes.hear(told)
        if GO in told:
            go.set()
    os._exit(ENDED)


def _run(capture: Callable[[], None], report: Report) -> int:
    # The errors are held for one line only, and then the process is gone with all it heard.
    try:
        capture()
    except DeviceLost as error:
        report.tell("lost", str(error))
        return LOST
    except BadSource as error:
        report.tell("failed", str(error))
        return BAD_SOURCE
    except (BrokenPipeError, ConnectionResetError):  # of the slot: nobody listens any more
        return CHAMBER_GONE
    report.tell("ended")
    return ENDED


if __name__ == "__main__":
    # Without the interpreter's farewell: PortAudio's would wait for a device that is gone.
    os._exit(main(sys.argv[1:]))
