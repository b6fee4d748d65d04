"""The house's connections: one request at a time, who hangs is put out, and the others go on.

The chamber's end of the slot is a socket that a test reads; what was found is what it says.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import wyoming_peer
from clock_ahead import put_forward

from edge.bridge import home_link
from edge.bridge.home_link import ANSWER_WITHIN_S, AT_ONCE, NEXT_SOUND_S, HomeLink, SlotEnd
from edge.bridge.home_speech import Speech
from edge.messages import HomeAsks, HomeHeard, HomeVoice
from edge.signals import HomeMark, HomeSound, HomeStep
from edge.slot import MAX_RECORD_BYTES, SlotReader
from firmware_bridge.wyoming_server import Offers

WITHIN_S = 30.0
OFFERS = Offers("0.1.0", "whisper-tiny.en", ("en",), "")


class Chamber:
    """Says of every request how many samples it was, unless it is told to be silent."""

    def __init__(self) -> None:
        self.slot, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.slot.settimeout(0)
        self.asked: list[HomeAsks] = []
        self.steps: list[HomeStep] = []
        self.answers = True
        self.has_begun, self.has_all = asyncio.Event(), asyncio.Event()
        self.link = HomeLink(SlotEnd(ours, 1), None, OFFERS, self.asked.append)
        self._ours = ours

    async def listen(self) -> None:
        reader, samples = SlotReader(), 0
        while record := await asyncio.get_running_loop().sock_recv(self.slot, MAX_RECORD_BYTES):
            signal = reader.feed(record)
            if isinstance(signal, HomeSound):
                samples += len(signal.samples)
            elif isinstance(signal, HomeMark):
                self.steps.append(signal.step)
                if signal.step is HomeStep.ENDS:
                    self.has_all.set()
                if signal.step is HomeStep.BEGINS:
                    self.has_begun.set()
                    samples = 0
                elif self.answers:
                    number, ms = signal.number, samples // 16
                    self.link.told(HomeVoice(number, ms, speaks=False))
                    if signal.step is HomeStep.ENDS:
                        self.link.told(HomeHeard(number, f"{samples} samples", ms))

    def close(self) -> None:
        self.slot.close()
        self._ours.close()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Chamber, int]]:
    chamber = Chamber()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        tasks = [
            asyncio.create_task(work) for work in (chamber.listen(), chamber.link.serve(listener))
        ]
        yield chamber, listener.getsockname()[1]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.wait_for(chamber.link.until_all_have_gone(), WITHIN_S)
        chamber.close()


def test_all_samples_of_a_request_arrive_and_its_sender_is_named_first() -> None:
    async def ask() -> None:
        async with served() as (chamber, port):
            heard = await wyoming_peer.transcribed(port, bytes(2 * 16_001))
            assert heard.text == "16001 samples"
            assert [asked.peer for asked in chamber.asked] == ["127.0.0.1"]
            assert chamber.steps == [HomeStep.BEGINS, HomeStep.ENDS]

    asyncio.run(ask())


def test_requests_follow_each_other_on_one_connection() -> None:
    async def ask() -> None:
        async with served() as (chamber, port), wyoming_peer.client(port) as house:
            for samples in (100, 5000):
                await wyoming_peer.begun(house)
                await wyoming_peer.sent(house, bytes(2 * samples))
                await house.write_event(wyoming_peer.AudioStop().event())
                event = await house.read_event()
                assert event
                assert event.data["text"] == f"{samples} samples"
            assert len({asked.number for asked in chamber.asked}) == 2

    asyncio.run(ask())


def test_who_hangs_in_a_request_is_put_out_and_its_sound_dropped() -> None:
    async def ask() -> None:
        async with served() as (chamber, port), wyoming_peer.client(port) as hanging:
            await wyoming_peer.begun(hanging)
            await wyoming_peer.sent(hanging, bytes(6400))
            await asyncio.wait_for(chamber.has_begun.wait(), WITHIN_S)
            asking = asyncio.create_task(wyoming_peer.transcribed(port, bytes(64)))
            put_forward(NEXT_SOUND_S)
            assert (await asking).text == "32 samples"
            assert chamber.steps[:3] == [HomeStep.BEGINS, HomeStep.IS_DROPPED, HomeStep.BEGINS]
            assert await asyncio.wait_for(hanging.read_event(), WITHIN_S) is None

    asyncio.run(ask())


def test_a_chamber_that_finds_no_words_in_time_is_said_to_be_late() -> None:
    async def ask() -> None:
        async with served() as (chamber, port):
            chamber.answers = False
            asking = asyncio.create_task(wyoming_peer.transcribed(port, bytes(64)))
            await asyncio.wait_for(chamber.has_all.wait(), WITHIN_S)
            put_forward(ANSWER_WITHIN_S)
            heard = await asking
            assert (heard.text, heard.refusal) == ("", home_link.NO_ANSWER)
            chamber.answers = True
            assert (await wyoming_peer.transcribed(port, bytes(64))).text == "32 samples"

    asyncio.run(ask())


def test_an_answer_that_comes_too_late_is_nobodys() -> None:
    async def ask() -> None:
        async with served() as (chamber, port):
            chamber.answers = False
            asking = asyncio.create_task(wyoming_peer.transcribed(port, bytes(64)))
            await asyncio.wait_for(chamber.has_all.wait(), WITHIN_S)
            (asked,) = chamber.asked
            chamber.link.told(HomeHeard(asked.number - 1, "another's", 4))
            chamber.link.told(HomeHeard(asked.number, "its own", 4))
            assert (await asyncio.wait_for(asking, WITHIN_S)).text == "its own"

    asyncio.run(ask())


def test_more_connections_than_may_be_are_closed_at_once() -> None:
    async def ask() -> None:
        async with served() as (_, port):
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(AT_ONCE)]
            await asyncio.sleep(0.1)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await asyncio.wait_for(reader.read(), WITHIN_S) == b""
            for _, each in [*held, (reader, writer)]:
                each.close()
                await each.wait_closed()

    asyncio.run(ask())


def test_without_a_voice_a_text_is_refused_in_a_sentence() -> None:
    async def ask() -> None:
        async with served() as (_, port), wyoming_peer.client(port) as house:
            await house.write_event(wyoming_peer.Synthesize("Hello").event())
            event = await house.read_event()
            assert event
            assert event.data["text"] == home_link.NO_VOICE

    asyncio.run(ask())


def test_a_voice_that_is_gone_is_not_asked_again() -> None:
    async def ask() -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            speech = Speech(ours)
            theirs.close()
            assert [piece async for piece in speech.sound("Hello")] == []
            assert not speech.is_there

    asyncio.run(ask())
