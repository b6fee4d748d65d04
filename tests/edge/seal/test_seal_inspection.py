"""The check from outside: a well sealed child passes, and every planted leak is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sealing import HERE, ROOT, started

from edge import seal
from edge.seal.inspection import Inspection


def inspection_of(leak: str, *, file: int | None = None) -> Inspection:
    arguments = () if file is None else (file,)
    with started("seal_leaks.py", leak, *arguments, fds=arguments) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        return seal.inspect(process.pid, "chamber")


def problem_of(inspection: Inspection) -> str:
    assert len(inspection.problems) == 1, inspection.problems
    return inspection.problems[0]


def test_a_sealed_child_is_clean_and_all_of_it_was_checked() -> None:
    inspection = inspection_of("nothing")
    assert inspection.problems == ()
    assert inspection.threads == 1
    assert set(inspection.unchecked) <= {"core dumps: this kernel does not tell"}


def test_the_level_is_what_this_kernel_can_give() -> None:
    has_landlock = seal.walls().landlock_abi > 0
    assert inspection_of("nothing").level == ("A" if has_landlock else "C")


def test_a_thread_born_before_the_seal_is_under_it() -> None:
    inspection = inspection_of("old thread")
    assert inspection.problems == ()
    assert inspection.threads == 2


def test_a_child_without_a_seal_is_caught() -> None:
    problems = inspection_of("no seal").problems
    assert any("has no filter" in problem for problem in problems)
    assert any("memory may be dumped" in problem for problem in problems)


def test_a_thread_that_the_seal_missed_is_caught() -> None:
    assert "has no filter" in problem_of(inspection_of("one thread only"))


@pytest.mark.parametrize(
    ("leak", "reason"),
    [
        ("connection", "is a connection"),
        ("local service", "is a sound server"),
        ("own pair", "is a pair of sockets to itself"),
        ("child process", "was started by it, outside the seal"),
        ("own descriptors", "has descriptors of its own"),
        ("writable and executable", "mapped both writable and executable"),
        ("dumpable", "memory may be dumped"),
    ],
)
def test_a_planted_leak_is_named(leak: str, reason: str) -> None:
    assert any(reason in problem for problem in inspection_of(leak).problems)


def test_a_sound_server_is_a_way_out_of_a_capture_and_is_shown_as_level_d() -> None:
    with started("seal_leaks.py", "local service") as process:
        assert process.stdout
        process.stdout.readline()
        inspection = seal.inspect(process.pid, "capture")
    assert inspection.problems == ()
    assert inspection.level == "D"


def test_a_file_left_open_for_writing_is_caught(tmp_path: Path) -> None:
    with (tmp_path / "leak").open("w+b") as file:
        inspection = inspection_of("open file", file=file.fileno())
        assert problem_of(inspection) == (f"descriptor {file.fileno()} is a file open for writing")


def test_a_read_only_map_that_could_become_writable_is_caught(tmp_path: Path) -> None:
    with (tmp_path / "leak").open("w+b") as file:
        file.write(bytes(4096))
        file.flush()
        inspection = inspection_of("shared map", file=file.fileno())
        assert problem_of(inspection) == f"{file.name} is mapped shared and can be written"


def test_a_file_opened_for_reading_may_stay_open(tmp_path: Path) -> None:
    (tmp_path / "model").touch()
    with (tmp_path / "model").open("rb") as file:
        assert inspection_of("open file", file=file.fileno()).problems == ()


def test_only_the_descriptors_that_were_named_may_be_open(tmp_path: Path) -> None:
    (tmp_path / "model").touch()
    exactly = {0: "pipe", 1: "pipe", 2: "null"}
    with (tmp_path / "model").open("rb") as file:
        number = file.fileno()
        with started("seal_leaks.py", "open file", number, fds=[number]) as process:
            assert process.stdout
            process.stdout.readline()
            named = {**exactly, number: "model file (read-only)"}
            assert seal.inspect(process.pid, "chamber", allowed_fds=named).problems == ()
            short = seal.inspect(process.pid, "chamber", allowed_fds=exactly)
    assert problem_of(short) == f"descriptor {number} is a file (read-only)"


def test_a_filter_that_everybody_has_is_not_taken_for_the_seal() -> None:
    """In a container every process has a filter; here one that allows all stands for it."""
    program = f"""
import os, subprocess, sys
from edge import seal
os.environ["PYTHONPATH"] = {f"{HERE}:{ROOT}"!r}
seal._LIBC.prctl(38, 1, 0, 0, 0)
allow_all = [seal.Instruction(seal.RETURN, 0, 0, seal.ALLOW)]
seal._load(allow_all, seal.NUMBERS[os.uname().machine]["seccomp"])
for leak in ("no seal", "nothing"):
    with subprocess.Popen([sys.executable, {str(HERE / "seal_leaks.py")!r}, leak],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        print(seal.inspect(child.pid, "chamber").problems)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    unsealed, sealed = run.stdout.splitlines()
    assert "no filter but the one that this machine gives everybody" in unsealed
    assert "filter" not in sealed


def test_the_kernel_counts_what_a_child_wrote() -> None:
    wait = "import os; os.write(1, b'12345'); os.read(0, 1); os.write(1, b'678'); os.read(0, 1)"
    with subprocess.Popen(
        [sys.executable, "-c", wait], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.read(5)
        before = seal.written_bytes(process.pid)
        os.write(process.stdin.fileno(), b"x")
        process.stdout.read(3)
        assert seal.written_bytes(process.pid) == before + 3


def test_a_process_that_has_ended_is_a_problem() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert seal.inspect(process.pid, "chamber").problems == (f"process {process.pid} has ended",)


def test_seal_refuses_to_let_a_file_be_written(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file, pytest.raises(seal.CannotSeal, match="no pipe"):
        seal.seal("chamber", writable_fds={file.fileno()})


def test_seal_refuses_a_number_that_is_not_open() -> None:
    read, write = os.pipe()
    os.close(read)
    os.close(write)
    with pytest.raises(seal.CannotSeal, match="is not open"):
        seal.seal("chamber", writable_fds={write})
