"""What the voice says reaches the link that listens; what it said before nobody hears."""

import asyncio
import socket

from edge.bridge.spoken import Spoken


def test_what_was_said_before_anybody_listened_is_nobodys() -> None:
    taken: list[bytes] = []

    async def live() -> None:
        writes, reads = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        reads.setblocking(False)  # noqa: FBT003 (its only parameter)
        with writes, reads:
            for _ in range(3):
                writes.send(b"old")
            spoken = Spoken(reads.fileno())
            spoken.listen(taken.append)
            writes.send(b"new")
            spoken.read()
            assert taken == [b"new"]  # though the loop has not come round
            writes.send(bytes(960))
            async with asyncio.timeout(20):
                while len(taken) < 2:  # noqa: ASYNC110 (of the reader's making)
                    await asyncio.sleep(0.005)
            asyncio.get_running_loop().remove_reader(reads.fileno())

    asyncio.run(live())
    assert taken == [b"new", bytes(960)]
