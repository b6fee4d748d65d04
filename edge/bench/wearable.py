"""What does a wearable's link cost in words, and does it count what got lost on the way?

Real speech goes through an emulated wearable: its real frames, its real codec, and a way on which
some are lost; then through the link's own decoding, and what comes of that is heard by the sealed
chamber. Nothing waits for a clock, so that ten minutes take as long as the chamber takes to hear
them. Then the same link is cut off time and again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from edge import config, tune
from edge.bench import CannotMeasure, speech, stream
from edge.bench.clips import Clip, load_clip, read_manifest
from edge.bench.conditions import GAP_S, Condition
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import Samples
from firmware_bridge import adpcm, omi, omi_app, xiaozhi
from firmware_bridge.adpcm import Packer
from firmware_bridge.emulator import FRAME_SAMPLES, Faults, Way
from firmware_bridge.emulator import Firmware as OurFirmware
from firmware_bridge.frames import TOKEN_BYTES
from firmware_bridge.hpke import Receiver, Sender, public_of
from firmware_bridge.omi_app_emulator import PhoneApp
from firmware_bridge.omi_emulator import NUMBERS
from firmware_bridge.omi_emulator import Firmware as OmiFirmware
from firmware_bridge.omi_sound import Sound
from firmware_bridge.order import Order
from firmware_bridge.session import Closed, Heard, Session
from firmware_bridge.xiaozhi_camera import Camera
from firmware_bridge.xiaozhi_emulator import FRAME_SAMPLES as PACKET_SAMPLES
from firmware_bridge.xiaozhi_emulator import Device
from firmware_bridge.xiaozhi_frames import TIMED

CUTS: Final = 100
AWAY_SAMPLES: Final = SAMPLE_RATE_HZ // 5
"""So long nobody is connected, each time."""
RENEW_EVERY: Final = 2 * SAMPLE_RATE_HZ
TOKEN: Final = bytes(range(TOKEN_BYTES))
CHAMBER_KEY: Final = bytes(range(1, 33))


@dataclass(slots=True)
class Line:
    """One connection of an emulated wearable, both sides of it."""

    sends: Callable[[bytes, int], Sequence[bytes]]
    """Samples and their place -> what goes on the way."""
    hears: Callable[[bytes, int], Sequence[object]]
    """What arrived, and our position -> what it brings."""
    order: Order
    ends: Callable[[int], Sequence[object]] = field(default=lambda _: ())


def _omi(codec: str) -> Callable[[], tuple[int, Callable[[], Line]]]:
    """Return what makes an Omi pendant, which goes on counting when its connection ends."""

    def pendant() -> tuple[int, Callable[[], Line]]:
        firmware = OmiFirmware(codec, number=omi.NUMBERS - 1000)  # so that its numbers begin anew

        def line() -> Line:
            sound = Sound(omi.CODECS[NUMBERS[codec]])
            return Line(
                lambda samples, _: list(firmware.sound(samples)),
                lambda arrived, now: list(sound.take(arrived, now)),
                sound.fragments.order,
                lambda now: list(sound.end(now)),
            )

        return firmware.frame_samples, line

    return pendant


def _phone(codec: str) -> Callable[[], tuple[int, Callable[[], Line]]]:
    """Return what makes an Omi phone app."""

    def phone() -> tuple[int, Callable[[], Line]]:
        def line() -> Line:
            app, session = PhoneApp(codec), omi_app.Session(omi_app.CODECS[codec])
            return Line(
                lambda samples, _: [app.sound(samples)],
                lambda arrived, now: list(session.take(arrived, now)),
                Order(),
            )

        return FRAME_SAMPLES, line

    return phone


def _ours(
    packer: type[Packer] | None = None, *, encrypts: bool = False
) -> Callable[[], tuple[int, Callable[[], Line]]]:
    """Return what makes a wearable that speaks our own frames."""

    def wearable() -> tuple[int, Callable[[], Line]]:
        def line() -> Line:
            sender = Sender(public_of(CHAMBER_KEY)) if encrypts else None
            firmware = OurFirmware(TOKEN, packer=packer() if packer else None, sender=sender)
            session, receiver = Session(TOKEN), Receiver(CHAMBER_KEY)

            def sends(samples: bytes, at: int) -> list[bytes]:
                firmware.clock = at
                made = firmware.sound(samples, at)
                return [made] if made else []

            def hears(arrived: bytes, now: int) -> list[object]:
                if now // RENEW_EVERY != (now - FRAME_SAMPLES) // RENEW_EVERY:
                    session.renew_credit(now)  # as the link does
                brought = list(session.feed(arrived, now))
                _answer(firmware, session, now)
                return [_opened(each, receiver) for each in brought]

            list(session.feed(firmware.hello(), 0))
            _answer(firmware, session, 0)
            return Line(sends, hears, session.order)

        return FRAME_SAMPLES, line

    return wearable


def _answer(firmware: OurFirmware, session: Session, now: int) -> None:
    """Let the wearable answer what the bridge asks."""
    replies, session.replies = session.replies, []
    for reply in replies:
        for answer in firmware.hear(reply):
            list(session.feed(answer, now))


def _opened(brought: object, receiver: Receiver) -> object:
    """Return the sound that the chamber finds in what only it can open, and all else as it is."""
    if not isinstance(brought, Closed):
        return brought
    block = receiver.open(brought.encapsulated, brought.number, brought.known, brought.box)
    return Heard(adpcm.unpacked(block), brought.start)


def _xiaozhi() -> tuple[int, Callable[[], Line]]:
    """Return what makes a xiaozhi device whose packets have a time: by that some are missed."""

    def line() -> Line:
        device, session = Device(TIMED), xiaozhi.Session("", Camera("", str))
        for words in (device.hello(), device.listen("start")):
            list(session.say(words, 0))
        return Line(
            lambda samples, _: [device.sound(samples)],
            lambda arrived, now: list(session.hear(arrived, now)),
            session.speech.order,
        )

    return PACKET_SAMPLES, line


WEARABLES: Final[Mapping[str, Mapping[str, Callable[[], tuple[int, Callable[[], Line]]]]]] = {
    "omi": {codec: _omi(codec) for codec in NUMBERS},
    "omi-app": {codec: _phone(codec) for codec in ("pcm16", "opus")},
    "websocket": {"pcm16": _ours()},
    "serial": {
        "pcm16": _ours(),
        "adpcm": _ours(Packer),
        "encrypted": _ours(Packer, encrypts=True),
    },
    "xiaozhi": {"opus": _xiaozhi},
}
"""Protocol -> codec -> what makes a wearable: samples in a frame, and a connection of it."""
UNBROKEN: Final = frozenset({"omi-app"})
"""Protocols of TCP whose messages have no numbers: there what was sent arrives."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure."""

    manifest: Path
    """JSON lines with `file` and `text`."""
    protocol: str
    codec: str
    minutes: float = 10.0
    losses: Sequence[float] = (0.0, 1.0, 5.0)
    """Per cent of frames, or of notifications."""
    settings: config.Config = field(default_factory=config.Config)


