"""What does the doctor say of the reasoners? What each can do, is not sent, and costs.

An endpoint is only asked for the list of its models: what it can do is found out by the runtime,
which enters in the ledger what it sends.
"""

import http.client
import importlib.util
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from edge import config
from edge.config import Config, Reasoner
from edge.doctor.finding import Finding
from edge.launcher import births
from edge.mind import gguf, language, llama
from edge.reason import abilities, neighbours
from edge.reason.abilities import Abilities
from edge.reason.endpoint import key
from edge.reason.parts import EndpointFailed

OURS = "recall answers meanwhile"
LIMIT_S = 3.0


def reasoners(settings: Config, ports: Mapping[int, str] = neighbours.PORTS) -> Iterator[Finding]:
    """Look at each that is configured, or for some that could be."""
    if not settings.reasoner:
        yield from _unconfigured(ports)
        return
    known = abilities.read(config.data_folder(settings.notes))
    for place, each in enumerate(settings.reasoner, 1):
        name = "reasoner" if len(settings.reasoner) == 1 else f"reasoner {place}"
        if each.weights:
            yield _on_this_device(name, each.weights, settings)
        else:
            yield _remote(name, each, known.get(abilities.name_of(each), Abilities()))


def _unconfigured(ports: Mapping[int, str]) -> Iterator[Finding]:
    found = "built-in recall: answers from what was heard, seen and noted; no language model"
    yield Finding("reasoner", "ok", found, "a [[reasoner]] in the configuration connects one")
    for each in neighbours.found(ports):
        remedy = f"to connect it, add\n{each.toml()}" if each.models else "give it a model first"
        yield Finding("language model", "note", each.found(), remedy)


def _remote(name: str, each: Reasoner, can: Abilities) -> Finding:
    try:
        request = urllib.request.Request(f"{each.url.rstrip('/')}/models")  # noqa: S310 (the user's)
        if each.api_key_env:
            request.add_unredirected_header("Authorization", f"Bearer {key(each)}")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # as the runtime asks
        direct.open(request, timeout=LIMIT_S).close()
    except EndpointFailed as refusal:
        return Finding(name, "note", f"{refusal}; {OURS}", f"export {each.api_key_env}=...")
    except (OSError, ValueError, http.client.HTTPException) as problem:
        reason = getattr(problem, "reason", problem)
        found = f"{each.url} does not answer ({reason}); {OURS}"
        return Finding(name, "note", found, "start it, or correct [reasoner] url")
    return Finding(name, "ok", "; ".join((f"{each.url} answers", *_terms(each), _told(can))))


def _told(can: Abilities) -> str:
    if not can.is_known:
        return "what it can do is found out when Offrecord runs"
    holds = f"holds {can.context_tokens} tokens" if can.context_tokens else "says not what it holds"
    does = {"streams": can.streams, "tools": can.tools, "JSON": can.json, "pictures": can.vision}
    cannot = ", ".join(name for name, is_so in does.items() if not is_so)
    lacks = f"; without {cannot}" if cannot else ""
    return f"{holds}; {', '.join(name for name, is_so in does.items() if is_so)}{lacks}"


def _terms(each: Reasoner) -> Iterator[str]:
    if each.withhold:
        yield f"is not sent: {', '.join(each.withhold)}"
    if each.price_per_1000_tokens:
        yield f"{each.price_per_1000_tokens:g} for 1000 tokens"
    if each.questions_a_day:
        yield f"at most {each.questions_a_day} questions a day"


def _on_this_device(name: str, weights: Path, settings: Config) -> Finding:
    """Say whether the language model on this device is one, and fits."""
    if not importlib.util.find_spec("xllamacpp"):
        return Finding(name, "note", f"llama.cpp is not installed; {OURS}", llama.LIBRARY)
    try:
        facts = gguf.read(weights)
    except gguf.UselessModel as refusal:
        return Finding(name, "note", f"{refusal}; {OURS}", "correct [reasoner] url")
    if refused := language.too_large(
        facts, settings.context.tokens, *language.room(births.language_room_mb(settings))
    ):
        return Finding(name, "note", f"{refused}; {OURS}", "a smaller model, or more quantised")
    licence = f", licence {facts.licence}" if facts.licence else ""
    continues = "" if facts.converses else "; it only continues texts: an instruct model is better"
    size = f"{facts.file_bytes / 1e6:.0f} MB"
    return Finding(name, "ok", f"{weights.name}, {size}{licence}, on this device{continues}")
