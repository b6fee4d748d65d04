"""`python -m edge.bridge.home`: the house's link, born, sealed, and then open.

Home Assistant comes by the Wyoming protocol, with sound that it wants as text and with text that it
wants as sound. The birth order is that of `edge.bridge`; the sound goes into a slot of its own, and
what was found in it comes down the control pipe, once the runtime has entered it.
"""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from typing import Final

import msgspec

from edge import config, seal
from edge.bridge.home_link import HomeLink, SlotEnd
from edge.bridge.home_speech import Speech
from edge.messages import Go, HomeAsks, HomeTold
from edge.seal import own
from firmware_bridge import wyoming
from firmware_bridge.wyoming_server import Offers

CONTROL_FD, STATUS_FD, ERROR_FD = 0, 1, 2
MOST_TOLD_BYTES: Final = 65_536
WITHIN_S: Final = 10.0
ENDED: Final = 0
OF_MOST: Final = (
    *("en", "ar", "cs", "da", "de", "el", "es", "fi", "fr", "hi", "hu", "id", "it", "ja", "ko"),
    *("nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "vi", "zh"),
)
READY: Final = HomeAsks(0, "")


class Control:
    """What the launcher says: GO, and what was found."""

    def __init__(self, link: HomeLink) -> None:
        self.go = asyncio.Event()
        self._link = link
        self._rest = b""
        self._decoder: msgspec.json.Decoder[HomeTold] = msgspec.json.Decoder(HomeTold)

    def listen(self) -> None:
        """Hear from now on; the end of the pipe ends the process."""
        asyncio.get_running_loop().add_reader(CONTROL_FD, self._obey)

    def _obey(self) -> None:
        piece = os.read(CONTROL_FD, MOST_TOLD_BYTES)
        if not piece:
            os._exit(ENDED)
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            told = self._decoder.decode(line)
            if isinstance(told, Go):
                self.go.set()
            else:
                self._link.told(told)


def main(argv: Sequence[str]) -> int:
    """Live the life of the house's link; return the exit status."""
    before = set(own.descriptors())
    return asyncio.run(_live(_parse(argv), before))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.bridge.home", description=__doc__)
    parser.add_argument("--slot-fd", type=int, required=True)
    parser.add_argument("--epoch", type=int, required=True)
    parser.add_argument("--listener-fd", type=int, required=True)
    parser.add_argument("--voice-fd", type=int, default=-1, help="where nothing speaks, none")
    parser.add_argument("--version", required=True, help="of Offrecord")
    parser.add_argument("--settings", default="")
    return parser.parse_args(argv)


async def _live(options: argparse.Namespace, before: set[int]) -> int:
    settings = config.from_argument(options.settings)
    slot = socket.socket(fileno=options.slot_fd)
    listener = socket.socket(fileno=options.listener_fd)
    listener.setblocking(False)  # noqa: FBT003 (its only parameter)
    speech = Speech(socket.socket(fileno=options.voice_fd)) if options.voice_fd >= 0 else None
    offers = Offers(
        version=options.version,
        recogniser=settings.recogniser.weights,
        languages=languages(settings.recogniser),
        voice=settings.voice.voice if speech else "",
    )
    link = HomeLink(SlotEnd(slot, options.epoch), speech, offers, report)
    await rehearse(link)
    made = set(own.descriptors()) - before  # what the loop waits by
    voice = {speech.descriptor} if speech else set[int]()
    kept = {options.slot_fd, options.listener_fd, *voice, *made}
    seal.close_all_but({CONTROL_FD, STATUS_FD, ERROR_FD, *kept})
    seal.silence_stderr()
    seal.seal("firmware_bridge", writable_fds=[STATUS_FD, options.slot_fd])
    control = Control(link)
    control.listen()
    report(READY)
    await control.go.wait()
    await link.serve(listener)
    return ENDED


async def rehearse(link: HomeLink) -> None:
    """Answer one who asks what there is, so that nothing is loaded for the first who comes."""
    ours, theirs = socket.socketpair()
    link.adopt(ours, "rehearsal")
    reader, writer = await asyncio.open_connection(sock=theirs)
    writer.write(wyoming.encode(wyoming.Event("describe")))
    await asyncio.wait_for(reader.readline(), WITHIN_S)
    writer.close()
    await writer.wait_closed()
    await link.until_all_have_gone()


def languages(recogniser: config.Recogniser) -> tuple[str, ...]:
    """Return the languages to offer; of a recogniser that listens for any, those of most people."""
    return OF_MOST if recogniser.language == config.AUTO else (recogniser.language,)


def report(asked: HomeAsks) -> None:
    """Tell the launcher."""
    os.write(STATUS_FD, msgspec.json.encode(asked) + b"\n")


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
