"""An answer that is coming when something is forgotten brings none of it back."""

import asyncio
from pathlib import Path

import aiohttp
from language_model import serving, streams

from edge.config import Config
from edge.evidence import Note
from edge.messages import Reply, Shown
from edge.notes import Wish
from edge.runtime.conversation import Conversation
from edge.runtime.present import Present

SAFE = "The safe opens with four seven one one."


def test_what_was_said_of_it_is_not_kept_after_it_was_forgotten(tmp_path: Path) -> None:
    shown: list[Shown] = []
    present = Present(tmp_path, bytes(32), "r1", "live", shown.append)
    present.keep(Note("said", SAFE, 0, 1_800_000_000.0, "r1", "test", who="wearer"))

    async def run() -> None:
        begun = asyncio.Event()

        def show(message: Shown) -> None:
            shown.append(message)
            if isinstance(message, Reply) and message.partial:
                begun.set()

        async with (
            serving(streams("Four seven one one", then_hang=True)) as server,
            aiohttp.ClientSession() as session,
        ):
            settings = Config(reasoner=(server.settings(),))
            conversation = Conversation(present, settings, session, show)
            present.on_forget = conversation.forget
            conversation.answer(conversation.typed("Write a poem about the safe"))
            await begun.wait()
            present.notes.wish(Wish())
            present.forget_wishes()
            await conversation.finish(0.0)

    asyncio.run(asyncio.wait_for(run(), 30))
    last = [each for each in shown if isinstance(each, Reply)][-1]
    assert not last.partial
    assert "Four" not in last.text
    assert present.notes.recent(10, ("told",)) == []
    assert present.context.dialogue == ()
    present.close()
