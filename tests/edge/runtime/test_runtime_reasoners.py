"""A sealed runtime with several reasoners: it finds out what they can do, and asks in turn."""

import time
from pathlib import Path

from aiohttp import web
from language_model import answers, calls, can_all, serving_beside, streams
from runtime_process import HELLO, SECRET, RuntimeProcess, spoken

from edge import ledger
from edge.config import Config
from edge.messages import ContextPacket, Notice, Reply
from edge.notes import opening
from edge.reason import abilities

CAPITAL = "What's the capital of Mongolia?"


async def looks_it_up(request: web.Request) -> web.StreamResponse:
    """Ask the notes first, where that can be done."""
    body = await request.json()
    if "tools" in body and len(body["messages"]) == 2:
        return await calls("recall", '{"query": "where is the zanzibar pin"}')(request)
    return await can_all("Ulaanbaatar.")(request)


def until_known(data: Path, name: str) -> None:
    deadline_s = time.monotonic() + 60
    while name not in abilities.read(data):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_each_is_asked_in_turn_with_tools_and_all_of_it_is_entered(tmp_path: Path) -> None:
    with serving_beside(answers(500)) as down, serving_beside(looks_it_up) as server:
        second = server.settings(
            model="second", price_per_1000_tokens=1.0, withhold=("numbers",), questions_a_day=1
        )
        settings = Config(reasoner=(down.settings(model="first"), second))
        with RuntimeProcess(tmp_path, settings=settings) as runtime:
            until_known(tmp_path, abilities.name_of(second))
            runtime.say(HELLO, spoken("The zanzibar pin is 4812.", 5), spoken(CAPITAL, 20))
            shown = runtime.until(Reply)
            while shown[-1].partial:  # type: ignore[union-attr]
                shown += runtime.until(Reply)
            runtime.say(spoken(CAPITAL, 40))
            later = runtime.until(Reply)
            runtime.summary()
    assert any(isinstance(each, Notice) and "status 500" in each.text for each in shown)
    last = shown[-1]
    assert isinstance(last, Reply)
    assert (last.text, last.source) == ("Ulaanbaatar.", "second")
    assert "zanzibar pin is #" in " ".join(last.because)
    packets = [each.text for each in shown if isinstance(each, ContextPacket)]
    assert ["4812" in text for text in packets] == [True, False]
    assert "4812" not in str(server.bodies)
    assert "zanzibar pin is #" in str(server.asked[-1])
    assert any(isinstance(each, Notice) and "asked any more today" in each.text for each in later)
    assert later[-1].source == "recall"  # type: ignore[union-attr]
    with opening.for_reading(tmp_path, SECRET) as notes:
        rows = list(ledger.rows(tmp_path / ledger.FILE_NAME, notes))
    asked = [(row.to, row.why) for row, _ in rows if row.what == "Question"]
    assert asked[1:3] == [
        (server.url, "the reasoner before it did not answer"),
        (server.url, "what the tools found that it had asked for"),
    ]
    prices = [row.why for row, _ in rows if row.what == "Price"]
    assert prices[-1].endswith("today, 1 question")


def test_a_streaming_server_s_words_alone_come_from_a_run_that_knows_it(tmp_path: Path) -> None:
    with serving_beside(streams("Ulaanbaatar.")) as server:
        known = abilities.Abilities(is_known=True)
        abilities.keep(tmp_path, {abilities.name_of(server.settings()): known})
        settings = Config(reasoner=(server.settings(),))
        with RuntimeProcess(tmp_path, settings=settings) as runtime:
            runtime.say(HELLO, spoken(CAPITAL, 20))
            runtime.until(Reply)
            runtime.summary()
    assert len(server.bodies) == len(server.asked) == 1
