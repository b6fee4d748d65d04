"""How does an agent reach a server that it did not start itself? By HTTP, on loopback, by token.

Every user of the machine reaches loopback, and every page in a browser tries to: so a request needs
the token, which lies in a file that only the owner reads, and names no other host and no web page.
Both eras of the protocol are spoken on one address: with a greeting, and without any state.
"""

import hmac
import secrets
import socket
from pathlib import Path
from typing import Final

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from edge import whole_file

HOST: Final = "127.0.0.1"
PATH: Final = "/mcp"
TOKEN_FILE: Final = "agents-token"  # noqa: S105 (a file's name)
TOKEN_BYTES: Final = 32
MOST_REQUEST_BYTES: Final = 1 << 16
MOST_SESSIONS: Final = 32
SESSION_ENDS_AFTER_S: Final = 1800.0
GOODBYE_WITHIN_S: Final = 3


class NotServed(RuntimeError):
    """Nobody can connect; one sentence."""


def token(folder: Path) -> bytes:
    """Return what an agent has to bring, made the first time. Raises NotServed."""
    path = folder / TOKEN_FILE
    try:
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            whole_file.write(path, secrets.token_urlsafe(TOKEN_BYTES).encode())
        found = path.read_bytes().strip()
    except OSError as error:
        raise NotServed(f"cannot keep the agents' token in {path}: {error.strerror}") from None
    if len(found) < TOKEN_BYTES:
        raise NotServed(f"{path} holds no token; delete it, and a new one is made")
    return found


def listening(port: int) -> socket.socket:
    """Return a socket on loopback. Raises NotServed."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", "") or "a port is 0 to 65535"
        raise NotServed(f"cannot listen on {HOST}:{port}: {why}; name another port") from None
    return listener


def serve(server: MCPServer, listener: socket.socket, wanted: bytes) -> None:
    """Serve until SIGINT or SIGTERM."""
    port = listener.getsockname()[1]
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=MOST_REQUEST_BYTES,
        max_sessions=MOST_SESSIONS,
        session_idle_timeout=SESSION_ENDS_AFTER_S,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[f"{HOST}:{port}", f"localhost:{port}"]
        ),
    )
    settings = uvicorn.Config(
        OnlyWithToken(app, wanted),
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE_WITHIN_S,
    )
    uvicorn.Server(settings).run(sockets=[listener])


class OnlyWithToken:
    """An application that answers nobody else."""

    def __init__(self, app: ASGIApp, wanted: bytes) -> None:
        self._app, self._wanted = app, b"bearer " + wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it unread."""
        if scope["type"] == "http" and not self._has_token(Headers(scope=scope)):
            said = PlainTextResponse("no token", 401, {"WWW-Authenticate": "Bearer"})
            await said(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _has_token(self, headers: Headers) -> bool:
        scheme, _, brought = headers.get("authorization", "").partition(" ")
        found = f"{scheme.lower()} {brought.strip()}".encode()
        return hmac.compare_digest(found, self._wanted)
