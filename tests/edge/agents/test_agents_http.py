"""Two unlike clients reach the real command by HTTP and stdio; whoever lacks the token does not."""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edge import ledger
from edge.evidence import Note
from edge.notes import Notes, keys

pytest.importorskip("mcp", reason="UNCHECKED: pip install 'offrecord[agents]'")
pytest.importorskip("fastmcp", reason="UNCHECKED: pip install fastmcp")

import fastmcp
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import Implementation

from edge.agents.http import PATH, TOKEN_FILE, NotServed, listening, token

TOOLS = {"search_notes", "recent_context", "look", "pause_sensing", "remember", "forget"}
GREETING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})


class Served(NamedTuple):
    data: Path
    command: list[str]
    port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(data / "config"))
        with Notes(data, keys.secret()) as notes:
            notes.remember(Note("said", "The keys are in the bowl.", 0, time.time(), "r", "tiny"))
        command = [sys.executable, "-m", "edge.cli", "mcp", "--data", str(data)]
        process = subprocess.Popen([*command, "--http", "0"], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        line = process.stdout.readline()
        port = int(line.partition("127.0.0.1:")[2].partition("/")[0])
        yield Served(data, command, port, (data / TOKEN_FILE).read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout.read() == ""
        process.stdout.close()


def status(served: Served, headers: dict[str, str], body: str = GREETING) -> int:
    whole = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    with contextlib.closing(connection):
        connection.request("POST", PATH, body, whole | headers)
        return connection.getresponse().status


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_reads_in_both_eras(served: Served, mode: str) -> None:
    async def doing() -> Any:  # noqa: ANN401 (whatever the client returns)
        brings = create_mcp_http_client({"Authorization": f"Bearer {served.token}"})
        who = Implementation(name=f"official {mode}", version="1")
        way = streamable_http_client(served.url, http_client=brings)
        async with asyncio.timeout(60), brings, Client(way, client_info=who, mode=mode) as client:
            assert {each.name for each in (await client.list_tools()).tools} == TOOLS
            return await client.call_tool("search_notes", {"words": "keys"})

    (found,) = json.loads(asyncio.run(doing()).content[0].text)
    assert found["text"] == "The keys are in the bowl."
    assert f"agent official {mode}" in [
        row.to for row, _ in ledger.rows(served.data / ledger.FILE_NAME)
    ]


@pytest.mark.parametrize("way", ["http", "stdio"])
def test_another_projects_client_reads_and_searches(served: Served, way: str) -> None:
    async def doing() -> tuple[Any, Any]:
        by_http = StreamableHttpTransport(
            served.url, headers={"Authorization": f"Bearer {served.token}"}
        )
        first, *others = served.command
        by_stdio = StdioTransport(first, others, env=dict(os.environ), keep_alive=False)
        client = fastmcp.Client(by_http if way == "http" else by_stdio)
        async with asyncio.timeout(60), client:
            assert {each.name for each in await client.list_tools()} == TOOLS
            (now,) = await client.read_resource("companion://now")
            return now, await client.call_tool("search_notes", {"words": "keys"})

    now, found = asyncio.run(doing())
    assert json.loads(now.text)["runs"] is False
    assert json.loads(found.content[0].text)[0]["text"] == "The keys are in the bowl."


def test_without_the_token_or_from_elsewhere_nobody_is_answered(served: Served) -> None:
    bearer = {"Authorization": f"Bearer {served.token}"}
    assert status(served, {}) == 401
    assert status(served, {"Authorization": "Bearer guessed"}) == 401
    assert status(served, {"Authorization": served.token}) == 401
    assert status(served, bearer | {"Origin": "https://page.example"}) == 403
    assert status(served, bearer | {"Host": f"rebound.example:{served.port}"}) == 421
    assert status(served, bearer, "x" * (1 << 17)) == 413
    assert status(served, bearer | {"Content-Type": "text/plain"}) in {400, 415}


def test_the_token_is_the_owners_and_stays(served: Served, tmp_path: Path) -> None:
    assert (served.data / TOKEN_FILE).stat().st_mode & 0o777 == 0o600
    assert token(served.data) == served.token.encode()
    (tmp_path / TOKEN_FILE).write_text("short")
    with pytest.raises(NotServed, match="delete it"):
        token(tmp_path)


def test_a_port_that_is_taken_is_one_sentence(served: Served) -> None:
    with pytest.raises(NotServed, match=f"cannot listen on 127.0.0.1:{served.port}: .*another"):
        listening(served.port)
    with pytest.raises(NotServed, match="0 to 65535"):
        listening(70_000)
