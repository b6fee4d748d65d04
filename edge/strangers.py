"""Who may connect at this moment, and did they mean this device? A measure for each address.

A connection costs the runtime a key exchange; whoever floods the port gets none, and those who were
let in before are not made to wait for it. Pure: time is an argument.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

MOST_ADDRESSES: Final = 256
"""Then the one that came longest ago is forgotten."""
MOST_KNOWN: Final = 32
MOST_STRANGERS: Final = 16
"""Connections at once that have not said whose they are."""
FOR_KNOWN: Final = 8
"""So many more are taken where a phone is known to be: strangers cannot shut it out."""
WRONG_COSTS: Final = 5.0
"""A wrong proof or token counts as so many connections."""
OF_ONE_NETWORK: Final = 64
"""Leading bits of an IPv6 address that one household shares."""


@dataclass(slots=True)
class Measure:
    """How much is left: it fills again with time, up to a brim."""

    brim: float
    per_s: float
    left: float = field(default=-1.0)
    at_s: float = 0.0

    def take(self, now_s: float, cost: float = 1.0) -> bool:
        """Take so much, if there is."""
        if self.left < 0:
            self.left, self.at_s = self.brim, now_s
        self.left = min(self.brim, self.left + max(0.0, now_s - self.at_s) * self.per_s)
        self.at_s = now_s
        if self.left < cost:
            return False
        self.left -= cost
        return True


class Strangers:
    """The measures of one port."""

    def __init__(self) -> None:
        self._all = Measure(40, 10)
        self._of_address: OrderedDict[str, Measure] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def may_connect(self, address: str, now_s: float, strangers: int) -> bool:
        """Say whether a connection from an address is worth a key exchange."""
        network = _network(address)
        most = MOST_STRANGERS + (FOR_KNOWN if network in self._known else 0)
        if not is_near(address) or strangers >= most:
            return False
        return self._measure(network).take(now_s) and (
            network in self._known or self._all.take(now_s)
        )

    def was_wrong(self, address: str, now_s: float) -> None:
        """Know that a connection from an address showed a wrong proof or token."""
        measure = self._measure(_network(address))
        if not measure.take(now_s, WRONG_COSTS):
            measure.left = 0.0

    def was_let_in(self, address: str) -> None:
        """Know that a phone is at an address."""
        network = _network(address)
        self._known[network] = None
        self._known.move_to_end(network)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def _measure(self, network: str) -> Measure:
        measure = self._of_address.setdefault(network, Measure(24, 4))
        self._of_address.move_to_end(network)
        if len(self._of_address) > MOST_ADDRESSES:
            self._of_address.popitem(last=False)
        return measure


CARRIERS: Final = ipaddress.ip_network("100.64.0.0/10")
"""Where private networks over the Internet (Tailscale) have their addresses."""


def is_near(address: str) -> bool:
    """Say whether an address is this machine's, of a network at home, or of a private one."""
    found = _plain(address)
    if found.version == 4 and found in CARRIERS:  # noqa: PLR2004 (of the protocol)
        return True
    return found.is_private or found.is_link_local or found.is_loopback


def is_ours(host: str, reached: tuple[str, int], names: Collection[str]) -> bool:
    """Say whether a Host header names this device: the address that was reached, or a name.

    Any other is of a page elsewhere that had its own name answered with our address.
    """
    address, port = str(_plain(reached[0])), reached[1]
    here = f"[{address}]" if ":" in address else address
    loopback = ("localhost",) if address in {"127.0.0.1", "::1"} else ()
    return host.lower() in {f"{name}:{port}" for name in (here, *names, *loopback)}


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _network(address: str) -> str:
    found = _plain(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, OF_ONE_NETWORK), strict=False))
    return str(found)
