"""How does one endpoint answer a question? In rounds: words, or tools that it wants used first.

All that is sent is entered in the ledger first. What a tool found goes back as data; after
`MOST_ROUNDS` of them the model must answer with what it has.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from edge.config import Reasoner
from edge.ledger import Leaving
from edge.packet import token_count
from edge.reason import endpoint, prompt
from edge.reason.abilities import Abilities
from edge.reason.parts import Call, Ended, Enter, Put
from edge.reason.prompt import Manner, Turn
from edge.reason.purse import Purse
from edge.reason.withholding import EVIDENCE, unreadable
from edge.tools import Tool, Toolbox

if TYPE_CHECKING:
    import aiohttp

MOST_ROUNDS: Final = 4
AFTER_TOOLS: Final = "what the tools found that it had asked for"


class Remote:
    """One endpoint, what it can do, and what it may be sent."""

    def __init__(
        self, settings: Reasoner, session: "aiohttp.ClientSession", enter: Enter, purse: Purse
    ) -> None:
        self.settings = settings
        self.abilities = Abilities()
        self.toolbox: Toolbox | None = None
        self._session, self._enter, self._purse = session, enter, purse

    async def answer(self, put: Put) -> AsyncGenerator[str, None]:
        """Yield the words of the answer as they come. Raises EndpointFailed."""
        turns = prompt.opening(put.packet, put.question.text)
        tools = self._tools()
        why = put.why
        for rounds_left in range(MOST_ROUNDS, -1, -1):
            said, calls = "", list[Call]()
            async with aclosing(self._round(turns, tools, why, may_call=rounds_left > 0)) as heard:
                async for part in heard:
                    if isinstance(part, Call):
                        calls.append(part)
                    else:
                        said += part
                        yield part
            if not calls or not rounds_left:
                return
            turns.append(prompt.called(said, calls))
            turns += [prompt.result(call, await self._use(call, tools, put)) for call in calls]
            why = AFTER_TOOLS
            if said:
                yield " "  # the next round's words are other ones

    def _tools(self) -> Sequence[Tool]:
        """Return what it may use: nothing, where a tool could tell it what is withheld."""
        if not self.toolbox or not self.abilities.tools:
            return ()
        return () if EVIDENCE.intersection(self.settings.withhold) else self.toolbox.described()

    async def _round(
        self, turns: Sequence[Turn], tools: Sequence[Tool], why: str, *, may_call: bool
    ) -> AsyncGenerator[str | Call, None]:
        settings = self.settings
        manner = Manner(self.abilities.streams, settings.price_per_1000_tokens > 0, may_call)
        request = prompt.body(settings.model, turns, tools, manner)
        sent = request.decode()
        self._enter(Leaving("Question", len(request), why, sent, to=settings.url))
        tokens, said = 0, ""
        try:
            async with aclosing(endpoint.ask(self._session, settings, request)) as heard:
                async for part in heard:
                    if isinstance(part, Ended):
                        tokens = part.tokens
                    else:
                        said += part if isinstance(part, str) else part.arguments
                        yield part
        finally:
            self._pay(tokens or token_count(sent) + token_count(said))

    async def _use(self, call: Call, tools: Sequence[Tool], put: Put) -> str:
        tool = next((each for each in tools if each.name == call.name), None)
        if not tool or not self.toolbox:
            return f"there is no tool {call.name}"
        used = await self.toolbox.use(call.name, call.arguments, put.question)
        put.has_effect = put.has_effect or (tool.effect != "none" and not used.is_error)
        text = unreadable(used.text, self.settings.withhold)
        put.found.append(text)
        put.drawn_on += used.drawn_on
        return text

    def _pay(self, tokens: int) -> None:
        if self.settings.price_per_1000_tokens:
            why = self._purse.pay(self.settings, tokens)
            self._enter(Leaving("Price", 0, why, to=self.settings.url))