@dataclass(slots=True)
class Carried:
    """What came of a sound on its way."""

    samples: Samples
    sent: int = 0
    lost: int = 0
    """Between those that came, by who sent them: nobody can tell what is lost after the last."""
    counted: int = 0
    """By the link."""
    heard_after_cut: int = 0
    """Connections of which sound came."""


def measure(asked: Asked) -> dict[str, Any]:
    """Return how many words are heard wrongly: directly, and with each share lost."""
    codecs = WEARABLES[asked.protocol]
    if asked.codec not in codecs:
        raise CannotMeasure(f"{asked.protocol} has no codec {asked.codec}: {', '.join(codecs)}")
    if asked.protocol in UNBROKEN and any(asked.losses):
        raise CannotMeasure(f"{asked.protocol} comes by TCP, which loses nothing; --loss 0")
    settings = tune.applied(asked.settings)
    clips, sounds = _enough(asked)
    samples, parts = stream.join(sounds, [GAP_S] * len(sounds))
    judge = speech.judge(clips)

    def wer(heard: Samples) -> float:
        said = speech.sealed(Condition("", heard, parts), settings)
        return float(judge(said.words.texts)["wer"])

    direct = wer(samples)
    rows = []
    for loss in asked.losses:
        carried = carry(samples, codecs[asked.codec], Faults(lost=loss / 100))
        row = {"loss_percent": loss, "wer": (heard := wer(carried.samples))}
        row["points_worse"] = round(100 * (heard - direct), 2)
        rows.append({**row, "sent": carried.sent, "lost": carried.lost, "counted": carried.counted})
    cut = carry(samples, codecs[asked.codec], Faults(), CUTS)
    return {
        "protocol": asked.protocol,
        "codec": asked.codec,
        "model": f"{settings.recogniser.weights} {settings.recogniser.precision}",
        "clips": len(clips),
        "audio_s": round(len(samples) / SAMPLE_RATE_HZ, 1),
        "direct_wer": direct,
        "losses": rows,
        "counts_exact": all(row["lost"] == row["counted"] for row in rows),
        "cuts": CUTS,
        "heard_after_cut": cut.heard_after_cut - 1,
    }


