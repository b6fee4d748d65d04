"""What does a moment look like? Values in, lines of text out; no state and no terminal in here.

Words from outside become `Text`, never markup: a sign that says "[red]" colours nothing. Every
colour stands beside a mark or a word that says the same.
"""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edge.airlock import plain
from edge.messages import Reply
from edge.view.lines import CLOSED, LEVELS, TO_OPEN, clock, ratio, size
from edge.view.moment import Loudness, Moment

HEARD: Final = "#0087ff"
SAW: Final = "#d78700"
CALM: Final = "dim"
ALARM: Final = f"bold {SAW}"
MUTED: Final = f"bold reverse {SAW}"
MARKS: Final = {"heard": ("●", HEARD), "saw": ("◆", SAW)}
MARKED_HEARD: Final = ("● ", HEARD)
SENSES: Final = {"audio": ("●", "hearing", HEARD), "video": ("◆", "seeing", SAW)}
BARS: Final = "▁▂▃▄▅▆▇█"
QUIETEST_DBFS: Final = -66
LOUDEST_DBFS: Final = -14
METER_WIDTH: Final = 24
LEAST_WIDTH: Final = 50
LEAST_HEIGHT: Final = 16
"""A window smaller than this gets plain lines."""
WIDE: Final = 110
"""From here on what was heard and what is handed on stand side by side."""
MOST_HEIGHT: Final = 34
HEADER_LINES: Final = 3
REPLY_LINES: Final = 4
RULES: Final = 3
FOOTER_LINES: Final = 1
LEAST_ROOM: Final = 6
"""Lines that a long reply leaves to what was heard, seen and handed on."""
EVENT_INDENT: Final = 13
MARGIN: Final = 2
HINT: Final = "Ask: where did I put …?   what did … say?   what do you see?   read that sign"


