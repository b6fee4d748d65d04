"""A toolbox with real notes, a real ledger, a real context; only the world outside is a script."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from edge import ledger
from edge.context import Context
from edge.evidence import Note, Question
from edge.messages import Shown, Wanted
from edge.recall.answer import Memory
from edge.runtime.present import Present
from edge.tools import Tool, Used
from edge.tools.grants import Choice, Grants
from edge.tools.offered import Offered, Rim
from edge.tools.servers import Servers
from edge.tools.toolbox import Senses, Tools

NOW_S = 1_763_821_200.0


class Outside(Servers):
    """A server of two tools: one sends, one reads, and says what it is told to say."""

    def __init__(self, rim: Rim) -> None:
        super().__init__((), rim)
        self.says, self.about = "done", "(of mail) Send."
        self.called: list[str] = []

    def offered(self) -> tuple[Offered, ...]:
        send = Tool("mail__send", self.about, '{"type": "object"}', "outside")
        read = Tool("mail__read", "(of mail) Read.", '{"type": "object"}')
        return Offered(send, "mail", "send", "mail"), Offered(read, "mail", "read", "mail")

    async def call(self, offered: Offered, arguments: dict[str, object]) -> tuple[str, bool]:
        del arguments
        self.called.append(offered.remote_name)
        return self.says, False


class Room:
    """A toolbox and everything around it."""

    def __init__(self, folder: Path) -> None:
        self.shown: list[Shown] = []
        self.folder = folder
        self.present = Present(folder, bytes(32), "r", "file", self.shown.append)
        self.present.context = Context(run="r", wall_at_zero_s=NOW_S)
        self.looks = 0
        senses = Senses(self._memory, self._look)
        self.outside = Outside(Rim(self.shown.append, self.present.enter, {}))
        self.tools = Tools(self.present, senses, Grants(folder, self._shown), self.outside)
        self.choice: Choice | None = None
        """What the wearer answers to every question; None for nothing."""

    def _shown(self, message: Shown) -> None:
        self.shown.append(message)
        if isinstance(message, Wanted) and self.choice:
            loop = asyncio.get_running_loop()
            loop.call_soon(self.tools.grants.answer, message.id, self.choice)

    def _memory(self, question: Question) -> tuple[Memory, Sequence[Note]]:
        found = self.present.notes.search(question.text.lower().split())
        context = self.present.context
        return Memory(context.heard, context.errands, sights=context.sights), found

    async def _look(self) -> None:
        self.looks += 1

    def use(self, tool: str, question: str, **arguments: object) -> Used:
        asked = Question(question, self.present.context.now_at(1000))
        return asyncio.run(self.tools.use(tool, json.dumps(arguments), asked))

    @property
    def asked(self) -> list[Wanted]:
        return [message for message in self.shown if isinstance(message, Wanted)]

    def entered(self) -> list[ledger.Row]:
        rows = ledger.rows(self.present.ledger.path)
        return [row for row, _ in rows if row.what != "TornRow"]
