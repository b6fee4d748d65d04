"""A server of tools, written with the protocol's own library: `python mcp_peer.py stdio|http`.

`http` takes a port, and prints nothing. Its tools do what their names say.
"""

import os
import sys
import time

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

server = MCPServer("peer")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def capital(country: str) -> str:
    """Say the capital of a country."""
    return {"France": "Paris"}.get(country, "unknown")


@server.tool()
def send(to: str, text: str) -> str:
    """Send a message."""
    return f"sent {len(text)} characters to {to}"


@server.tool()
def long() -> str:
    """Say much."""
    return "x" * 100_000


@server.tool()
def fail() -> str:
    """Fail."""
    raise ValueError("it is broken")


@server.tool()
def die() -> str:
    """End the program."""
    os._exit(3)


@server.tool()
def hang() -> str:
    """Answer after an hour."""
    time.sleep(3600)
    return ""


@server.tool()
def environment(name: str) -> str:
    """Say a variable of the environment."""
    return os.environ.get(name, "")


if __name__ == "__main__":
    if sys.argv[1] == "http":
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[2]))
    else:
        server.run("stdio")