def draw(moment: Moment, width: int, height: int) -> RenderableType:
    """Return the screen for a terminal of this size; once the run is over, without empty rows."""
    rows = min(height - 1, MOST_HEIGHT)
    free = rows - HEADER_LINES - RULES - FOOTER_LINES
    most = max(REPLY_LINES, min(rows // 2, free - LEAST_ROOM))
    reply = _filled(moment, _reply(moment, width, most), REPLY_LINES)
    room = free - max(len(reply), REPLY_LINES)
    return Group(
        *_header(moment, width),
        _side_by_side(moment, width, room) if width >= WIDE else _stacked(moment, width, room),
        _section("reply", reply, width),
        _footer(moment, width),
    )


def _stacked(moment: Moment, width: int, room: int) -> RenderableType:
    packet = _context(moment, room * 2 // 5, width)
    events = _events(moment, room - max(len(packet), room * 2 // 5), width)
    return Group(
        _section("heard and seen", events, width), _section(_handed_on(moment), packet, width)
    )


def _side_by_side(moment: Moment, width: int, room: int) -> RenderableType:
    left = width * 11 // 20
    right = width - left - 1
    table = Table.grid(expand=True, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(width=left)
    table.add_column(ratio=1)
    table.add_row(
        _section("heard and seen", _events(moment, room + 1, left), left),
        _section(_handed_on(moment), _context(moment, room + 1, right), right),
    )
    return table


def _section(title: str, lines: Sequence[Text], width: int) -> RenderableType:
    rule = "─" * max(0, width - len(title) - 2 * MARGIN)
    return Group(Text(f"  {title} {rule}", CALM, no_wrap=True), *lines)


# --- head --------------------------------------------------------------------------------------


def _header(moment: Moment, width: int) -> list[RenderableType]:
    title = Text.assemble((" Offrecord ", "bold reverse"), "  ", *_senses(moment))
    return [
        _ends(title, Text(f"{clock(moment.at_ms)} ", CALM), width),
        _seals(moment, width),
        _closed(width) if _is_muted(moment) else Text(),
    ]


def _is_muted(moment: Moment) -> bool:
    return bool(moment.muted) and not moment.is_over


def _closed(width: int) -> Text:
    """Return a bar from edge to edge; in a narrow window the command goes before the rest."""
    words = next(
        (
            w
            for w in (f"{CLOSED}; {TO_OPEN}", "mic and camera closed; `offrecord unmute`")
            if len(w) < width - 4
        ),
        "closed",
    )
    return Text(f"  {words}".ljust(width), MUTED)


def _senses(moment: Moment) -> list[Text | tuple[str, str]]:
    if _is_muted(moment):
        return [(f" MUTED {moment.muted} ", MUTED)]
    if moment.status:
        return [(moment.status, CALM)]
    parts: list[Text | tuple[str, str]] = []
    for source in moment.sources:
        mark, verb, style = SENSES[source.kind]
        if source.phase in {"lost", "failed"}:
            parts.append((f"! not {verb}: {source.phase}   ", ALARM))
            continue
        ended = source.phase == "ended"
        parts.append((f"{mark} ", CALM if ended else style))
        parts.append((f"no longer {verb}   " if ended else f"{verb}  ", ""))
        if source.kind == "audio" and not ended:
            parts += [_meter(moment.levels), ("  ", "")]
    return parts


def _meter(levels: Sequence[Loudness]) -> Text:
    """Return the last moments' loudness; speech in colour."""
    top = len(BARS) - 1
    text = Text(BARS[0] * max(0, METER_WIDTH - len(levels)), CALM)
    for beat in levels[-METER_WIDTH:]:
        share = (beat.dbfs - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS)
        text.append(BARS[min(top, max(0, round(share * top)))], HEARD if beat.is_speech else CALM)
    return text


def _seals(moment: Moment, width: int) -> Text:
    if not moment.seals:
        return Text("  not sealed yet: nothing is heard or seen", CALM)
    line = Text("  sealed  ", CALM)
    for process, level in moment.seals:
        line.append(f"{level} ", "bold").append(f"{process}   ")
    worst = max(level for _, level in moment.seals)
    meaning = f"{worst}: {LEVELS[worst]}"
    if line.cell_len + len(meaning) < width:
        line.append(meaning, CALM)
    return _cut(line, width)


# --- middle ------------------------------------------------------------------------------------


def _events(moment: Moment, rows: int, width: int) -> list[Text]:
    lines: list[Text] = []
    for line in moment.events[-rows:]:
        mark, style = MARKS.get(line.kind, ("!", ALARM))
        words = line.words if line.kind in MARKS else f"{line.kind}: {line.words}"
        lines += _event(line.when, (f"{mark} ", style), _wrapped(words, width - EVENT_INDENT))
    if moment.is_speaking and not moment.is_over:
        words = f"{plain(moment.saying)} …".lstrip()
        so_far = [Text(str(line), CALM) for line in _wrapped(words, width - EVENT_INDENT)]
        lines += _event(clock(moment.at_ms), MARKED_HEARD, so_far)
    return _filled(moment, lines[-rows:], rows)


def _event(when: str, mark: tuple[str, str], words: Sequence[Text]) -> list[Text]:
    first = Text.assemble((f"  {when}  ", CALM), mark, words[0])
    return [first, *(Text.assemble(" " * EVENT_INDENT, more) for more in words[1:])]


def _handed_on(moment: Moment) -> str:
    if moment.context is None:
        return "context for the reasoner"
    return f"context for the reasoner, {moment.context.tokens} tokens"


def _context(moment: Moment, rows: int, width: int) -> list[Text]:
    text = moment.context.text if moment.context else "Nothing has been handed on yet."
    written = [plain(line) for line in text.splitlines() if line.strip()]
    if len(written) > rows:
        written = [f"… {len(written) - rows + 1} lines before", *written[len(written) - rows + 1 :]]
    lines = [_cut(Text(f"  {line}", CALM), width) for line in written]
    return _filled(moment, lines, rows)


def _filled(moment: Moment, lines: Sequence[Text], rows: int) -> list[Text]:
    """Keep a section's height, so that nothing jumps, until the run is over."""
    empty = 0 if moment.is_over else rows - len(lines)
    return [*lines, *(Text() for _ in range(empty))]


# --- reply and foot ----------------------------------------------------------------------------


def _reply(moment: Moment, width: int, most: int) -> list[Text]:
    """Return what was asked, the answer, and whose it is; of a long answer the end."""
    if moment.reply is None:
        hint = "…" if moment.context and not moment.is_over else HINT
        return [_cut(Text(f"  {hint}", CALM), width)]
    asked = [Text(plain(moment.asked), CALM)] if moment.asked else []
    answer = _wrapped(plain(moment.reply.text), width - 4)
    most -= len(asked) + 1
    if len(answer) > most:
        answer = [Text.assemble("… ", answer[-most]), *answer[len(answer) - most + 1 :]]
    for line in answer:
        line.stylize("bold")
    whose = Text(_whose(moment.reply), CALM)
    if moment.is_heard and not moment.is_over:
        whose.append("   ♪ speaking", HEARD)
    body = [*asked, *answer, whose]
    return [_cut(Text.assemble((" ▌ ", HEARD), line), width) for line in body]


def _wrapped(words: str, width: int) -> list[Text]:
    """Break words into lines; a word longer than a line is cut."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if cell_len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [_cut(Text(line), width) for line in lines]


def _whose(reply: Reply) -> str:
    if reply.partial:
        return f"{plain(reply.source)}, still speaking"
    after = f", {reply.latency_ms / 1000:.1f} s after the question" if reply.latency_ms >= 0 else ""
    return f"{plain(reply.source)}{after}"


def _footer(moment: Moment, width: int) -> Text:
    line = Text("  ")
    line.append(size(moment.raw_bytes), "bold").append(" heard and seen  ▸  ", CALM)
    line.append(size(moment.airlock_bytes), "bold").append(" left as text", CALM)
    if moment.airlock_bytes:
        line.append(f"   {ratio(moment.raw_bytes, moment.airlock_bytes):,} : 1")
    end = Text() if moment.is_over else Text("Ctrl-C ends ", CALM)
    return _ends(line, end, width)


def _ends(left: Text, right: Text, width: int) -> Text:
    """Put two texts at the two ends of a line; the right one goes where there is no room."""
    gap = width - left.cell_len - right.cell_len
    if gap < MARGIN:
        return _cut(left, width)
    return Text.assemble(left, " " * gap, right)


def _cut(line: Text, width: int) -> Text:
    line.truncate(width, overflow="ellipsis")
    return line
