"""Two network namespaces and the wire between them, which may lose what it carries."""

import ctypes
import fcntl
import os
import random
import secrets
import select
import shutil
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import pytest

DEVICE, PHONE, PHONE_ELSEWHERE = "192.168.78.1", "192.168.78.2", "192.168.78.3"
TUNSETIFF, TAP, NO_PACKET_INFO = 0x400454CA, 0x2, 0x1000
CLONE_NEWNET = 0x40000000
FRAME_BYTES = 2048
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def inside(space: str) -> Iterator[None]:
    """Have this thread, and what it starts, be in a namespace."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{space}", os.O_RDONLY)
    try:
        _enter(there)
        yield
    finally:
        _enter(before)
        os.close(before)
        os.close(there)


def _enter(namespace_fd: int) -> None:
    if _libc.setns(namespace_fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Networks:
    """The device's and the phone's, joined."""

    def __init__(self) -> None:
        name = secrets.token_hex(3)
        self.device, self.phone = f"device-{name}", f"phone-{name}"
        self.loss = 0.0
        """Of every packet, in each direction."""
        self.lost = self.carried = 0
        self._random = random.Random(7)  # noqa: S311 (the same every time)
        self._taps: list[int] = []
        self._stops, self._stop = os.pipe()
        self._carrier = threading.Thread(target=self._carry)

    def __enter__(self) -> Self:
        places = ((self.device, (DEVICE,)), (self.phone, (PHONE, PHONE_ELSEWHERE)))
        for space, addresses in places:
            _ip("netns", "add", space)
            with inside(space):
                self._taps.append(_tap())
            for address in addresses:
                _ip("-n", space, "addr", "add", f"{address}/24", "dev", "wire")
            for link in ("wire", "lo"):
                _ip("-n", space, "link", "set", link, "up")
            _ip("-n", space, "route", "add", "224.0.0.0/4", "dev", "wire")
        self._carrier.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop, b"x")
        self._carrier.join()
        for descriptor in (*self._taps, self._stop, self._stops):
            os.close(descriptor)
        for space in (self.device, self.phone):
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "del", space)

    def _carry(self) -> None:
        one, other = self._taps
        while True:
            ready, _, _ = select.select([one, other, self._stops], [], [])
            if self._stops in ready:
                return
            for tap in ready:
                frame = os.read(tap, FRAME_BYTES)
                if self._random.random() < self.loss:
                    self.lost += 1
                    continue
                self.carried += 1
                with suppress(OSError):  # the other end is not up
                    os.write(other if tap == one else one, frame)


@contextmanager
def networks() -> Iterator[Networks]:
    """Yield two networks; skip where they cannot be made."""
    if os.geteuid() != 0:
        pytest.skip("only root makes network namespaces")
    if not shutil.which("ip"):
        pytest.skip("UNCHECKED: no network namespaces; apt install iproute2")
    if not Path("/dev/net/tun").exists():
        pytest.skip("UNCHECKED: this kernel has no /dev/net/tun")
    with Networks() as made:
        yield made


def _tap() -> int:
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"wire", TAP | NO_PACKET_INFO))
    return tap


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
