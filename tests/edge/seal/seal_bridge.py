"""A bridge to wearables: an asyncio loop that listened before its seal, and echoes after it.

    python seal_bridge.py PORT

Answers on descriptor 1 with a line of JSON when it is sealed and what it then tried in vain, echoes
lines to whoever connects, and ends when descriptor 0 is closed.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable

from edge import seal
from edge.audit.attack.system_calls import outcome


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async for line in reader:
        writer.write(line)
        await writer.drain()
    writer.close()


async def main(port: int) -> None:
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    loop.add_reader(0, lambda: ended.done() or ended.set_result(None))
    await asyncio.start_server(echo, "127.0.0.1", port)
    seal.silence_stderr()
    seal.seal("firmware_bridge", writable_fds={1})
    tried: dict[str, Callable[[], object]] = {
        "another socket": socket.socket,
        "another port": lambda: socket.create_server(("127.0.0.1", 0)),
        "open a file": lambda: os.open("/etc/hosts", os.O_RDONLY),
    }
    found = {name: outcome(attempt) for name, attempt in tried.items()}
    os.write(1, json.dumps(found).encode() + b"\n")
    await ended


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
