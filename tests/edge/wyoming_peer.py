"""Home Assistant's side of Wyoming: the library's own client, used as Home Assistant uses it."""

import asyncio
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass, field

from free_port import free_port

with warnings.catch_warnings():  # it still loads `audioop`
    warnings.simplefilter("ignore", DeprecationWarning)
    from wyoming.asr import Transcribe, Transcript
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.client import AsyncTcpClient
    from wyoming.error import Error
    from wyoming.event import Event
    from wyoming.info import Attribution, Describe, Info, Satellite
    from wyoming.ping import Ping, Pong
    from wyoming.pipeline import PipelineStage, RunPipeline
    from wyoming.satellite import RunSatellite
    from wyoming.server import AsyncEventHandler, AsyncTcpServer
    from wyoming.tts import Synthesize
    from wyoming.vad import VoiceStarted, VoiceStopped

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}
AT_ONCE_BYTES = 2048


@dataclass
class Heard:
    """What came of one clip."""

    text: str = ""
    voice: list[tuple[str, int]] = field(default_factory=list)
    """What happened, and when, in ms."""
    refusal: str = ""


def client(port: int) -> AsyncTcpClient:
    return AsyncTcpClient("127.0.0.1", port)


async def described(port: int) -> Info:
    async with client(port) as house:
        await house.write_event(Describe().event())
        event = await house.read_event()
    assert event
    return Info.from_event(event)


async def begun(house: AsyncTcpClient, *, wants_text: bool = True) -> None:
    if wants_text:
        await house.write_event(Transcribe(language="en").event())
    await house.write_event(AudioStart(**FORMAT).event())


async def sent(house: AsyncTcpClient, samples: bytes) -> None:
    for begin in range(0, len(samples), AT_ONCE_BYTES):
        piece = samples[begin : begin + AT_ONCE_BYTES]
        await house.write_event(AudioChunk(audio=piece, **FORMAT).event())


async def transcribed(port: int, samples: bytes) -> Heard:
    """Send int16 mono samples of 16 kHz; return what came, up to the transcript or a refusal."""
    heard = Heard()
    async with client(port) as house:
        await begun(house)
        await sent(house, samples)
        await house.write_event(AudioStop().event())
        while event := await house.read_event():
            if Transcript.is_type(event.type):
                heard.text = Transcript.from_event(event).text
                return heard
            note(heard, event)
    return heard


async def listened(port: int, samples: bytes) -> Heard:
    """Send sound without wanting its words; return when somebody spoke in it."""
    heard = Heard()
    async with client(port) as house:
        await begun(house, wants_text=False)
        await sent(house, samples)
        await house.write_event(AudioStop().event())
        while (event := await house.read_event()) and not VoiceStopped.is_type(event.type):
            note(heard, event)
        if event:
            note(heard, event)
    return heard


def note(heard: Heard, event: Event) -> None:
    if VoiceStarted.is_type(event.type) or VoiceStopped.is_type(event.type):
        heard.voice.append((event.type, event.data["timestamp"]))
    elif Error.is_type(event.type):
        heard.refusal = Error.from_event(event).text


async def spoken(port: int, text: str) -> bytes:
    """Return the sound of a text: int16 mono samples of 16 kHz."""
    sound = b""
    async with client(port) as house:
        await house.write_event(Synthesize(text=text).event())
        event = await house.read_event()
        assert event
        assert AudioStart.is_type(event.type), event
        assert AudioStart.from_event(event).rate == FORMAT["rate"]
        while (event := await house.read_event()) and AudioChunk.is_type(event.type):
            sound += event.payload or b""
        assert event
        assert AudioStop.is_type(event.type)
    return sound


CLIENTS_TOLD = ["describe", "run-satellite"]


class SatelliteServer:
    """A satellite in the kitchen, by the library's own server classes."""

    def __init__(self, sound: bytes, rate_hz: int) -> None:
        """Stream this on each connection, at its own pace, and then close it."""
        self.sound, self.rate_hz = sound, rate_hz
        self.told: list[str] = []
        """Types of the events that came, but pings."""
        self.is_open = threading.Event()
        self.came_again = threading.Event()
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        self.port = free_port()
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = AsyncTcpServer("127.0.0.1", self.port)
        await server.start(lambda reader, writer: _Kitchen(self, reader, writer))
        self.is_open.set()
        await self._over.wait()
        await server.stop()

    def stop(self) -> None:
        assert self._loop
        self._loop.call_soon_threadsafe(self._over.set)


class _Kitchen(AsyncEventHandler):
    def __init__(
        self,
        server: SatelliteServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        super().__init__(reader, writer)
        self._server = server
        self._streaming: asyncio.Task[None] | None = None

    async def handle_event(self, event: Event) -> bool:
        if Ping.is_type(event.type):
            await self.write_event(Pong().event())
            return True
        self._server.told.append(event.type)
        if Describe.is_type(event.type):
            made = Attribution("nobody", "")
            kitchen = Satellite("kitchen", made, installed=True, description=None, version=None)
            await self.write_event(Info(satellite=kitchen).event())
        elif RunSatellite.is_type(event.type):
            if self._server.told.count(event.type) > 1:
                self._server.came_again.set()
            await self.write_event(
                RunPipeline(PipelineStage.ASR, PipelineStage.TTS, restart_on_end=True).event()
            )
            self._streaming = asyncio.create_task(self._stream())
        return True

    async def run(self) -> None:
        with suppress(ConnectionError):  # the other side was ended
            await super().run()

    async def _stream(self) -> None:
        sound, rate_hz = self._server.sound, self._server.rate_hz
        with suppress(ConnectionError):
            for begin in range(0, len(sound), AT_ONCE_BYTES):
                piece = sound[begin : begin + AT_ONCE_BYTES]
                chunk = AudioChunk(rate=rate_hz, width=2, channels=1, audio=piece)
                await self.write_event(chunk.event())
                await asyncio.sleep(len(piece) / 2 / rate_hz)
            self.writer.close()
