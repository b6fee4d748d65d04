"""The live screen: what is sensed, what was understood, what was answered, what it cost."""

from collections import deque
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edge.airlock import plain
from edge.messages import (
    Airlocked,
    ContextPacket,
    Ended,
    Hello,
    Level,
    Reply,
    SealState,
    Shown,
    SourceState,
    SpeechStarted,
    Summary,
    Transcript,
    Unclear,
)
from edge.view.lines import event, ratio, size
from edge.view.summary import summary

REFRESHES_PER_S: Final = 8
KEPT_EVENTS: Final = 40
BARS: Final = "▁▂▃▄▅▆▇█"
QUIETEST_DBFS: Final = -70
METER_WIDTH: Final = 16
MARKS: Final = {"heard": ("◖", "cyan"), "saw": ("◉", "magenta")}
SENSES: Final = {"audio": "hearing", "video": "seeing"}


class LiveView:
    """A screen that follows a run and leaves its last state and the summary behind."""

    wants_levels = True

    def __init__(self, console: Console) -> None:
        self._console = console
        self._events: deque[tuple[str, str, str]] = deque(maxlen=KEPT_EVENTS)
        self._sources: dict[str, SourceState] = {}
        self._seals: dict[str, str] = {}
        self._levels: deque[int] = deque([QUIETEST_DBFS] * METER_WIDTH, maxlen=METER_WIDTH)
        self._status = "starting: models are loaded before the seal closes"
        self._speaking = False
        self._context: ContextPacket | None = None
        self._reply: Reply | None = None
        self._bytes = Airlocked(0, 0)
        self._summary: Summary | None = None
        self._live = Live(
            console=console, refresh_per_second=REFRESHES_PER_S, get_renderable=self._render
        )
        self._live.start()

    def show(self, message: Shown) -> None:  # noqa: C901, PLR0912 (one case a kind of message)
        """Take one message in; the screen is drawn by its own clock."""
        match message:
            case Hello():
                self._status = ""
            case SealState():
                self._seals[message.process] = message.level
                return
            case SourceState():
                self._sources[message.kind] = message
            case SpeechStarted():
                self._speaking = True
            case Transcript() | Unclear():
                self._speaking = False
            case Level():
                self._levels.append(message.dbfs)
            case ContextPacket():
                self._context, self._reply = message, None
            case Reply():
                self._reply = message
            case Airlocked():
                self._bytes = message
            case Ended():
                self._status = "all sources have ended"
            case Summary():
                self._summary = message
                self._bytes = Airlocked(message.raw_bytes, message.airlock_bytes)
            case _:
                pass
        if found := event(message):
            self._events.append(found)

    def close(self) -> None:
        """Draw once more, give the terminal back, and print the summary below."""
        self._live.stop()
        if self._summary:
            self._console.print(summary(self._summary))

    # --- the parts of the screen ---------------------------------------------------------------

    def _render(self) -> RenderableType:
        height = self._console.size.height
        reply = self._reply_panel()
        context = self._context_panel(max(4, height // 4))
        taken = 4 + (3 if self._reply else 0) + (min(8, height // 4 + 2) if self._context else 0)
        parts = [self._header(), self._timeline(max(4, height - taken - 4)), context, reply]
        return Group(*(part for part in parts if part is not None), self._footer())

    def _header(self) -> RenderableType:
        table = Table.grid(expand=True)
        table.add_column()
        table.add_column(justify="right")
        table.add_row(self._sensing(), self._sealing())
        return table

    def _sensing(self) -> Text:
        line = Text.assemble(("  Offrecord  ", "bold reverse"), "  ")
        if self._status:
            return line.append(self._status, "dim")
        for kind, state in sorted(self._sources.items()):
            alive = state.phase in {"running", "ready"}
            line.append("● " if alive else "○ ", "green" if alive else "yellow")
            line.append(SENSES[kind] if alive else f"not {SENSES[kind]}: {state.phase}")
            if kind == "audio" and alive:
                line.append("  ").append(self._meter())
            line.append("   ")
        return line

    def _meter(self) -> Text:
        span = len(BARS) - 1
        heights = (
            min(span, max(0, round((level - QUIETEST_DBFS) / -QUIETEST_DBFS * span)))
            for level in self._levels
        )
        return Text(
            "".join(BARS[height] for height in heights), "cyan" if self._speaking else "dim"
        )

    def _sealing(self) -> Text:
        if not self._seals:
            return Text("not sealed yet, nothing is heard ", "yellow")
        worst = max(self._seals.values())
        return Text.assemble(("⛨ ", "green"), f"sealed, level {worst} ")

    def _timeline(self, lines: int) -> RenderableType:
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(style="dim", width=7, justify="right")
        table.add_column(width=1)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        shown = [row for row in self._events if row[1] != "reply"][-lines:]
        for when, what, words in shown:
            mark, style = MARKS.get(what, ("!", "yellow"))
            text = words if what in MARKS else f"{what}: {words}"
            table.add_row(when, Text(mark, style), Text(text))
        for _ in range(max(0, min(lines, 6) - len(shown))):
            table.add_row("", "", "")
        return Panel(table, border_style="dim", title="heard and seen", title_align="left")

    def _context_panel(self, lines: int) -> RenderableType | None:
        if not self._context:
            return None
        body = [plain(line) for line in self._context.text.splitlines()][-lines:]
        text = Text("\n".join(body), "dim", no_wrap=True, overflow="ellipsis")
        title = f"context for the reasoner: {self._context.tokens} tokens"
        return Panel(text, border_style="dim", title=title, title_align="left")

    def _reply_panel(self) -> RenderableType | None:
        if not self._reply:
            return None
        title = self._reply.source
        if self._reply.latency_ms >= 0:
            title += f", {self._reply.latency_ms} ms after the question"
        text = Text(plain(self._reply.text), "bold")
        return Panel(text, border_style="green", title=title, title_align="left")

    def _footer(self) -> RenderableType:
        raw, out = self._bytes.raw_bytes, self._bytes.airlock_bytes
        line = Text.assemble(
            ("  raw, inside  ", "dim"), size(raw), ("   left as text  ", "dim"), size(out)
        )
        if out:
            line.append(f"   1 : {ratio(raw, out)}", "dim")
        return line.append("   Ctrl-C ends", "dim")
