"""Where is the user's MQTT broker, and as whom is it spoken to? One address and one password."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
"""By scheme, as IANA has registered them; mqtts is MQTT within TLS."""


class NoPassword(ValueError):
    """The environment does not hold the password that the configuration names; one sentence."""


@dataclass(frozen=True, slots=True)
class Broker:
    """What a connection needs."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    is_secure: bool

    @classmethod
    def read(
        cls, address: str, password_env: str, environment: Mapping[str, str] = os.environ
    ) -> Self:
        """Read an address that the configuration has checked. Raises NoPassword."""
        parts = urlsplit(address)
        password = environment.get(password_env, "") if password_env else ""
        if password_env and not password:
            raise NoPassword(
                f"[home] password_env names {password_env}, which is not set; "
                f"export it before you start, or take the line out"
            )
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=password,
            is_secure=parts.scheme == "mqtts",
        )

    def __str__(self) -> str:
        """Return how a person and the ledger name it."""
        return f"the house's broker at {self.host}:{self.port}"
