"""What a ledger adds up to."""

from pathlib import Path

from edge.ledger import Totals, rows


def totals(path: Path, run: str | None = None) -> Totals:
    """Return the sums over the whole ledger, or over one run."""
    found = Totals()
    for row, _ in rows(path):
        if run in {None, row.run}:
            found.add(row)
    return found
