"""What does Prometheus read of a running Offrecord? Numbers and the names of our own parts. Pure.

The text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). No label
holds anything that was heard, seen, typed or named by anybody but us.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from edge.messages import Figures, Standing

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, str]
Value = tuple[Labels, float]
Kind = Literal["gauge", "counter"]


@dataclass(frozen=True, slots=True)
class Outside:
    """What is not asked of the launcher, but looked up."""

    left_chamber_today_bytes: int
    ledger_rows: int
    memory_bytes: Mapping[str, int]
    """Share of the memory, by process; without those of which it is not known."""


def page(standing: Standing | None, outside: Outside) -> str:
    """Return what Prometheus is answered; where nothing runs it is told that, and what is kept."""
    families = [*_kept(outside), *_up(standing is not None)]
    if standing:
        families += [*_processes(standing, outside), *_airlock(standing)]
        families += _measured(standing.figures) if standing.figures else ()
    return "".join(f"{line}\n" for family in families for line in family)


def _up(runs: bool) -> Iterator[list[str]]:
    yield _family("up", "gauge", "Whether an Offrecord runs on this folder", [({}, int(runs))])


def _kept(outside: Outside) -> Iterator[list[str]]:
    rows, left = outside.ledger_rows, outside.left_chamber_today_bytes
    yield _family("ledger_rows_total", "counter", "Rows in the ledger", [({}, rows)])
    what = "Bytes that left the chamber on this day"
    yield _family("left_chamber_today_bytes", "gauge", what, [({}, left)])


def _processes(standing: Standing, outside: Outside) -> Iterator[list[str]]:
    checked = [each for each in standing.processes if each.is_checked]
    seals: list[Value] = [({"process": e.process, "level": e.level}, 1) for e in checked]
    yield _family("seal_level", "gauge", "Level of a process's seal, found from outside", seals)
    memory: list[Value] = [({"process": n}, size) for n, size in outside.memory_bytes.items()]
    yield _family("memory_bytes", "gauge", "Proportional share of the memory (PSS)", memory)
    muted, sees = int(standing.mute.muted), int(standing.sees)
    yield _family("muted", "gauge", "Whether hearing and seeing are switched off", [({}, muted)])
    yield _family("seeing", "gauge", "Whether a source of pictures is open", [({}, sees)])


def _airlock(standing: Standing) -> Iterator[list[str]]:
    written, waiting = standing.written_bytes, standing.waiting_bytes
    what = "Bytes that this chamber has written into the airlock, by the kernel's counter"
    yield _family("airlock_bytes_total", "counter", what, [({}, written)])
    yield _family("airlock_waiting_bytes", "gauge", "Bytes that nobody has read", [({}, waiting)])


def _measured(figures: Figures) -> Iterator[list[str]]:
    for name, what, count in (
        ("heard", "Utterances understood", figures.heard),
        ("seen", "Pictures understood", figures.seen),
        ("answered", "Questions answered", figures.answered),
        ("dropped", "Samples and pictures that nobody had time for", figures.dropped),
        ("raw_bytes", "Bytes of media that went into the chamber", figures.raw_bytes),
        ("airlock_entered_bytes", "Bytes that the ledger has of this run", figures.airlock_bytes),
    ):
        yield _family(f"{name}_total", "counter", what, [({}, count)])
    times: list[Value] = []
    for each in figures.stages:
        times.append(({"stage": each.stage, "quantile": "0.5"}, each.p50_ms / 1000))
        times.append(({"stage": each.stage, "quantile": "0.95"}, each.p95_ms / 1000))
    yield _family("stage_seconds", "gauge", "How long a step took in the last hour", times)
    counts: list[Value] = [({"stage": each.stage}, each.count) for each in figures.stages]
    yield _family("stage_steps", "gauge", "How often that was in the last hour", counts)


def _family(name: str, kind: Kind, what: str, values: list[Value]) -> list[str]:
    return [*_header(name, kind, what), *(_line(name, labels, value) for labels, value in values)]


def _header(name: str, kind: Kind, what: str) -> list[str]:
    return [f"# HELP offrecord_{name} {what}.", f"# TYPE offrecord_{name} {kind}"]


def _line(name: str, labels: Labels, value: float) -> str:
    """Return one sample. Labels' values are names of our own: nothing in them needs an escape."""
    told = ",".join(f'{label}="{each}"' for label, each in labels.items())
    return f"offrecord_{name}{{{told}}} {value!r}" if told else f"offrecord_{name} {value!r}"
