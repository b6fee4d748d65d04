"""A crowd of strangers at a phone's port: what comes at it in `bench companion`. A program.

Each line on its input is `on` or `off`; at the end of the input it ends, and says in JSON how many
requests it made and how many of them were turned away. Connections come from as many loopback
addresses as there are clients, so that no one client's measure protects the port from the rest.
"""

import asyncio
import json
import os
import socket
import ssl
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

HERE: Final = "127.0.0.1"
CLIENTS: Final = 50
PER_S: Final = 1000
MOST_AT_ONCE: Final = 800
"""Requests that wait for an answer; while there are so many the next is not made."""
REQUEST_S: Final = 4.0
SLOW_S: Final = 3.0
SLOW_BYTES: Final = 4096
TICK_S: Final = 0.02
HUGE_BYTES: Final = 1 << 20
UPGRADE: Final = (
    "GET /live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def requests(port: int) -> Sequence[tuple[str, bytes, bool]]:
    """Return each kind of junk: its name, its bytes, and whether TLS is spoken."""
    host = f"{HERE}:{port}"
    body = f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 999999999\r\n\r\n".encode()
    frames = UPGRADE.format(host=host).encode()
    return (
        ("no TLS", b"\x16\x03\x01" + b"\xff" * 4096, False),
        ("half a request", b"GET / HTTP/1.1\r\nHo", True),
        ("a huge header", b"GET / HTTP/1.1\r\nHost: " + b"a" * 100_000, True),
        ("a huge body", body + bytes(HUGE_BYTES), True),
        ("a malformed frame", frames + os.urandom(512), True),
        ("a huge frame", frames + b"\x81\xff" + b"\x7f" * 8 + bytes(4096), True),
        ("a wrong token", frames + _masked(b'{"type":"Hello","token":"x"}'), True),
        ("a slow reader", f"GET /app.css HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() * 32, True),
    )


def _masked(text: bytes) -> bytes:
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text


class Crowd:
    """Strangers who make requests while they are switched on."""

    def __init__(self, port: int) -> None:
        self._port, self._kinds = port, requests(port)
        self._secure = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._secure.check_hostname = False
        self._secure.verify_mode = ssl.CERT_NONE  # whose key it is does not matter to junk
        self._doing: set[asyncio.Task[None]] = set()
        self._is_on = asyncio.Event()
        self._made, self._on_s = 0, 0.0
        self._counts: Counter[str] = Counter()

    async def obey(self) -> Mapping[str, int | float]:
        """Do what the input says until it ends; return what became of the requests."""
        pressing = asyncio.create_task(self._press())
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "on":
                self._is_on.set()
            else:
                self._is_on.clear()
                self._go()
        pressing.cancel()
        self._go()
        per_s = round(self._made / self._on_s) if self._on_s else 0
        return {"requests": self._made, "per_s": per_s, **self._counts}

    async def _press(self) -> None:
        while await self._is_on.wait():
            before_s = time.monotonic()
            await asyncio.sleep(TICK_S)
            passed_s = time.monotonic() - before_s
            self._on_s += passed_s
            for _ in range(min(round(passed_s * PER_S), MOST_AT_ONCE - len(self._doing))):
                self._make()

    def _go(self) -> None:
        for task in self._doing:
            task.cancel()

    def _make(self) -> None:
        self._made += 1
        task = asyncio.create_task(self._request(self._made))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _request(self, number: int) -> None:
        is_answered = False
        with suppress(OSError, TimeoutError):  # ssl.SSLError too
            async with asyncio.timeout(REQUEST_S):
                plain = await self._connected(f"127.2.0.{number % CLIENTS + 1}")
                _, content, is_secured = self._kinds[number % len(self._kinds)]
                is_answered = await self._say(plain, content, is_secured=is_secured)
        self._counts["answered" if is_answered else "turned away"] += 1

    async def _connected(self, client: str) -> socket.socket:
        plain = socket.socket()
        try:
            plain.setblocking(False)  # noqa: FBT003 (its only parameter)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BYTES)
            plain.bind((client, 0))
            await asyncio.get_running_loop().sock_connect(plain, (HERE, self._port))
        except (OSError, asyncio.CancelledError):
            plain.close()
            raise
        return plain

    async def _say(self, plain: socket.socket, content: bytes, *, is_secured: bool) -> bool:
        """Send one request, and hold what is answered as a slow one does; say whether it was."""
        secure = self._secure if is_secured else None
        reader, writer = await asyncio.open_connection(
            sock=plain, ssl=secure, server_hostname=HERE if secure else None
        )
        is_answered = False
        try:
            writer.write(content)
            is_answered = bool(await reader.read(SLOW_BYTES))
        finally:
            asyncio.get_running_loop().call_later(SLOW_S * is_answered, writer.transport.abort)
        return is_answered


async def _main(port: int) -> None:
    sys.stdout.write(json.dumps(await Crowd(port).obey()) + "\n")


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
