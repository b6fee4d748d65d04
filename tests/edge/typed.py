"""`offrecord …` as a person types it, in this process: Python starts once, not for every sentence.

A test that is about the process itself (its pipes, signals, tracebacks, environment) starts one.
"""

import contextlib
import io
import subprocess
from pathlib import Path

import pytest

from edge import cli

COLUMNS = "120"


def offrecord(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Return what the command printed and its exit status; nobody sits at the keyboard."""
    argv = [str(argument) for argument in arguments]
    out, err = io.StringIO(), io.StringIO()
    with (
        Path("/dev/null").open() as nobody,
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setenv("COLUMNS", COLUMNS)
        patch.setattr("sys.stdin", nobody)
        try:
            status = cli.main(argv)
        except SystemExit as refusal:  # the parser's
            status = int(refusal.code or 0)
    return subprocess.CompletedProcess(argv, status, out.getvalue(), err.getvalue())
