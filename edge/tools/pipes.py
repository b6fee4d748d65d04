"""How does the protocol's library speak with a program that the launcher has started? By two pipes.

The launcher holds both pipes' other ends too, so they outlive the program, and no end of file tells
of its death: the launcher does. A line that is too long, or no message, is the program's fault.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import anyio
import mcp_types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

MOST_LINE_BYTES: Final = 1 << 20
Heard = SessionMessage | Exception
Streams = tuple[MemoryObjectReceiveStream[Heard], MemoryObjectSendStream[SessionMessage]]


@asynccontextmanager
async def client(asks_fd: int, answers_fd: int) -> AsyncGenerator[Streams, None]:
    """Speak with a program that was just started; what an earlier one said is dropped."""
    for end in (asks_fd, answers_fd):
        os.set_blocking(end, False)
    with contextlib.suppress(BlockingIOError):
        while os.read(answers_fd, MOST_LINE_BYTES):
            pass
    heard_in, heard = anyio.create_memory_object_stream[Heard](0)
    said, said_out = anyio.create_memory_object_stream[SessionMessage](0)
    async with heard_in, heard, said, said_out, anyio.create_task_group() as group:
        group.start_soon(_read, answers_fd, heard_in)
        group.start_soon(_write, asks_fd, said_out)
        try:
            yield heard, said
        finally:
            group.cancel_scope.cancel()


async def _read(answers_fd: int, to: MemoryObjectSendStream[Heard]) -> None:
    rest = b""
    while True:
        await _ready(answers_fd, to_write=False)
        with contextlib.suppress(BlockingIOError):
            *lines, rest = (rest + os.read(answers_fd, 1 << 16)).split(b"\n")
            if len(rest) > MOST_LINE_BYTES:
                raise OSError("it wrote a line without an end")
            for line in filter(None, map(bytes.strip, lines)):
                await to.send(_message(line))


def _message(line: bytes) -> Heard:
    try:
        return SessionMessage(mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as fault:
        return fault


async def _write(asks_fd: int, of: MemoryObjectReceiveStream[SessionMessage]) -> None:
    async for message in of:
        text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
        left = memoryview(text.encode() + b"\n")
        while left:
            try:
                left = left[os.write(asks_fd, left) :]
            except BlockingIOError:
                await _ready(asks_fd, to_write=True)


async def _ready(descriptor: int, *, to_write: bool) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    watch, leave = (
        (loop.add_writer, loop.remove_writer) if to_write else (loop.add_reader, loop.remove_reader)
    )

    def come() -> None:
        leave(descriptor)
        if not ready.done():
            ready.set_result(None)

    watch(descriptor, come)
    try:
        await ready
    finally:
        leave(descriptor)
