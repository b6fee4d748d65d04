"""What can an endpoint do, when is it asked, and where is the answer kept?"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from language_model import (
    Manner,
    Server,
    answers,
    breaks_off,
    calls,
    can_all,
    hangs,
    in_turn,
    serving,
    streams,
)
from wallet import Wallet

from edge.config import Reasoner
from edge.evidence import Now, Question
from edge.ledger import Leaving
from edge.messages import ContextPacket
from edge.reason import abilities, endpoint
from edge.reason.abilities import Abilities
from edge.reason.cascade import Cascade, Said, Wanted
from edge.reason.handshake import Handshake
from edge.reason.parts import Ended, EndpointFailed, Heard
from edge.reason.probe import Probe
from edge.reason.purse import Purse

WHOLE = b'{"choices":[{"message":{"content":"ready"}}]}'


def probed(manner: Manner, described: object = None, **settings: object) -> Abilities:
    entered: list[Leaving] = []

    async def run() -> Abilities:
        async with serving(manner, described) as server, aiohttp.ClientSession() as session:
            found = await Probe(session, server.settings(**settings), entered.append).abilities()
            sent = [row.size_bytes for row in entered if row.size_bytes]
            assert len(sent) == len(server.bodies)
            return found

    found = asyncio.run(run())
    assert {row.what for row in entered} == {"Probe"}
    return found


def test_one_that_can_do_it_all() -> None:
    described = {"data": [{"id": "other", "n_ctx": 1}, {"id": "small", "meta": {"n_ctx": 8192}}]}
    can = Abilities(8192, streams=True, tools=True, json=True, vision=True, is_known=True)
    assert probed(can_all("ready"), described) == can


@pytest.mark.parametrize(
    ("described", "tokens"),
    [
        ({"data": [{"id": "x", "max_model_len": 4096}]}, 4096),
        ({"data": [{"id": "small", "context_length": -3}]}, 0),
        ({"data": "rubbish"}, 0),
        ([], 0),
        (None, 0),
        ({"a": {"b": {"c": {"d": {"n_ctx": 5}}}}}, 0),
    ],
)
def test_the_length_of_a_context_is_what_it_says_if_anything(
    described: object, tokens: int
) -> None:
    assert probed(streams("ready"), described).context_tokens == tokens


def test_one_that_only_talks() -> None:
    assert probed(streams("red herring", " said ready")).tools is False


def test_one_that_answers_in_one_piece() -> None:
    assert probed(answers(200, WHOLE, "application/json")).streams is False


@pytest.mark.parametrize(
    "manner", [streams("[" * 7_000), calls("ready", '{"number":' + "[" * 7_000)]
)
def test_what_is_nested_without_end_is_no_ability(manner: Manner) -> None:
    found = probed(manner)
    assert not found.json
    assert not found.tools


def test_a_count_of_tokens_that_nobody_can_have_taken_is_cut() -> None:
    whole = WHOLE[:-1] + b',"usage":{"total_tokens":' + b"9" * 400 + b"}}"

    async def run() -> list[Heard]:
        manner = answers(200, whole, "application/json")
        async with serving(manner) as server, aiohttp.ClientSession() as session:
            return [part async for part in endpoint.ask(session, server.settings(), b"{}")]

    assert asyncio.run(run())[-1] == Ended(endpoint.MOST_TOKENS, is_stream=False)


@pytest.mark.parametrize("manner", [answers(500), hangs, breaks_off, streams()])
def test_one_that_does_not_answer_has_no_abilities(manner: Manner) -> None:
    with pytest.raises(EndpointFailed):
        probed(manner, timeout_s=0.2)


def test_what_is_given_fits_what_it_can_hold() -> None:
    assert Abilities().most_tokens(400) == 400
    assert Abilities(8192).most_tokens(400) == 400
    assert Abilities(1024).most_tokens(400) == 128
    assert Abilities(10).most_tokens(400) == 1


def test_what_is_known_is_kept_for_that_endpoint_and_believed_of_no_other(tmp_path: Path) -> None:
    one, other = Reasoner(url="http://a/v1", model="m"), Reasoner(url="http://a/v1", model="n")
    abilities.keep(tmp_path, {abilities.name_of(one): Abilities(5)})
    abilities.keep(tmp_path, {abilities.name_of(other): Abilities(6)})
    known = abilities.read(tmp_path)
    assert [known[abilities.name_of(each)].context_tokens for each in (one, other)] == [5, 6]
    (tmp_path / abilities.FILE).write_bytes(b"[" * 70_000)
    assert abilities.read(tmp_path) == {}


def shaken(
    manner: Manner, folder: Path, test: Callable[[Server, Cascade, Handshake], Awaitable[None]]
) -> None:
    async def run() -> None:
        async with serving(manner) as server, aiohttp.ClientSession() as session:
            purse = Purse(Wallet(), lambda: 1)
            cascade = Cascade([server.settings()], session, lambda _: None, purse)
            handshake = Handshake(folder, session, lambda _: None)
            cascade.begin(handshake)
            await test(server, cascade, handshake)
            await cascade.finish()

    asyncio.run(run())


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.01)


async def until_known(cascade: Cascade) -> None:
    await until(lambda: cascade.remotes[0].abilities.is_known)


def packet(*_: object) -> ContextPacket:
    return ContextPacket("Question: Why?", 4)


async def put(cascade: Cascade) -> list[str]:
    wanted = Wanted(Question("Why?", Now("r", 0, 0.0)), packet, 100)
    parts = [part async for part in cascade.ask(wanted, Said("?", "recall"))]
    return [part.source for part in parts if isinstance(part, Said)][-1:]


def test_it_is_found_out_once(tmp_path: Path) -> None:
    async def at_first(server: Server, cascade: Cascade, _: Handshake) -> None:
        await until_known(cascade)
        assert cascade.remotes[0].abilities.tools
        assert len(server.bodies) == 4

    async def again(server: Server, cascade: Cascade, _: Handshake) -> None:
        settings = cascade.remotes[0].settings
        assert not server.bodies
        name = abilities.name_of(settings)
        abilities.keep(tmp_path, {name: Abilities(json=True, is_known=True)})
        cascade.remotes[0].abilities = Abilities()
        await cascade.finish()
        cascade.begin(Handshake(tmp_path, None, lambda _: None))  # type: ignore[arg-type]
        assert cascade.remotes[0].abilities.json

    shaken(can_all("ready"), tmp_path, at_first)
    shaken(hangs, tmp_path, again)


def test_a_question_comes_first(tmp_path: Path) -> None:
    async def test(server: Server, cascade: Cascade, _: Handshake) -> None:
        await asyncio.sleep(0)
        assert await put(cascade) == ["small"]
        assert len(server.asked) == 1
        await until_known(cascade)

    shaken(can_all("It is."), tmp_path, test)


def test_one_that_was_not_there_is_asked_when_it_has_answered(tmp_path: Path) -> None:
    manner = in_turn(answers(500), answers(500), can_all("It is."))

    async def test(server: Server, cascade: Cascade, _: Handshake) -> None:
        await until(lambda: len(server.bodies) > 1)
        assert abilities.read(tmp_path) == {}
        assert await put(cascade) == ["small"]
        await until_known(cascade)

    shaken(manner, tmp_path, test)
