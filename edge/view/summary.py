"""The run in numbers, as a table for a person."""

from typing import Final

from rich.table import Table
from rich.text import Text

from edge.messages import Summary
from edge.view.lines import LEVELS, ratio, size

COUNTERS: Final = {
    "equal": Text("equals the ledger's, to the byte", "green"),
    "differs": Text("DIFFERS from the ledger's", "bold red"),
    "unchecked": Text("could not be compared", "yellow"),
}
STAGES: Final = {
    "mel": "features of speech",
    "encode": "speech, encoder",
    "decode": "speech, decoder",
    "detect": "things",
    "read": "text",
    "reply": "end of question to answer",
}


def summary(done: Summary) -> Table:
    """Return the run in numbers, as a table."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right")
    table.add_column()
    packed = ratio(done.raw_bytes, done.airlock_bytes)
    table.add_row("heard", f"{done.heard} utterances")
    table.add_row("seen", f"{done.seen} pictures")
    table.add_row("answered", f"{done.answered} questions")
    if done.dropped:
        table.add_row("missed", Text(f"{done.dropped} samples or pictures", "yellow"))
    table.add_row(
        "left the chamber",
        f"{size(done.airlock_bytes)} of {size(done.raw_bytes)} of raw media (1 : {packed})",
    )
    table.add_row("kernel's count", COUNTERS[done.counter])
    for level in sorted({seal.level for seal in done.sealed}):
        names = ", ".join(seal.process for seal in done.sealed if seal.level == level)
        table.add_row(f"sealed at {level}", f"{names}: {LEVELS[level]}")
    for stage in done.stages:
        typical = f"{stage.p50_ms:.0f} ms typical, {stage.p95_ms:.0f} ms at worst in 20"
        table.add_row(STAGES.get(stage.stage, stage.stage), typical)
    return table
