"""Which microphone is it really? Asked of PulseAudio, or of PipeWire where it stands in for it.

To PortAudio every microphone behind the sound server is `pulse` or `default`, and when one is
unplugged the server moves the stream to another without a word. So a second connection only asks:
what there is, where our stream hangs, and to be told when that changes. It goes on asking after
the seal, on the connection that was made before. One wish it has: when the microphone that was
taken away is there again, our stream shall hang on that.

The structures are the beginnings of those in libpulse's `introspect.h` and `def.h`, which have
been the same since version 0.9.
"""

import ctypes
import os
import time
from collections.abc import Callable, Mapping
from ctypes import c_char_p, c_int, c_uint8, c_uint32, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from edge.seal import own

_T = TypeVar("_T")
PATIENCE_S: Final = 2.0
READY, RUNNING = 4, 0
"""PA_CONTEXT_READY, and PA_OPERATION_RUNNING."""
NO_AUTOSPAWN: Final = 1
THEY_CHANGE: Final = 0x0002 | 0x0020
"""PA_SUBSCRIPTION_MASK_SOURCE and PA_SUBSCRIPTION_MASK_SOURCE_OUTPUT: microphones and streams."""


class _SampleSpec(ctypes.Structure):
    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class _Source(ctypes.Structure):
    _fields_ = (
        *(("name", c_char_p), ("index", c_uint32), ("description", c_char_p)),
        ("spec", _SampleSpec),
    )


class _Output(ctypes.Structure):
    """A stream that records."""

    _fields_ = (
        *(("index", c_uint32), ("name", c_char_p), ("owner_module", c_uint32)),
        *(("client", c_uint32), ("source", c_uint32)),
    )


class _Client(ctypes.Structure):
    _fields_ = (
        *(("index", c_uint32), ("name", c_char_p), ("owner_module", c_uint32)),
        *(("driver", c_char_p), ("properties", c_void_p)),
    )


class _Server(ctypes.Structure):
    _fields_ = (
        *(("user", c_char_p), ("host", c_char_p), ("version", c_char_p), ("name", c_char_p)),
        *(("spec", _SampleSpec), ("sink", c_char_p), ("source", c_char_p)),
    )


_ANSWER: Final = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
"""The context and what was asked for; the arguments behind them are not looked at."""
_EVENT: Final = ctypes.CFUNCTYPE(None, c_void_p)
_FUNCTIONS: Final[Mapping[str, tuple[Any, tuple[Any, ...]]]] = {
    "pa_mainloop_new": (c_void_p, ()),
    "pa_mainloop_get_api": (c_void_p, (c_void_p,)),
    "pa_mainloop_prepare": (c_int, (c_void_p, c_int)),
    "pa_mainloop_poll": (c_int, (c_void_p,)),
    "pa_mainloop_dispatch": (c_int, (c_void_p,)),
    "pa_context_new": (c_void_p, (c_void_p, c_char_p)),
    "pa_context_connect": (c_int, (c_void_p, c_char_p, c_int, c_void_p)),
    "pa_context_disconnect": (None, (c_void_p,)),
    "pa_context_unref": (None, (c_void_p,)),
    "pa_mainloop_free": (None, (c_void_p,)),
    "pa_context_get_state": (c_int, (c_void_p,)),
    "pa_context_subscribe": (c_void_p, (c_void_p, c_int, c_void_p, c_void_p)),
    "pa_context_set_subscribe_callback": (None, (c_void_p, _EVENT, c_void_p)),
    "pa_context_get_server_info": (c_void_p, (c_void_p, _ANSWER, c_void_p)),
    "pa_context_get_source_info_list": (c_void_p, (c_void_p, _ANSWER, c_void_p)),
    "pa_context_get_source_output_info_list": (c_void_p, (c_void_p, _ANSWER, c_void_p)),
    "pa_context_move_source_output_by_index": (
        c_void_p,
        (c_void_p, c_uint32, c_uint32, c_void_p, c_void_p),
    ),
    "pa_context_get_client_info_list": (c_void_p, (c_void_p, _ANSWER, c_void_p)),
    "pa_operation_get_state": (c_int, (c_void_p,)),
    "pa_operation_unref": (None, (c_void_p,)),
    "pa_proplist_gets": (c_char_p, (c_void_p, c_char_p)),
}


class NoSoundServer(OSError):
    """There is no libpulse, or nobody answers."""


@dataclass(frozen=True, slots=True)
class PulseSource:
    """A microphone as the sound server knows it."""

    index: int
    name: str
    description: str
    rate_hz: int
    channels: int
    default: bool


def configure() -> None:
    """Let sound come through the connection itself; before PortAudio is imported."""
    os.environ["PULSE_CLIENTCONFIG"] = str(Path(__file__).with_name("pulse-client.conf"))


def find() -> "SoundServer | None":
    """Return a connection to the sound server, if there is one."""
    try:
        return SoundServer()
    except NoSoundServer:
        return None


def choose(server: "SoundServer | None", wanted: str) -> str:
    """Return the name by which PortAudio will find the microphone whose name contains `wanted`.

    Where the sound server knows one, it is told to give us that one.
    """
    for source in server.sources() if server and wanted else ():
        if wanted.casefold() in f"{source.description} {source.name}".casefold():
            os.environ["PULSE_SOURCE"] = source.name
            return "pulse"
    return wanted


