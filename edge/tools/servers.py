"""Which tools do the user's own servers offer at the moment? Those of `[[tool_server]]`, by MCP.

The protocol's library (`pip install offrecord[agents]`, 43 MB resident) is imported only where a
server is configured. A server that dies, hangs or talks nonsense offers nothing, is told of once,
and is tried again later and later.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from edge.config import ToolServer
from edge.messages import ChildDied, Control, Notice, Started
from edge.tools.offered import PROCESS, Offered, Rim

if TYPE_CHECKING:
    from edge.tools.mcp_client import Connection

NOT_INSTALLED: Final = "[[tool_server]] needs `pip install offrecord[agents]`"


class Servers:
    """All of them. Nothing here raises for what a server does, but `call`."""

    def __init__(self, settings: Sequence[ToolServer], rim: Rim) -> None:
        """Import what is needed, and nothing where no server is configured."""
        self._connections: dict[str, Connection] = {}
        if not settings:
            return
        try:
            from edge.tools import mcp_client  # noqa: PLC0415 (43 MB)
        except ImportError:
            rim.show(Notice(NOT_INSTALLED))
            return
        self._connections = {each.name: mcp_client.Connection(each, rim) for each in settings}

    def begin(self) -> None:
        """Connect to them from now on."""
        for connection in self._connections.values():
            connection.begin()

    async def close(self) -> None:
        """Take leave of all."""
        for connection in self._connections.values():
            await connection.close()

    def told(self, message: Control) -> None:
        """Hear from the launcher whose program was started, and whose has died."""
        match message:
            case Started(process=process):
                if connection := self._connections.get(process.removeprefix(PROCESS)):
                    connection.started()
            case ChildDied(process=process) if process.startswith(PROCESS):
                if connection := self._connections.get(process.removeprefix(PROCESS)):
                    connection.died()
            case _:
                pass

    def offered(self) -> tuple[Offered, ...]:
        """Return what is offered now."""
        return tuple(each for c in self._connections.values() for each in c.offered)

    async def call(self, offered: Offered, arguments: dict[str, object]) -> tuple[str, bool]:
        """Return what a tool says, and whether it calls that an error. Raises ServerFailed."""
        return await self._connections[offered.server].call(offered, arguments)
