"""The Omi phone app: its socket on a port that listens already, and its rehearsal.

To rehearse, an app of our own, on the other end of a pair of sockets in this process, brings the
secret, sends a packet of each codec, is answered, and goes.
"""

import asyncio
import secrets
import socket
from typing import Final

from edge.bridge.over_websocket import KEY, WITHIN_S, listening, masked
from firmware_bridge import omi_app
from firmware_bridge.frames import TOKEN_BYTES
from firmware_bridge.links import Terms
from firmware_bridge.omi_app_emulator import PhoneApp
from firmware_bridge.omi_app_socket import Link
from firmware_bridge.session import Heard

FRAME_BYTES: Final = 640
MOST_BYTES: Final = 100
"""Of a message; a packet of silence is shorter."""
CODECS: Final = ("pcm8", "opus")


async def opened(terms: Terms, descriptor: int) -> Link:
    """Return the link on a listening socket."""
    return Link(terms, listening(descriptor))


async def rehearse() -> None:
    """Have an app come with each kind of sound, be answered, and go; and one without the secret."""
    token = secrets.token_bytes(TOKEN_BYTES)
    heard = asyncio.Event()
    link = Link(
        Terms(lambda: 0, lambda each: heard.set() if isinstance(each, Heard) else None, token)
    )
    for codec in CODECS:
        for word in (omi_app.word(token), "none"):
            await _visited(link, codec, word, heard)
    await link.end()


async def _visited(link: Link, codec: str, word: str, heard: asyncio.Event) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 (its only parameter)
    adopting = asyncio.create_task(link.adopt(ours))
    reader, writer = await asyncio.open_connection(sock=theirs)
    await adopting
    writer.write(
        f"GET {omi_app.PATH}?token={word}&codec={codec} HTTP/1.1\r\nHost: rehearsal\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
    if b" 101 " in answer:
        heard.clear()
        writer.write(masked(PhoneApp(codec).sound(bytes(FRAME_BYTES))[:MOST_BYTES]))
        await asyncio.wait_for(heard.wait(), WITHIN_S)
        link.take_words("rehearsal", 0, 1, is_other=False)
        assert await asyncio.wait_for(reader.read(1), WITHIN_S)
    writer.close()
    await writer.wait_closed()
