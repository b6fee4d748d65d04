"""At which addresses is this device? As the kernel's tables under /proc say, without a socket."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.strangers import is_near

IPV4: Final = Path("/proc/self/net/fib_trie")
IPV6: Final = Path("/proc/self/net/if_inet6")


def own() -> list[str]:
    """Return the addresses that others at home reach it at, IPv4 first; not its loopback."""
    found = dict.fromkeys((*_of_trie(_lines(IPV4)), *_of_list(_lines(IPV6))))
    return [
        address
        for address in found
        if is_near(address)
        and not ipaddress.ip_address(address).is_loopback
        and not ipaddress.ip_address(address).is_link_local
    ]


def _of_trie(lines: list[str]) -> Iterator[str]:
    """Yield the addresses whose route is `host LOCAL`, which stands on the line after them."""
    last = ""
    for line in lines:
        words = line.split()
        if words[:1] == ["|--"]:
            last = words[1]
        elif words == ["/32", "host", "LOCAL"]:
            yield last


def _of_list(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield str(ipaddress.IPv6Address(int(line.split()[0], 16)))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").splitlines()
    except OSError:  # a kernel without that protocol
        return []