class SoundServer:
    """A connection that only asks."""

    def __init__(self) -> None:
        """Connect; raise NoSoundServer."""
        try:
            self._pulse = _library()
        except OSError:
            raise NoSoundServer("libpulse is not installed") from None
        self._loop = self._pulse.pa_mainloop_new()
        api = self._pulse.pa_mainloop_get_api(self._loop)
        self._context = self._pulse.pa_context_new(api, b"offrecord")
        # Made here, because after the seal no memory becomes executable.
        self._on_answer = _ANSWER(self._answer)
        self._on_event = _EVENT(self._event)
        self._take: Callable[[int], None] = list[int]().append
        self._changed = False
        self._pulse.pa_context_connect(self._context, None, NO_AUTOSPAWN, None)
        try:
            self._become_ready()
        except NoSoundServer:
            self.close()
            raise

    def _become_ready(self) -> None:
        self._wait(lambda: self._state() >= READY, PATIENCE_S)
        if self._state() > READY:  # failed, or terminated
            raise NoSoundServer("no sound server answers")

    def close(self) -> None:
        """Hang up; nothing may be asked after it."""
        self._pulse.pa_context_disconnect(self._context)
        self._pulse.pa_context_unref(self._context)
        self._pulse.pa_mainloop_free(self._loop)

    def sources(self) -> tuple[PulseSource, ...]:
        """Return every microphone, and every loudspeaker's monitor."""

        def default(address: int) -> str:
            return _text(_Server.from_address(address).source)

        def source(address: int) -> PulseSource:
            found = _Source.from_address(address)
            name, rate_hz, channels = _text(found.name), found.spec.rate, found.spec.channels
            description = _text(found.description) or name
            return PulseSource(found.index, name, description, rate_hz, channels, name in defaults)

        defaults = self._ask(self._pulse.pa_context_get_server_info, default)
        return tuple(self._ask(self._pulse.pa_context_get_source_info_list, source))

    def ours(self) -> PulseSource | None:
        """Return the microphone on which this process' stream hangs."""
        ours = [source for _, source in self._streams()]
        return next((source for source in self.sources() if source.index in ours), None)

    def _streams(self) -> list[tuple[int, int]]:
        """Return this process' streams, each with the microphone on which it hangs, by index."""

        def is_own(address: int) -> int:
            client = _Client.from_address(address)
            process = self._pulse.pa_proplist_gets(client.properties, b"application.process.id")
            return int(client.index) if _text(process) == str(os.getpid()) else -1

        def hangs_on(address: int) -> tuple[int, int, int]:
            output = _Output.from_address(address)
            return int(output.client), int(output.index), int(output.source)

        own = set(self._ask(self._pulse.pa_context_get_client_info_list, is_own))
        outputs = self._ask(self._pulse.pa_context_get_source_output_info_list, hangs_on)
        return [(stream, source) for client, stream, source in outputs if client in own]

    def make_ready_for_the_seal(self) -> None:
        """See `own.only_run`: libpulse calls us."""
        for callback in (self._on_answer, self._on_event):
            own.only_run(callback)

    def follow(self, moved: Callable[[str], None]) -> None:
        """Tell the name of every other microphone that the stream is moved to; for ever.

        The first one gets the stream back when it was taken away and is there again, which the
        server knows by another index. A stream that somebody moved while it was there stays.
        Raises NoSoundServer when the server is gone.
        """
        first = before = self.ours()
        self._pulse.pa_context_set_subscribe_callback(self._context, self._on_event, None)
        self._pulse.pa_context_subscribe(self._context, THEY_CHANGE, None, None)
        while True:
            self._wait(lambda: self._changed, None)
            self._changed = False
            now = self.ours()
            if now and before and now.index != before.index:
                moved(now.description)
            before = now or before
            back = next((s for s in self.sources() if first and s.name == first.name), None)
            if first and back and back.index != first.index:
                if now and now.index != back.index:
                    self._move_to(back)
                first = back

    def _move_to(self, source: PulseSource) -> None:
        move = self._pulse.pa_context_move_source_output_by_index
        for stream, _ in self._streams():
            if operation := move(self._context, stream, source.index, None, None):
                self._pulse.pa_operation_unref(operation)

    def _ask(self, question: Callable[..., int], read: Callable[[int], _T]) -> list[_T]:
        """Return what `read` makes of each answer, whose address it is given."""
        answers: list[_T] = []
        self._take = lambda address: answers.append(read(address))
        operation = question(self._context, self._on_answer, None)
        if not operation:
            raise NoSoundServer("the sound server does not take the question")
        self._wait(lambda: self._pulse.pa_operation_get_state(operation) != RUNNING, PATIENCE_S)
        self._pulse.pa_operation_unref(operation)
        return answers

    def _answer(self, _context: int, address: int | None) -> None:
        if address:
            self._take(address)

    def _event(self, _context: int) -> None:
        self._changed = True

    def _state(self) -> int:
        return int(self._pulse.pa_context_get_state(self._context))

    def _wait(self, done: Callable[[], bool], patience_s: float | None) -> None:
        give_up_s = time.monotonic() + patience_s if patience_s else float("inf")
        microseconds = int(patience_s * 1e6) if patience_s else -1
        while not done():
            alive = (
                self._pulse.pa_mainloop_prepare(self._loop, microseconds) >= 0
                and self._pulse.pa_mainloop_poll(self._loop) >= 0
                and self._pulse.pa_mainloop_dispatch(self._loop) >= 0
            )
            if not alive or self._state() > READY or time.monotonic() > give_up_s:
                raise NoSoundServer("no sound server answers")


def _library() -> ctypes.CDLL:
    pulse = ctypes.CDLL("libpulse.so.0")
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(pulse, name)
        function.restype, function.argtypes = result, arguments
    return pulse


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
