"""What does a xiaozhi device say to the server of its user's own, and what is it told? No I/O.

It asks an address that its user typed once (the bootstrap) where to connect. By WebSocket it says
hello in JSON, asks to be listened to, and sends Opus. It decides by itself when it streams; whose
turn it is in `auto` and `realtime` is for who listens, in `manual` for its button. The words that
were heard go back to its screen, and so do the answers, which it also plays.
(`docs/websocket.md`, `ota.cc` and `websocket_protocol.cc` of 78/xiaozhi-esp32, MIT.)
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, Final

from firmware_bridge.links import VOICE_HZ
from firmware_bridge.session import Gone, Heard, Quiet
from firmware_bridge.xiaozhi_answer import Answer, Told
from firmware_bridge.xiaozhi_camera import Camera
from firmware_bridge.xiaozhi_frames import (
    BARE,
    FRAMES_MS,
    USUAL_FRAME_MS,
    VERSIONS,
    BadPacket,
    Speech,
    unframed,
)

PATH: Final = "/xiaozhi"
PHOTO_PATH: Final = "/xiaozhi/photo"
MOST_MESSAGE_BYTES: Final = 32_768
"""The longest is a page of its tools, 8000 bytes."""
MOST_TEXT: Final = 800
"""Characters for a small screen."""
SECRET_BYTES: Final = 10
MOST_REPLIES: Final = 64
"""That wait for who does not read; what is more is left out."""
MOST_SOUND: Final = 16
"""Packets among them, a second: what it plays is not to be late for longer than that."""
ROUNDED: Final = 160
"""Samples, 10 ms: words are timed in whole milliseconds."""

Brought = Heard | Quiet | Gone


class Refused(ValueError):
    """It cannot be listened to; one sentence without content."""


def word(token: bytes) -> str:
    """Return the secret part of the bootstrap's address: 16 letters and digits, typed once."""
    return base64.b32encode(token[:SECRET_BYTES]).decode().lower()


def key(token: bytes) -> str:
    """Return the token that the bootstrap gives a device to connect with."""
    return hmac.new(token, b"a xiaozhi device's connection", hashlib.sha256).hexdigest()


def bootstrap_path(token: bytes) -> str:
    """Return where a device asks; a slash may follow."""
    return f"{PATH}/{word(token)}"


def bootstrap(url: str, token: str, version: str, time_s: float, ahead_min: int) -> str:
    """Return the answer: where to connect, and what time it is. Nothing is offered to install.

    `version` is how packets are framed, as the address asks; `ahead_min` that of our time zone.
    """
    framing = int(version) if version in {str(each) for each in VERSIONS} else BARE
    clock = {"timestamp": round(time_s * 1000), "timezone_offset": ahead_min}
    return json.dumps(
        {"websocket": {"url": url, "token": token, "version": framing}, "server_time": clock}
    )


