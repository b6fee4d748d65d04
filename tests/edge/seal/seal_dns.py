"""A small internet: namespaces of its own, in which a name server of ours answers.

    unshare --mount --net python seal_dns.py FOLDER NAME...

`nsswitch.conf` is that of a usual desktop, whose cache and resolver listen on local sockets. Prints
what a sealed runtime (`seal_names.py`) finds.
"""

import fcntl
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

from sealing import answer, started

ADDRESS = "192.0.2.7"
SETTINGS = {
    "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
    "/etc/nsswitch.conf": "hosts: files mymachines resolve [!UNAVAIL=return] dns\n",
    "/etc/hosts": "127.0.0.1 localhost\n192.0.2.9 named-in-hosts\n",
}
UP, SET_FLAGS = 0x1, 0x8914


def settings(folder: Path) -> None:
    for place, text in SETTINGS.items():
        ours = folder / Path(place).name
        ours.write_text(text)
        subprocess.run(["mount", "--bind", str(ours), str(Path(place).resolve())], check=True)


def loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", UP))


def reply(question: bytes) -> bytes:
    """Return one address where one is asked for, and none to any other question."""
    name_end = question.index(b"\0", 12) + 5
    is_a = question[name_end - 4 : name_end - 2] == b"\0\1"
    head = question[:2] + b"\x81\x80" + b"\0\1" + bytes([0, is_a]) + bytes(4)
    record = b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", 60, 4) + socket.inet_aton(ADDRESS)
    return head + question[12:name_end] + record * is_a


def serve(server: socket.socket) -> None:
    while True:
        question, whom = server.recvfrom(512)
        server.sendto(reply(question), whom)


def main(folder: str, *names: str) -> None:
    settings(Path(folder))
    loopback()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        with started("seal_names.py", *names, profile="runtime") as process:
            print(answer(process))  # noqa: T201 (how it answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
