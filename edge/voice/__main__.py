"""The voice's birth: import, open what plays, load a voice, seal, say so; then speak.

Sentences come in on descriptor 0, what became of them goes out on 1, from and to the runtime. Until
the seal a failure is one sentence on stderr; after it there is no stderr, and a fault ends the
process. It is never given anything that a microphone heard.
"""

import argparse
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from edge import config, seal
from edge.messages import PIPER_FAILED_EXIT, Speak, Spoke, Telling, Voiced
from edge.seal import own
from edge.voice.espeak import Espeak, NoEngine
from edge.voice.piper import Piper, ProgramFailed
from edge.voice.reference import Reference
from edge.voice.speaking import Plays, Speaking
from edge.voice.worn import Worn

TOLD_FD, REPORTS_FD, STDERR_FD = 0, 1, 2
PACKET_BYTES: Final = 4096
"""Both pipes are in packet mode: a read returns one message."""
NO_PORTAUDIO: Final = "PortAudio is not installed; run `sudo apt install libportaudio2`"


def main(argv: Sequence[str]) -> int:
    """Be born and sealed, then speak until the runtime's end of the pipe is closed."""
    arguments = _arguments(argv)
    settings = config.from_argument(arguments.settings).voice
    is_worn = arguments.slot_fd is None
    given = arguments.worn_fd if is_worn else arguments.slot_fd
    slot = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=given)
    reference = None if is_worn else Reference(slot, arguments.epoch)
    before = set(own.descriptors())
    try:
        engine, ends = _engine(arguments.piper, settings)
        plays = Worn(slot) if is_worn else _loudspeaker(settings.device, engine.rate_hz)
        speaking = Speaking(engine, plays, reference, report)
        speaking.warm_up()
        if isinstance(engine, Espeak):
            engine.make_ready_for_the_seal()
    except ProgramFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return PIPER_FAILED_EXIT
    except (NoEngine, RuntimeError, OSError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    opened = set(own.descriptors()) - before
    decoder: msgspec.msgpack.Decoder[Telling] = msgspec.msgpack.Decoder(Telling)
    threading.Thread(target=speak, args=(speaking.run,), name="speaking", daemon=True).start()
    seal.give_back_memory()
    seal.close_all_but({TOLD_FD, REPORTS_FD, STDERR_FD, given, *ends, *opened})
    seal.silence_stderr()
    local = [descriptor for descriptor in opened if own.is_local_conversation(descriptor)]
    seal.seal("voice", writable_fds={REPORTS_FD, given, *ends[:1], *local})
    report(Spoke(0, 0, was_cut=False))
    while packet := os.read(TOLD_FD, PACKET_BYTES):
        told = decoder.decode(packet)
        if isinstance(told, Speak):
            speaking.add(told)
        else:
            speaking.hush()
    return 0


def speak(run: Callable[[], None]) -> None:
    """Speak, for ever; where Piper fails, end, so that the launcher starts one without it."""
    try:
        run()
    except ProgramFailed:
        os._exit(PIPER_FAILED_EXIT)


def report(voiced: Voiced) -> None:
    """Tell the runtime; one write is one packet, from whichever thread."""
    os.write(REPORTS_FD, msgspec.msgpack.encode(voiced))


def _engine(of_piper: str, settings: config.Voice) -> tuple[Espeak | Piper, tuple[int, ...]]:
    """Return what speaks, and the ends of its pipes; raise NoEngine or ProgramFailed."""
    if not of_piper:
        return Espeak(settings.voice, settings.speed_wpm), ()
    text_fd, sound_fd, rate_hz = map(int, of_piper.split(","))
    piper = Piper(text_fd, sound_fd, rate_hz)
    piper.start()
    return piper, (text_fd, sound_fd)


def _loudspeaker(wanted: str, rate_hz: int) -> Plays:
    """Return one of this machine's; raise NoEngine, or a RuntimeError that says what to do."""
    try:
        from edge.voice import loudspeaker  # noqa: PLC0415 (PortAudio is loaded here)
    except OSError:
        raise NoEngine(NO_PORTAUDIO) from None
    return loudspeaker.Loudspeaker(wanted, rate_hz)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.voice")
    plays = parser.add_mutually_exclusive_group(required=True)
    plays.add_argument("--slot-fd", type=int, help="of the chamber, for what a loudspeaker plays")
    plays.add_argument("--worn-fd", type=int, help="by which a wearable plays")
    parser.add_argument("--epoch", type=int, default=0, help="of the slot")
    parser.add_argument("--piper", default="")
    parser.add_argument("--settings", default="")
    return parser.parse_args(argv)


if __name__ == "__main__":
    # Without the interpreter's farewell: PortAudio's may wait for a device that is gone.
    os._exit(main(sys.argv[1:]))