class Session:
    """One connection. `replies` is what is to be sent; whoever sends it empties it."""

    def __init__(self, number: str, camera: Camera) -> None:
        """Take what the connection is called, and the device's eye."""
        self.replies: list[str | bytes] = []
        """JSON, and packets of sound."""
        self.is_sent_to = False
        """Whether somebody sends them just now."""
        self.camera = camera
        self.has_greeted = False
        self.damaged = 0
        """Messages that hold nothing."""
        self.begin = -1
        """Where its first sound lies on our clock; -1 before that came."""
        self.speech = Speech(USUAL_FRAME_MS)
        self._answer = Answer(BARE)
        self._number = number
        self._version = BARE
        self._is_listened_to = False

    def say(self, words: str, now: int) -> Iterator[Brought]:
        """Take a message of JSON at our position `now`; yield what it brings. Raises Refused."""
        told = _object(words)
        kind = told.get("type")
        if not self.has_greeted:
            if kind != "hello":
                raise Refused("a device says hello first")
            self._greet(told)
        elif kind == "listen":
            yield from self._listen(told.get("state"))
        elif kind == "abort":
            self._drop_sound()
            self._tell(self._answer.hush())
            yield Quiet()
        elif kind == "mcp":
            payload = told.get("payload")
            self.camera.take(payload if isinstance(payload, dict) else {}, now)
        elif kind is None:
            self.damaged += 1
        self._ask_camera()

    def hear(self, message: bytes, now: int) -> Iterator[Brought]:
        """Take a binary message at our position `now`; yield its sound. Raises Refused."""
        if not self.has_greeted:
            raise Refused("a device says hello first")
        try:
            packet = unframed(self._version, message)
        except BadPacket:
            self.damaged += 1
            return
        if packet.is_words:
            yield from self.say(packet.payload.decode("utf-8", "replace"), now)
        elif self._is_listened_to:
            for heard in self.speech.take(packet, now):
                if self.begin < 0:
                    self.begin = heard.start
                yield heard

    def show(self, text: str, start: int) -> None:
        """Have the device show what was heard from one of our positions on, if it sent that."""
        if 0 <= self.begin <= start + ROUNDED:
            self._reply({"type": "stt", "text": text[:MOST_TEXT]})

    def answer(self, text: str, *, goes_on: bool, was_cut: bool = False) -> None:
        """Have it show a part of an answer, unless empty; unless it goes on, that was all.

        One that was cut is silent at once.
        """
        if was_cut:
            self._drop_sound()
        if self.has_greeted:
            for told in self._answer.show(text, goes_on=goes_on, was_cut=was_cut):
                self._tell(told)

    def play(self, samples: bytes) -> None:
        """Have it play the next int16 samples of `VOICE_HZ`."""
        if self.has_greeted:
            for told in self._answer.play(samples):
                self._tell(told)

    def want_photo(self, now: int) -> None:
        """Have it take a photo, if it can."""
        self.camera.want(now)
        self._ask_camera()

    def renew(self, now: int) -> None:
        """Ask again for a photo that did not come, end an answer that stays away; now and then."""
        for told in self._answer.settle():
            self._tell(told)
        self.camera.renew(now)
        self._ask_camera()

    def keep_alive(self) -> None:
        """Say that somebody is here; done every minute."""
        self.camera.alive()
        self._ask_camera()

    def refuse(self, why: str) -> None:
        """Say on its screen what is wrong."""
        alert = {"type": "alert", "status": "Offrecord", "message": why, "emotion": "sad"}
        self._reply(alert)

    def _greet(self, hello: dict[str, Any]) -> None:
        asked = hello.get("audio_params")
        asked = asked if isinstance(asked, dict) else {}
        frame_ms = asked.get("frame_duration", USUAL_FRAME_MS)
        version = hello.get("version", BARE)
        if asked.get("format", "opus") != "opus":
            raise Refused("only Opus is understood here")
        if not isinstance(frame_ms, int) or frame_ms not in FRAMES_MS:
            raise Refused("packets are of 10 to 120 ms")
        if isinstance(version, bool) or not isinstance(version, int) or version not in VERSIONS:
            raise Refused("versions 1, 2 and 3 are understood here")
        self._version, self.has_greeted = version, True
        self._answer = Answer(version)
        self.speech = Speech(frame_ms)
        voice = {"format": "opus", "sample_rate": VOICE_HZ, "channels": 1}
        spoken = {**voice, "frame_duration": USUAL_FRAME_MS}
        self._reply({"type": "hello", "transport": "websocket", "audio_params": spoken})
        features = hello.get("features")
        if isinstance(features, dict) and features.get("mcp") is True:
            self.camera.begin()

    def _listen(self, state: object) -> Iterator[Brought]:
        if state == "start":
            self._is_listened_to = True
            self.speech.begin()
        elif state == "stop" and self._is_listened_to:
            self._is_listened_to = False
            yield Gone()  # who was speaking has finished

    def _ask_camera(self) -> None:
        requests, self.camera.requests = self.camera.requests, []
        for each in requests:
            self._reply({"type": "mcp", "payload": each})

    def _tell(self, told: Told) -> None:
        """Reply with JSON, or with a packet of sound where not too many wait."""
        if isinstance(told, dict):
            self._reply(told)
        elif sum(isinstance(each, bytes) for each in self.replies) < MOST_SOUND:
            self.replies.append(told)

    def _drop_sound(self) -> None:
        self.replies = [each for each in self.replies if isinstance(each, str)]

    def _reply(self, told: dict[str, Any]) -> None:
        if len(self.replies) < MOST_REPLIES:
            made = json.dumps({"session_id": self._number, **told}, ensure_ascii=False)
            self.replies.append(made)


def _object(words: str) -> dict[str, Any]:
    if len(words) > MOST_MESSAGE_BYTES:
        return {}
    try:
        told = json.loads(words)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
