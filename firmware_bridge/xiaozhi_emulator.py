"""A xiaozhi device that does not exist: Opus as its firmware makes it, JSON, and a camera. No I/O.

`Device` is what is behind its radio. Its packets are those of the firmware's encoder: 60 ms, for
speech, the least work, and nearly nothing while it is quiet (`audio_service.cc`). It shows what it
is told, plays what it is sent while it is spoken to, has as many tools as a board has, and makes
the form that its camera posts.
"""

import json
from typing import Any, Final

import opuslib_next

from firmware_bridge import xiaozhi_frames
from firmware_bridge.xiaozhi_frames import BARE, USUAL_FRAME_MS

RATE_HZ: Final = 16_000
FRAME_SAMPLES: Final = USUAL_FRAME_MS * RATE_HZ // 1000
PLAYS_HZ: Final = 24_000
PLAYED_SAMPLES: Final = USUAL_FRAME_MS * PLAYS_HZ // 1000
BOARD: Final = "bread-compact-wifi"
BOUNDARY: Final = "----ESP32_CAMERA_BOUNDARY"
OTHER_TOOLS: Final = ("self.get_device_status", "self.audio_speaker.set_volume")
PHOTO_TOOL: Final = "self.camera.take_photo"
FORM: Final = f"multipart/form-data; boundary={BOUNDARY}"


class Device:
    """One board, and one connection of it."""

    def __init__(self, version: int = BARE, *, has_camera: bool = True) -> None:
        self.version = version
        self.shown: list[str] = []
        """What it was told that it had heard."""
        self.said: list[str] = []
        """What the companion says, sentence by sentence; or an answer that is only shown."""
        self.is_spoken_to = False
        self.times_spoken_to = 0
        self.played = b""
        """What its loudspeaker played: int16 samples of `PLAYS_HZ`."""
        self.dropped = 0
        """Packets that came while it was not spoken to."""
        self.alerts: list[str] = []
        self.has_begun = False
        """Whether the server has said hello."""
        self.vision: dict[str, str] = {}
        """Where to post a photo, and the token for it."""
        self.photos_wanted: list[int] = []
        """Numbers of the calls that wait for a photo."""
        self._tools = (*OTHER_TOOLS, PHOTO_TOOL) if has_camera else OTHER_TOOLS
        self._number = ""
        self._time_ms = 0
        self._decoder: opuslib_next.Decoder | None = None
        self._encoder = opuslib_next.Encoder(RATE_HZ, 1, "voip")
        self._encoder.complexity = 0
        self._encoder.dtx = 1

    def hello(self) -> str:
        """Return what it says first."""
        sound = {"format": "opus", "sample_rate": RATE_HZ, "channels": 1}
        sound["frame_duration"] = USUAL_FRAME_MS
        told: dict[str, Any] = {"type": "hello", "version": self.version, "transport": "websocket"}
        return json.dumps({**told, "features": {"mcp": True}, "audio_params": sound})

    def listen(self, state: str, mode: str = "realtime") -> str:
        """Return that it streams from now on, or has finished."""
        return self._said({"type": "listen", "state": state, "mode": mode})

    def abort(self) -> str:
        """Return that its wearer wants quiet."""
        return self._said({"type": "abort", "reason": "wake_word_detected"})

    def sound(self, samples: bytes) -> bytes:
        """Return the message of 60 ms of int16 samples; its time runs, as the second has room."""
        packet: bytes = self._encoder.encode(samples, FRAME_SAMPLES)
        made = xiaozhi_frames.framed(self.version, packet, self._time_ms)
        self._time_ms += USUAL_FRAME_MS
        return made

    def hear(self, words: str) -> list[str]:
        """Take a message of the server's; return what is answered at once."""
        told = json.loads(words)
        match told["type"]:
            case "hello":
                self.has_begun = told["transport"] == "websocket"
                self._number = told["session_id"]
            case "stt":
                self.shown.append(told["text"])
            case "tts":
                self._spoken_to(told["state"], told.get("text", ""))
            case "alert":
                self.alerts.append(told["message"])
            case "mcp":
                return self._asked(told["payload"])
        return []

    def play(self, message: bytes) -> None:
        """Take a packet of sound: played while it is spoken to, else dropped, as a board does."""
        packet = xiaozhi_frames.unframed(self.version, message).payload
        if self._decoder and self.is_spoken_to:
            self.played += self._decoder.decode(packet, PLAYED_SAMPLES)
        else:
            self.dropped += 1

    def posted(self, jpeg: bytes) -> bytes:
        """Return the form that its camera posts, of type `FORM`."""
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
        file = 'filename="camera.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        begins = f'{head}"question"\r\n\r\nWhat?\r\n{head}"file"; {file}'
        return begins.encode() + jpeg + f"\r\n--{BOUNDARY}--\r\n".encode()

    def seen(self, answer: str) -> str:
        """Return the oldest call's result: what the post was answered."""
        content = [{"type": "text", "text": answer}]
        return self._result(self.photos_wanted.pop(0), {"content": content, "isError": False})

    def _spoken_to(self, state: str, text: str) -> None:
        if state == "sentence_start":
            self.said.append(text)
        else:
            self.is_spoken_to = state == "start"
        if state == "start":
            self.times_spoken_to += 1
            self._decoder = opuslib_next.Decoder(PLAYS_HZ, 1)

    def _asked(self, call: dict[str, Any]) -> list[str]:
        params = call.get("params", {})
        match call["method"]:
            case "initialize":
                self.vision = params["capabilities"]["vision"]
                known = {"name": BOARD, "version": "2.0.0"}
                about = {"protocolVersion": "2024-11-05", "capabilities": {"tools": {}}}
                return [self._result(call["id"], {**about, "serverInfo": known})]
            case "tools/list":
                return [self._result(call["id"], self._page(params.get("cursor", "")))]
            case "tools/call" if params["name"] in self._tools and params["arguments"]["question"]:
                self.photos_wanted.append(call["id"])
        return []

    def _page(self, cursor: str) -> dict[str, Any]:
        """Return one tool and where the next one is, as if each filled a page."""
        place = self._tools.index(cursor) if cursor else 0
        page: dict[str, Any] = {"tools": [{"name": self._tools[place], "inputSchema": {}}]}
        is_last = place + 1 == len(self._tools)
        return page if is_last else {**page, "nextCursor": self._tools[place + 1]}

    def _result(self, number: int, result: dict[str, Any]) -> str:
        payload = {"jsonrpc": "2.0", "id": number, "result": result}
        return self._said({"type": "mcp", "payload": payload})

    def _said(self, told: dict[str, Any]) -> str:
        return json.dumps({"session_id": self._number, **told})
