"""What may agents of the wearer's read and do? They speak MCP with `offrecord mcp`."""

from edge.ledger import Leaving
from edge.messages import AgentReads, AgentWants


def leaving(read: AgentReads) -> Leaving:
    """Return what is entered of an agent's reading: that, and by whom; no words."""
    return Leaving(
        read.what, read.bytes, f"an agent read it ({read.ticket})", to=f"agent {read.agent}"
    )


def outcome(wanted: AgentWants, what: str) -> Leaving:
    """Return what is entered of what an agent is told about its wish: what became of it."""
    return Leaving(
        f"Agent {wanted.does}",
        len(what.encode()),
        f"{_told(wanted.ticket)}{what}",
        to=f"agent {wanted.agent}",
    )


def outcome_in(why: str, wanted: AgentWants) -> str:
    """Return what became of a wish, where a row of the ledger says it; else nothing."""
    head = _told(wanted.ticket)
    return why.removeprefix(head) if why.startswith(head) else ""


def _told(ticket: str) -> str:
    return f"an agent was told ({ticket}): "
