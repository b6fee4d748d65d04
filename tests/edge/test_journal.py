"""What the journal is told: how grave each line is, and no more than a terminal."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import journal


def line(level: int, words: str) -> logging.LogRecord:
    return logging.LogRecord("edge.launcher", level, __file__, 1, words, None, None)


@pytest.mark.parametrize(
    ("level", "lines"),
    [
        (logging.CRITICAL, "<3>edge.launcher: one\n<3>two"),
        (logging.WARNING, "<4>edge.launcher: one\n<4>two"),
        (logging.INFO, "<6>edge.launcher: one\n<6>two"),
        (logging.DEBUG, "<7>edge.launcher: one\n<7>two"),
    ],
)
def test_every_line_says_how_grave_it_is(level: int, lines: str) -> None:
    assert journal.Graded(journal.LINE).format(line(level, "one\ntwo")) == lines


@pytest.fixture
def stderr_file(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "stderr", os.O_RDWR | os.O_CREAT, 0o600)
    yield descriptor
    os.close(descriptor)


def named(descriptor: int) -> str:
    opened = os.fstat(descriptor)
    return f"{opened.st_dev}:{opened.st_ino}"


def test_a_stderr_that_was_sent_elsewhere_is_not_the_journal(stderr_file: int) -> None:
    assert journal.is_journal(stderr_file, {"JOURNAL_STREAM": named(stderr_file)})
    assert not journal.is_journal(stderr_file, {"JOURNAL_STREAM": "8:1"})
    assert not journal.is_journal(stderr_file, {})


@pytest.mark.parametrize("is_journal", [True, False])
def test_the_program_asks_where_its_lines_go(*, is_journal: bool, stderr_file: int) -> None:
    says = "import logging, sys; from edge import cli; cli.main(['--log', 'info', 'config'])"
    says += "; logging.getLogger('edge').warning('told')"
    environment = {**os.environ, "JOURNAL_STREAM": named(stderr_file) if is_journal else "8:1"}
    subprocess.run(
        [sys.executable, "-c", says],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=stderr_file,
        env=environment,
        timeout=60,
    )
    told = os.pread(stderr_file, 1 << 16, 0).decode().splitlines()
    assert told == ["<4>edge: told" if is_journal else "edge: told"]
