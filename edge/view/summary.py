"""The run in numbers, for a person."""

from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edge.messages import Summary
from edge.view.lines import LEVELS, counted, ratio, size

COUNTERS: Final = {
    "equal": Text("equals the ledger's, to the byte"),
    "differs": Text("! DIFFERS from the ledger's", "bold"),
    "unchecked": Text("could not be compared here", "dim"),
}
STAGES: Final = {
    "mel": "speech: features",
    "encode": "speech: encoder",
    "decode": "speech: decoder",
    "detect": "pictures: things",
    "read": "pictures: text",
    "faces": "pictures: faces",
    "reply": "end of question to answer",
}


def summary(done: Summary) -> RenderableType:
    """Return the run in numbers: what was understood, what left, how it was sealed, how fast."""
    parts: list[RenderableType] = [_understood(done), Text(), _promise(done)]
    if done.stages:
        parts += [Text(), _stages(done)]
    return Group(*parts)


def _understood(done: Summary) -> Text:
    return Text.assemble(
        "  heard ", (counted(done.heard, "utterance"), "bold"),
        "  ·  saw ", (counted(done.seen, "picture"), "bold"),
        "  ·  answered ", (counted(done.answered, "request"), "bold"),
    )  # fmt: skip


def _promise(done: Summary) -> Table:
    """Return what came in, what left, whether that was all, and the walls around it."""
    table = Table.grid(padding=(0, 2), pad_edge=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    raw, out = size(done.raw_bytes), size(done.airlock_bytes)
    packed = f"  {ratio(done.raw_bytes, done.airlock_bytes):,} : 1" if done.airlock_bytes else ""
    if done.dropped:
        table.add_row("missed", f"{done.dropped:,} samples or pictures, for want of time")
    table.add_row("raw media in", Text.assemble((raw, "bold"), " of sound and pictures, forgotten"))
    table.add_row("context out", Text.assemble((out, "bold"), " of text", (packed, "bold")))
    table.add_row("kernel's count", COUNTERS[done.counter])
    for level in sorted({seal.level for seal in done.sealed}):
        names = ", ".join(seal.process for seal in done.sealed if seal.level == level)
        walls = Text.assemble((level, "bold"), f"  {LEVELS[level]}: {names}")
        table.add_row("sealed at level", walls)
    return table


def _stages(done: Summary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, header_style="dim", border_style="dim")
    for title in (" stage", "times", "p50 ms", "p95 ms"):
        table.add_column(title, justify="left" if title == " stage" else "right")
    for stage in done.stages:
        name = STAGES.get(stage.stage, stage.stage)
        table.add_row(f" {name}", f"{stage.count}", f"{stage.p50_ms:.0f}", f"{stage.p95_ms:.0f}")
    return table
