"""What may agents of the wearer's read and do? They speak MCP with `offrecord mcp`."""

from edge.ledger import Leaving
from edge.messages import AgentReads


def leaving(read: AgentReads) -> Leaving:
    """Return what is entered of an agent's reading: that, and by whom; no words."""
    return Leaving(
        read.what, read.bytes, f"an agent read it ({read.ticket})", to=f"agent {read.agent}"
    )
