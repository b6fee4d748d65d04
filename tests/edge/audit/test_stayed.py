"""What is said of a run in which something of the canary stayed."""

from dataclasses import replace
from pathlib import Path

import pytest

from edge.audit import stayed
from edge.audit.changes import Changed, Walk
from edge.audit.memory import Left
from edge.audit.stayed import Found, Heard
from edge.audit.traces import Trace
from edge.audit.witness import Attribution, Deed
from edge.seal import Inspection

FILE = Changed(Path("/somewhere/file"), Path("/").lstat())
SEALED = Inspection((), (), 1, "A", 0)
OPEN = Inspection(("descriptor 5 is a connection",), ("maps: refused",), 1, "A", 0)
UNSEEN = Inspection((), ("maps: refused",), 1, "A", 0)
HEARD = Heard(
    texts=("the keys are in the bowl",),
    sights=1,
    searched_after_s=2.0,
    left={"chamber": Left(scanned_bytes=1)},
    walls={"chamber": SEALED},
    second=Left(int16=0.5),
    crash="ended by SIGSEGV",
    levels=("A",),
    pids=frozenset({1}),
    log=b"INFO 3 words",
)
FOUND = Found(
    walk=Walk((), 1, 0.1),
    who=Attribution((), (), ()),
    is_watched=True,
    deeds=(),
    traces=(),
    in_data=(),
    data_files=3,
    wordy=(),
    cores=(),
)


def not_passed(heard: Heard = HEARD, found: Found = FOUND) -> list[tuple[str, str]]:
    judged = stayed.judged(heard, found)
    return [(check.name, check.result) for check in judged if check.result != "pass"]


def test_a_run_in_which_nothing_stayed_passes() -> None:
    assert not_passed() == []


@pytest.mark.parametrize(
    ("change", "name", "result"),
    [
        ({"texts": ()}, "canary: heard and seen", "fail"),
        ({"sights": 0}, "canary: heard and seen", "fail"),
        ({"left": {"chamber": Left(float32=0.001)}}, "canary: memory of chamber", "fail"),
        ({"left": {"chamber": Left(unchecked="no")}}, "canary: memory of chamber", "unchecked"),
        ({"second": Left()}, "control: what the chamber is hearing", "unchecked"),
        ({"walls": {"chamber": OPEN}}, "canary: walls of chamber", "fail"),
        ({"walls": {"chamber": UNSEEN}}, "canary: walls of chamber", "unchecked"),
        ({"log": b"the keys are IN the bowl"}, "canary: logs", "fail"),
        ({"crash": ""}, "canary: core dumps", "unchecked"),
    ],
)
def test_what_stayed_in_the_run_is_named(change: dict[str, object], name: str, result: str) -> None:
    assert (name, result) in not_passed(heard=replace(HEARD, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "name", "result"),
    [
        ({"who": Attribution((FILE,), (), ())}, "canary: files changed", "fail"),
        ({"who": Attribution((), (), (FILE,))}, "canary: files changed", "unchecked"),
        ({"deeds": (Deed(1, None, "short", is_of_list=True),)}, "canary: files changed", "fail"),
        ({"traces": (Trace(FILE.path, "int16"),)}, "canary: bytes on disk", "fail"),
        ({"in_data": (Trace(FILE.path, "int16"),)}, "canary: own data folder", "fail"),
        ({"data_files": 0}, "canary: own data folder", "unchecked"),
        ({"wordy": (FILE.path,)}, "canary: logs", "fail"),
        ({"cores": (FILE.path,)}, "canary: core dumps", "fail"),
    ],
)
def test_what_stayed_on_a_disk_is_named(change: dict[str, object], name: str, result: str) -> None:
    assert not_passed(found=replace(FOUND, **change)) == [(name, result)]  # type: ignore[arg-type]
