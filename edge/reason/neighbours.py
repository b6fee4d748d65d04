"""Which language model's server runs on this very device, and how is it configured?

Looked for on the loopback alone, at the ports that Ollama, llama-server and LM Studio use unless
told otherwise. Nothing is sent but a request for the list of their models.
"""

import http.client
import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from edge import airlock

PORTS: Final[dict[int, str]] = {11434: "Ollama", 8080: "llama-server", 1234: "LM Studio"}
LIMIT_S: Final = 1.0
MOST_BYTES: Final = 1 << 20
MOST_NAME_CHARACTERS: Final = 120
MOST_MODELS: Final = 5
"""Of one server that are named."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A server that answers."""

    name: str
    url: str
    models: tuple[str, ...]

    def toml(self) -> str:
        """Return the lines of a configuration that connect it."""
        model = json.dumps(self.models[0] if self.models else "", ensure_ascii=False)
        return f'[[reasoner]]\nurl = "{self.url}"\nmodel = {model}'

    def found(self) -> str:
        """Return what was found, for a person."""
        models = ", ".join(self.models) or "no model"
        return f"{self.name} runs on this device at {self.url} with {models}"


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


def found(ports: Mapping[int, str] = PORTS) -> list[Neighbour]:
    """Return the servers that answer as an OpenAI-compatible endpoint does."""
    asked = (_at(f"http://127.0.0.1:{port}/v1", name) for port, name in ports.items())
    return [neighbour for neighbour in asked if neighbour]


def _at(url: str, name: str) -> Neighbour | None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/models", timeout=LIMIT_S) as response:
            described = msgspec.json.decode(response.read(MOST_BYTES), type=_Models)
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        return None
    names = [airlock.visible(model.id)[:MOST_NAME_CHARACTERS] for model in described.data]
    return Neighbour(name, url, tuple(filter(None, names))[:MOST_MODELS])