def _enough(asked: Asked) -> tuple[list[Clip], list[Samples]]:
    """Return the first clips, as many as fill the minutes."""
    clips, sounds, wanted = [], [], asked.minutes * 60 * SAMPLE_RATE_HZ
    for clip in read_manifest(asked.manifest, Clip, ("file", "text")):
        clips.append(clip)
        sounds.append(load_clip(asked.manifest.parent / clip.file))
        wanted -= len(sounds[-1])
        if wanted <= 0:
            break
    return clips, sounds


def carry(
    samples: Samples,
    wearable: Callable[[], tuple[int, Callable[[], Line]]],
    faults: Faults,
    cuts: int = 0,
) -> Carried:
    """Carry a sound, at its own pace by a clock that is not waited for."""
    step, connected = wearable()
    said = np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2")  # as the file had them
    carried, way = Carried(np.zeros(len(samples) + SAMPLE_RATE_HZ, np.float32)), Way(faults)
    stretch = -(-len(said) // (cuts + 1))
    for begin in range(0, len(said), stretch):
        end = min(begin + stretch - AWAY_SAMPLES * bool(cuts), len(said))
        line, heard = connected(), False
        numbers: list[bool] = []
        """Whether each that was sent arrived."""
        for place in range(begin, end - step + 1, step):
            now = place + step
            for sent in line.sends(said[place : place + step].tobytes(), place):
                arrived = way.send(sent)
                numbers.append(bool(arrived))
                for each in arrived:
                    heard |= _laid(line.hears(each, now), carried.samples)
        heard |= _laid(line.ends(end), carried.samples)
        carried.heard_after_cut += heard
        carried.sent += len(numbers)
        came = [place for place, has_come in enumerate(numbers) if has_come]
        carried.lost += came[-1] - came[0] + 1 - len(came) if came else 0
        carried.counted += line.order.lost
    carried.samples = carried.samples[: len(samples)]
    return carried


def _laid(brought: Sequence[object], samples: Samples) -> bool:
    """Lay what was heard where it belongs; say whether there was any."""
    heard = [each for each in brought if isinstance(each, Heard)]
    for each in heard:
        piece = np.frombuffer(each.samples, "<i2").astype(np.float32) / 32768
        room = samples[each.start : each.start + len(piece)]
        room[:] = piece[: len(room)]
    return bool(heard)
