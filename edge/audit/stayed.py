"""What is said of a canary's run? From what was seen to checks; nothing is looked at in here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.audit import Check
from edge.audit.changes import Walk
from edge.audit.memory import Left
from edge.audit.traces import UNPACKING, Trace, words_in
from edge.audit.witness import Attribution, Deed
from edge.seal import Inspection

NAMED: Final = 3
"""Of several problems so many are named in the detail."""
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What was seen of the run while it lived."""

    texts: tuple[str, ...]
    sights: int
    searched_after_s: float
    """Between the end of the utterance and the search of memory."""
    left: dict[str, Left]
    """Process -> what it still held."""
    walls: dict[str, Inspection]
    """Process -> what the check from outside found at that moment."""
    second: Left
    """What the chamber held of the second canary, while it heard it."""
    crash: str
    """How the launcher called the chamber's end."""
    levels: tuple[str, ...]
    pids: frozenset[int]
    log: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on the disks when the run had ended."""

    walk: Walk
    who: Attribution
    is_watched: bool
    """Whether the kernel said who changed what, and what was removed again."""
    deeds: Sequence[Deed]
    traces: Sequence[Trace]
    in_data: Sequence[Trace]
    data_files: int
    """In the run's own data folder."""
    wordy: Sequence[Path]
    """Files with the words in them: logs, and what no other program is known to have changed."""
    cores: Sequence[Path]


def judged(heard: Heard, found: Found) -> Iterator[Check]:
    words = sum(len(text.split()) for text in heard.texts)
    yield _check(
        "canary: heard and seen",
        problems=[] if words and heard.sights else ["not recognised, so that nothing was tried"],
        good=f"{words} words recognised, {heard.sights} pictures looked at, on the real path",
    )
    yield from (_memory(name, left, heard) for name, left in heard.left.items())
    yield _second(heard)
    yield from (_walls(name, inspection) for name, inspection in heard.walls.items())
    yield _files(found)
    yield _check(
        "canary: bytes on disk",
        [f"{trace.path} ({trace.how})" for trace in found.traces],
        good=f"not in the {len(found.walk.changed)} files that changed, their names and attributes;"
        f" tried as it is and in {', '.join(UNPACKING)}",
    )
    yield _own_data(found)
    said = ["the log of the run"] if words_in(heard.log, " . ".join(heard.texts)) else []
    yield _check(
        "canary: logs",
        [*said, *(str(path) for path in found.wordy)],
        good=f"{len(heard.log.splitlines())} lines at level debug, and in what changed: no words",
    )
    yield _crash(heard, found)


def _check(name: str, problems: Sequence[str], *, good: str) -> Check:
    if not problems:
        return Check(name, "pass", good)
    more = f" and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
    return Check(name, "fail", "; ".join(problems[:NAMED]) + more)


def _memory(name: str, left: Left, heard: Heard) -> Check:
    title = f"canary: memory of {name}"
    if left.unchecked:
        return Check(title, "unchecked", left.unchecked)
    when = f"{heard.searched_after_s:.1f} s after the utterance"
    if left.most:
        shares = f"{left.int16:.2%} int16, {left.float32:.2%} float32, {left.pixels:.2%} pixels"
        return Check(title, "fail", f"{when}: {shares} ({', '.join(left.places[:NAMED])})")
    size = f"{left.scanned_bytes / MB:.0f} MB"
    return Check(title, "pass", f"{when}: 0 % of sound and picture in {size}")


def _second(heard: Heard) -> Check:
    """Say whether the search finds in the real chamber what it really holds at the moment."""
    title = "control: what the chamber is hearing"
    if heard.second.unchecked:
        return Check(title, "unchecked", heard.second.unchecked)
    if not heard.second.most:
        return Check(title, "unchecked", "not found: it was forgotten before the search got there")
    held = max(heard.second.int16, heard.second.float32)
    return Check(title, "pass", f"the search found {held:.0%} of the sentence that was being said")


def _walls(name: str, inspection: Inspection) -> Check:
    title = f"canary: walls of {name}"
    if inspection.unchecked and not inspection.problems:
        return Check(title, "unchecked", "; ".join(inspection.unchecked))
    return _check(title, inspection.problems, good="stood while it held media")


def _files(found: Found) -> Check:
    title = "canary: files changed"
    ours = [str(change.path) for change in found.who.ours]
    ours += [deed.name for deed in found.deeds]
    if ours:
        return _check(title, [f"Offrecord changed {name}" for name in ours], good="")
    if found.who.unknown:
        names = ", ".join(str(change.path) for change in found.who.unknown[:NAMED])
        return Check(
            title,
            "unchecked",
            f"{len(found.who.unknown)} changed and nobody answers for them ({names}); "
            f"{'try again' if found.is_watched else 'as root the kernel says who did it'}",
        )
    removed = "" if found.is_watched else "; only root sees files that were removed again"
    return Check(
        title,
        "pass",
        f"none by Offrecord outside its data folder; {found.walk.files} files looked at in "
        f"{found.walk.took_s:.1f} s, {len(found.who.others)} changed by other programs{removed}",
    )


def _own_data(found: Found) -> Check:
    title = "canary: own data folder"
    if not found.data_files:
        return Check(title, "unchecked", "it is empty: the run kept no notes and no ledger")
    return _check(
        title,
        [f"{trace.path.name} ({trace.how})" for trace in found.in_data],
        good=f"its {found.data_files} files hold words, no sound and no picture",
    )


def _crash(heard: Heard, found: Found) -> Check:
    title = "canary: core dumps"
    if "SIGSEGV" not in heard.crash:
        return Check(title, "unchecked", "the chamber did not die of its SIGSEGV")
    return _check(
        title,
        [f"{path} is one" for path in found.cores],
        good="the chamber was crashed while it heard, and left none",
    )
