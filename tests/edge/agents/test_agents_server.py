"""An agent with the official client reads notes, and nothing before it stands in the ledger."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from edge import ledger
from edge.evidence import Note
from edge.notes import Notes
from edge.tools.grants import GrantsFile

pytest.importorskip("mcp", reason="UNCHECKED: pip install 'offrecord[agents]'")

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import Implementation

from edge.agents.reach import Reach, named
from edge.agents.server import made

SECRET = bytes(range(32))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Notes(tmp_path, SECRET) as notes:
        notes.remember(Note("said", "The keys are in the blue bowl.", 0, time.time(), "r", "tiny"))
        notes.remember(Note("said", "The lemons are on the table.", 9, time.time(), "r", "tiny"))
    return tmp_path


def asked(data: Path, doing: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:  # noqa: ANN401 (whatever the client returns)
    async def whole() -> Any:  # noqa: ANN401 (whatever the client returns)
        server = made(Reach(data, lambda: SECRET))
        who = Implementation(name="clerk", version="1")
        async with asyncio.timeout(30), Client(server, client_info=who, mode=mode) as client:
            return await doing(client)

    return asyncio.run(whole())


def rows(data: Path) -> list[ledger.Row]:
    return [row for row, _ in ledger.rows(data / ledger.FILE_NAME)]


def text_of(result: Any) -> str:  # noqa: ANN401 (as above)
    return result.content[0].text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_notes_are_found_and_the_reading_is_in_the_ledger_by_name(data: Path, mode: str) -> None:
    found = asked(data, lambda c: c.call_tool("search_notes", {"words": "keys"}), mode)
    assert [each["text"] for each in json.loads(text_of(found))] == [
        "The keys are in the blue bowl."
    ]
    (row,) = rows(data)
    assert (row.what, row.to, row.origin) == ("Agent notes", "agent clerk", ledger.RUNTIME)
    assert row.bytes == len(text_of(found).encode())
    assert ledger.verify(data / ledger.FILE_NAME) is None


def test_every_resource_is_entered_before_it_is_told(data: Path) -> None:
    async def doing(client: Client) -> list[Any]:
        names = ("now", "notes", "ledger")
        return [json.loads((await client.read_resource(f"companion://{name}")).contents[0].text)
                for name in names]  # fmt: skip

    now, notes, left = asked(data, doing)
    assert now["runs"] is False
    assert len(notes) == 2
    assert [row["what"] for row in left] == ["Agent notes", "Agent now"]
    assert [row.what for row in rows(data)] == ["Agent now", "Agent notes", "Agent ledger"]


def test_what_cannot_be_entered_is_not_told(data: Path) -> None:
    (data / ledger.FILE_NAME).mkdir()
    result = asked(data, lambda c: c.call_tool("recent_context", {}))
    assert result.is_error
    assert "cannot write" in text_of(result)
    assert "bowl" not in text_of(result)


def test_what_has_an_effect_needs_the_wearers_word(data: Path) -> None:
    refused = asked(data, lambda c: c.call_tool("pause_sensing", {"minutes": 5}))
    assert refused.is_error
    assert "offrecord grants allow agent.pause_sensing" in text_of(refused)
    GrantsFile(data).decide("agent.pause_sensing", "always")
    done = asked(data, lambda c: c.call_tool("pause_sensing", {"minutes": 5}))
    assert "nothing runs" in text_of(done)
    GrantsFile(data).decide("agent.pause_sensing", "never")
    refused = asked(data, lambda c: c.call_tool("pause_sensing", {"minutes": 5}))
    assert "has not allowed" in text_of(refused)


def test_nothing_is_changed_where_nobody_can_ask_the_wearer(data: Path) -> None:
    GrantsFile(data).decide("agent.remember", "always")
    kept = asked(data, lambda c: c.call_tool("remember", {"text": "Buy lemons."}))
    assert "could ask the wearer" in text_of(kept)
    gone = asked(data, lambda c: c.call_tool("forget", {"what": "day", "which": "never"}))
    assert "'never' is no day" in text_of(gone)
    long = asked(data, lambda c: c.call_tool("remember", {"text": "x" * 301}))
    assert "1 to 300 characters" in text_of(long)
    assert len(rows(data)) == 0


def test_a_name_is_made_plain() -> None:
    assert named("cl\nerk\x1b[31m" + "x" * 99) == "cl?erk?[31m" + "x" * 29
    assert named("") == "unnamed"


def test_the_command_serves_on_standard_input_and_output(tmp_path: Path) -> None:
    async def doing() -> Any:  # noqa: ANN401 (whatever the client returns)
        place = ["-m", "edge.cli", "mcp", "--data", str(tmp_path)]
        command = StdioServerParameters(command=sys.executable, args=place)
        async with asyncio.timeout(60), Client(command) as client:
            listed = await client.list_tools()
            now = await client.read_resource("companion://now")
            return {each.name for each in listed.tools}, json.loads(now.contents[0].text)

    tools, now = asyncio.run(doing())
    reads, does = {"search_notes", "recent_context"}, {"look", "pause_sensing"}
    assert tools == reads | does | {"remember", "forget"}
    assert now["runs"] is False
