"""An audit on one page, for people and for programs."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from edge.audit import FAILED, PASSED, UNCHECKED, Check, Report, Result

MARKS: Final[dict[Result, tuple[str, str]]] = {
    "pass": ("✓", "green"),
    "unchecked": ("?", "bold yellow"),
    "fail": ("✗", "bold red"),
}
LEVELS: Final = {
    "A": "seccomp and Landlock: two walls of the kernel",
    "B": "seccomp and systemd: two walls",
    "C": "seccomp alone: one wall",
    "D": "a sound server is trusted with the microphone; raw ALSA (hw:) avoids it",
}
VERDICTS: Final[dict[Result, str]] = {
    "pass": "PASSED",
    "unchecked": "NOT PASSED: something could not be checked",
    "fail": "FAILED",
}
VERDICT_OF: Final[Mapping[int, Result]] = {PASSED: "pass", FAILED: "fail", UNCHECKED: "unchecked"}
MANY: Final = 100
"""Checks of one group from which on they are told in short: the attacks."""
DOCUMENTED: Final = "as documented: "
COLUMNS: Final = 3
NOT_PROMISED: Final = (
    (
        "Text leaves the chamber, that is its purpose, and text has room: a voice print fits in 16"
        " bytes, and a chamber gone bad could choose its words. All that left you can read:"
        " `offrecord ledger`."
    ),
    "What a reasoner of yours is sent is out of our hands from there on.",
    "Root, a hole in the kernel, firmware and whoever holds the device are stronger than all this.",
    "A search of memory is one moment, and finds only what was not transformed.",
    (
        "Whoever carries the sound to us can keep it: a sound server (level D), the kernel's own"
        " buffers, a paired wearable."
    ),
    "Timing, power draw and lights were not measured as ways out.",
)


def show(report: Report, *, as_json: bool) -> None:
    """Print a report."""
    if as_json:
        found = {
            "passed": report.passed,
            "level": report.level,
            "checks": [asdict(check) for check in report.checks],
            "not_promised": NOT_PROMISED,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        return
    Console(highlight=False).print(_page(report))


def _page(report: Report) -> RenderableType:
    groups: defaultdict[str, list[Check]] = defaultdict(list)
    for check in report.checks:
        groups[check.name.partition(":")[0]].append(check)
    large = {group: checks for group, checks in groups.items() if len(checks) > MANY}
    rows = Table.grid(padding=(0, 1))
    for group, checks in groups.items():
        if group not in large:
            for check in checks:
                rows.add_row(_mark(check.result), check.name, Text(check.detail, "dim"))
    verdict = VERDICT_OF[report.exit_status]
    return Group(
        rows,
        *(_in_short(large) if large else ()),
        Text.assemble(
            ("\n" + VERDICTS[verdict], MARKS[verdict][1]),
            (f"   level {report.level}", "bold"),
            f"  {LEVELS[report.level]}",
        ),
        Text("\nNot promised:", "dim"),
        *(Padding(Text(f"· {limit}", "dim"), (0, 0, 0, 2)) for limit in NOT_PROMISED),
    )


# --- hundreds of attempts ------------------------------------------------------------------------


def _in_short(groups: Mapping[str, Sequence[Check]]) -> Iterator[RenderableType]:
    """Yield a line for each process, what was tried, what may work, and what is wrong."""
    first, *_ = groups.values()
    yield Text("\nTried from inside, in each process:\n", "bold")
    yield _side_by_side([_short(check) for check in first])
    yield Text("\nMay work, as documented:\n", "bold")
    wanted = Table.grid(padding=(0, 2))
    for (reason, who), names in _documented(groups).items():
        everybody = len(who) == len(groups) > 1
        wanted.add_row(
            "all" if everybody else ", ".join(who), reason, Text(", ".join(names), "dim")
        )
    yield wanted
    yield Text()
    counts = Table.grid(padding=(0, 1))
    for group, checks in groups.items():
        work = sum(map(_is_documented, checks))
        held = sum(check.result == "pass" for check in checks) - work
        found = f"{held} of {len(checks)} refused, {work} work as documented"
        counts.add_row(_mark(_worst(checks)), group, Text(found, "dim"))
        for check in checks:
            if check.result != "pass":
                counts.add_row(_mark(check.result), "  " + _short(check), Text(check.detail, "dim"))
    yield counts


def _documented(
    groups: Mapping[str, Sequence[Check]],
) -> Mapping[tuple[str, tuple[str, ...]], list[str]]:
    """Return what may work: (reason, processes) -> attempts."""
    who: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for group, checks in groups.items():
        for check in filter(_is_documented, checks):
            who[_short(check), check.detail.partition(DOCUMENTED)[2]].append(group)
    found: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (name, reason), processes in who.items():
        found[reason, tuple(processes)].append(name)
    return found


def _is_documented(check: Check) -> bool:
    return check.result == "pass" and DOCUMENTED in check.detail


def _side_by_side(names: Sequence[str]) -> Table:
    grid = Table.grid(padding=(0, 2), expand=True)
    height = -(-len(names) // COLUMNS)
    for row in range(height):
        grid.add_row(*(Text(name, "dim") for name in names[row::height]))
    return grid


def _worst(checks: Sequence[Check]) -> Result:
    return VERDICT_OF[Report(checks, "A").exit_status]


def _short(check: Check) -> str:
    return check.name.partition(": ")[2] or check.name


def _mark(result: Result) -> Text:
    return Text(*MARKS[result])
