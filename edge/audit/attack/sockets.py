"""How would a captured process reach somebody? A socket of every family, and local services."""

import itertools
import os
import socket
import struct
from functools import partial
from typing import Final

from edge.audit.attack.files import Attempts, Planted
from edge.audit.attack.system_calls import call

KINDS: Final = {"stream": 1, "datagram": 2, "raw": 3, "record": 5}
USUAL: Final = {"UNIX": 1, "INET": 2, "INET6": 10, "NETLINK": 16, "PACKET": 17, "VSOCK": 40}
OTHERS: Final = {
    "AX25": 3, "IPX": 4, "APPLETALK": 5, "NETROM": 6, "ATMPVC": 8, "X25": 9, "ROSE": 11, "KEY": 15,
    "ATMSVC": 20, "RDS": 21, "PPPOX": 24, "LLC": 26, "IB": 27, "MPLS": 28, "CAN": 29, "TIPC": 30,
    "BLUETOOTH": 31, "RXRPC": 33, "PHONET": 35, "IEEE802154": 36, "CAIF": 37, "ALG": 38, "NFC": 39,
    "KCM": 41, "QIPCRTR": 42, "SMC": 43, "XDP": 44, "MCTP": 45,
}  # fmt: skip
"""Tried only where a filter stands: a kernel without one may load a module for each."""
SERVICES: Final = {
    "D-Bus of the system": "/run/dbus/system_bus_socket",
    "D-Bus of the session": "/run/user/{user}/bus",
    "systemd of the session": "/run/user/{user}/systemd/private",
    "the journal": "/run/systemd/journal/socket",
    "the journal's standard output": "/run/systemd/journal/stdout",
    "the system log": "/dev/log",
    "systemd's notifications": "/run/systemd/notify",
    "name service": "/run/nscd/socket",
    "resolver": "/run/systemd/resolve/io.systemd.Resolve",
    "screen (X11)": "/tmp/.X11-unix/X0",  # noqa: S108 (where it is)
    "screen (Wayland)": "/run/user/{user}/wayland-0",
    "sound server (PulseAudio)": "/run/user/{user}/pulse/native",
    "sound and camera server (PipeWire)": "/run/user/{user}/pipewire-0",
    "keys (SSH)": "/run/user/{user}/keyring/ssh",
    "printer": "/run/cups/cups.sock",
    "containers": "/run/docker.sock",
    "Bonjour": "/run/avahi-daemon/socket",
    "GPS": "/run/gpsd.sock",
    "screen (X11), by an abstract name": "\0/tmp/.X11-unix/X0",
    "an abstract name": "\0offrecord-{token}",
}


def by_sockets(planted: Planted) -> Attempts:
    """Try a socket of every family, and of every kind of the usual ones."""
    places = {
        what: place.format(user=os.getuid(), token=planted.token)
        for what, place in SERVICES.items()
    }
    return {
        **{
            f"{kind} socket AF_{family}": partial(_made, number, code)
            for (family, number), (kind, code) in itertools.product(USUAL.items(), KINDS.items())
        },
        **{
            f"socket AF_{family}": partial(_made_of_any_kind, number)
            for family, number in OTHERS.items()
        },
        "control of Multipath TCP": lambda: _made(socket.AF_INET, 1, 262),
        "ping": lambda: _made(socket.AF_INET, 2, 1),
        "pair of sockets": lambda: _close(*_pair(1)),
        "pair of datagram sockets": lambda: _close(*_pair(2)),
        "pair of record sockets": lambda: _close(*_pair(5)),
        **{f"talk to: {what}": partial(_talk, place) for what, place in places.items()},
        **{
            f"datagram from a pair to: {what}": partial(_talk_by_a_pair, place)
            for what, place in places.items()
            if what in {"the journal", "the system log", "systemd's notifications"}
        },
        "datagram from a pair to: an abstract name": lambda: _talk_by_a_pair(
            f"\0offrecord-{planted.token}"
        ),
    }


def _made(family: int, kind: int, protocol: int = 0) -> None:
    _close(call("socket", family, kind, protocol))


def _made_of_any_kind(family: int) -> None:
    """Raise the kernel's answer to the last kind, or return at the first that works."""
    *first, last = KINDS.values()
    for kind in first:
        try:
            return _made(family, kind)
        except OSError:
            continue
    return _made(family, last)


def _pair(kind: int) -> tuple[int, int]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    return ours.detach(), theirs.detach()


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _address(place: str) -> bytes:
    return struct.pack("H", socket.AF_UNIX) + place.encode() + bytes(not place.startswith("\0"))


def _talk(place: str) -> None:
    """Connect as a stream, else as a datagram; nothing is said."""
    address = _address(place)
    for kind in (1, 2):
        local = call("socket", socket.AF_UNIX, kind, 0)
        try:
            call("connect", local, address, len(address))
        except OSError:
            if kind == 2:  # noqa: PLR2004 (the last one)
                raise
        else:
            return
        finally:
            os.close(local)


def _talk_by_a_pair(place: str) -> None:
    """Turn one of a pair to somebody else: the kernel lets datagram sockets do that."""
    address = _address(place)
    ours, theirs = _pair(2)
    try:
        call("connect", ours, address, len(address))
    finally:
        _close(ours, theirs)
