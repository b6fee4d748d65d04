"""Every proof that `docs/faults.md` names exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs/faults.md").read_text("utf-8")
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FAULTS = 20
"""That the issue and the threat table name, at least."""


def names_in(path: str) -> set[str]:
    """Return the names of the tests in a file."""
    body = ast.parse((ROOT / path).read_bytes()).body
    return {each.name for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_proof_is_a_test() -> None:
    named = PROOF.findall(TABLE)
    missing = [f"{path}::{name}" for path, name in named if name not in names_in(path)]
    assert missing == []


def test_each_fault_has_a_proof() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= FAULTS
    assert [row for row in rows if not PROOF.search(row)] == []
