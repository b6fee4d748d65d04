import asyncio

import aiohttp
from language_model import Manner, answers, serving, streams

from edge.config import Reasoner as Settings
from edge.evidence import Note, Now, Question
from edge.ledger import Leaving
from edge.messages import ContextPacket, Notice
from edge.reason import Reasoner, Said
from edge.recall.answer import Memory

NOW = Now("r", 60_000, 1e9)
MEMORY = Memory([Note("said", "The keys are on the hook.", 1000, 1e9, "r")])
PACKET = ContextPacket("Now 10:00.\nHeard 5 s ago: Hello.\nQuestion: why?", 9)
CAPITAL = Question("What's the capital of Mongolia?", NOW)


def recalled(question: str, settings: Settings) -> tuple[Said, bool]:
    async def run() -> tuple[Said, bool]:
        async with aiohttp.ClientSession() as session:
            reasoner = Reasoner(settings, session, lambda _: None)
            return reasoner.recall(Question(question, NOW), MEMORY)

    return asyncio.run(run())


def asked(manner: Manner) -> tuple[list[Said | Notice], list[Leaving]]:
    entered: list[Leaving] = []

    async def run() -> list[Said | Notice]:
        async with serving(manner) as server, aiohttp.ClientSession() as session:
            reasoner = Reasoner(server.settings(), session, entered.append)
            said, _ = reasoner.recall(CAPITAL, MEMORY)
            return [part async for part in reasoner.ask(PACKET, said)]

    return asyncio.run(run()), entered


CONNECTED = Settings(url="http://127.0.0.1:1/v1", model="m")


def test_recall_answers_what_it_knows_although_a_model_is_connected() -> None:
    said, escalates = recalled("Where are my keys?", CONNECTED)
    assert "hook" in said.text
    assert not escalates


def test_people_s_own_affairs_do_not_leave_the_device() -> None:
    said, escalates = recalled("Where did I put my wallet?", CONNECTED)
    assert "not heard" in said.text
    assert not escalates


def test_a_question_about_the_world_goes_to_the_model_if_there_is_one() -> None:
    assert recalled(CAPITAL.text, CONNECTED)[1]
    said, escalates = recalled(CAPITAL.text, Settings())
    assert not escalates
    assert "[reasoner]" in said.text


def test_the_answer_grows_and_then_is_final() -> None:
    parts, _ = asked(streams("Ulaan", "baatar"))
    assert [(p.text, p.partial) for p in parts if isinstance(p, Said)] == [
        ("Ulaan", True),
        ("Ulaanbaatar", True),
        ("Ulaanbaatar", False),
    ]
    last = parts[-1]
    assert isinstance(last, Said)
    assert (last.source, last.because) == ("small", ("Heard 5 s ago: Hello.",))


def test_all_that_is_sent_is_entered_first() -> None:
    _, entered = asked(answers(500))
    assert len(entered) == 1
    assert entered[0].to.startswith("http://127.0.0.1:")
    assert entered[0].size_bytes == len(entered[0].text.encode())
    assert "Heard 5 s ago: Hello." in entered[0].text


def test_when_the_model_fails_recall_stands_and_says_why() -> None:
    parts, _ = asked(answers(401))
    notice, said = parts
    assert isinstance(notice, Notice)
    assert "refuses the key" in notice.text
    assert isinstance(said, Said)
    assert said.source == "recall"
    assert "did not answer" in said.text


def test_a_broken_answer_keeps_what_came() -> None:
    parts, _ = asked(answers(200, b'data: {"choices":[{"delta":{"content":"It is "}}]}\ndata: x\n'))
    last = parts[-1]
    assert isinstance(last, Said)
    assert last.text == "It is …"
