"""What does the Omi phone app say to a speech-to-text service of its user's own? No I/O.

By WebSocket: messages of sound, and `{"type": "CloseStream"}` before it goes. It wants objects with
`segments`, their times in seconds of the connection; one without any keeps the connection alive.
The app unpacks Opus by itself, so int16 samples of 16 kHz are what comes, unless the address that
its user typed names something else: `?codec=opus` or `?sample_rate=8000`. (`transcription.mdx`,
`pure_streaming_stt.dart`, `audio_transcoder.dart` of BasedHardware/omi, MIT.)
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Final

from firmware_bridge import omi
from firmware_bridge.omi import Codec, UnknownCodec
from firmware_bridge.omi_sound import RATE_HZ, Sound
from firmware_bridge.session import Heard

PATH: Final = "/omi"
MOST_MESSAGE_BYTES: Final = 65_536
"""Two seconds of samples; the app sends what a pendant's frame holds."""
MOST_WORDS_BYTES: Final = 1024
"""Of what it says in words: the longest is `{"type": "CloseStream"}`."""
SECRET_BYTES: Final = 10
KEEP_ALIVE: Final = '{"segments": []}'
CODECS: Final[Mapping[str, Codec]] = {
    "pcm": omi.CODECS[0],
    "pcm16": omi.CODECS[0],
    "linear16": omi.CODECS[0],
    "pcm8": omi.CODECS[1],
    "opus": omi.CODECS[21],
    "opus_fs320": omi.CODECS[21],
}
"""As the app's own service calls them -> the codec; of Opus, a packet says how long it is."""
USUAL: Final = "pcm16"
SPEAKERS: Final = ("SPEAKER_00", "SPEAKER_01")
"""The wearer, or whose voice nobody can tell; and others."""


def word(token: bytes) -> str:
    """Return what the address has to end with: 16 letters and digits, typed by hand once."""
    return base64.b32encode(token[:SECRET_BYTES]).decode().lower()


def codec(query: Mapping[str, str]) -> Codec:
    """Return how the sound is packed, by what the address names; raise UnknownCodec."""
    name = (query.get("codec") or query.get("encoding") or USUAL).lower()
    rate = query.get("sample_rate", "")
    found = CODECS.get(name)
    if found and found.kind == "pcm" and rate:
        found = next((each for each in CODECS.values() if str(each.rate_hz) == rate), None)
    if found is None:
        raise UnknownCodec(f"of codecs these are known here: {', '.join(CODECS)}; 8000 or 16000 Hz")
    return found


def segments(text: str, start_s: float, end_s: float, *, is_other: bool) -> str:
    """Return what the app is sent; the times count from the connection's first sample."""
    told = {"text": text, "speaker": SPEAKERS[is_other]}
    times = {"start": round(start_s, 2), "end": round(end_s, 2)}
    return json.dumps({"segments": [{**told, **times}]}, ensure_ascii=False)


def is_over(words: str) -> bool:
    """Say whether the app has nothing more to send; what else it may say means nothing here."""
    if len(words) > MOST_WORDS_BYTES:
        return False
    try:
        said = json.loads(words)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("type") == "CloseStream"


class Session:
    """One connection's sound."""

    def __init__(self, packed: Codec) -> None:
        self._packed, self._sound = packed, Sound(packed)
        self.begin = -1
        """Where its first sample lies on our clock; -1 before that came."""
        self.is_over = False
        """Whether the app has said that no more sound comes."""
        self.damaged = 0
        """Messages that hold no sound."""

    def take(self, message: bytes, now: int) -> Iterator[Heard]:
        """Yield the sound of a message that came at our position `now`."""
        if self.is_over:
            return
        if not message or (self._packed.kind == "pcm" and len(message) % 2):
            self.damaged += 1
            return
        for heard in self._sound.hear(message, now):
            if self.begin < 0:
                self.begin = heard.start
            yield heard

    def seconds(self, position: int) -> float:
        """Return where a position of our clock lies in the connection."""
        return max(0, position - self.begin) / RATE_HZ
