"""Who is meant in conversations that are written down? No sound: seconds instead of minutes.

`scenes.toml` holds what a wearer says among others; each sentence goes through the runtime's own
`Judge` with the dialogue state that the scene and its own decisions make. Half of the scenes, drawn
by their words, are held out: rules are written from the other half alone.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal
from zlib import crc32

from edge.bench import CannotMeasure
from edge.bench.addressee import mixed
from edge.messages import Overheard, Speaker, Transcript
from edge.runtime.judge import Judge

FILE: Final = Path(__file__).with_name("scenes.toml")
Part = Literal["development", "held-out", "last"]
WORDS_PER_S: Final = 2.6
GAP_S: Final = 0.9
"""Between two who take turns."""
REPLY_S: Final = 3.0
"""So long the companion takes to answer."""
ALTERNATING_GAP_S: Final = 2.0
PAUSE_S: Final = 90.0
SURE: Final = 90
"""Percent of confidence, as of clear speech."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a scene."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What is said, line by line."""

    kind: str
    lines: tuple[Line, ...]
    belongs: Part | None = None
    """Whatever its words say."""

    @property
    def part(self) -> Part:
        """The half to which its words send it, today and always; some belong to a third part."""
        words = "\n".join(line.text for line in self.lines)
        return self.belongs or ("held-out" if crc32(words.encode()) & 1 else "development")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and what became of it."""

    kind: str
    mark: str
    text: str
    acted_on: bool


def read(path: Path = FILE) -> list[Scene]:
    """Return the scenes of a file; raise CannotMeasure when it holds something else."""
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        return [
            Scene(
                group["name"],
                tuple(_line(line) for line in scene.splitlines()),
                group.get("part"),
            )
            for group in document["kind"]
            for scene in group["scenes"].strip().split("\n\n")
        ]
    except (OSError, KeyError, ValueError):
        raise CannotMeasure(f"{path} holds no scenes") from None


def _line(written: str) -> Line:
    mark, _, text = written.partition(" ")
    if mark not in {">", "-", "<", "~"}:
        raise ValueError(written)
    return Line(mark, text)


def _unpunctuated(text: str) -> str:
    return re.sub(r"[^\w\s'-]", "", text).lower()


def _clipped(text: str) -> str:
    _, _, rest = text.partition(" ")
    return rest[:1].upper() + rest[1:] if rest else text


_HOMOPHONES: Final = (
    ("where's", "wears"), ("where", "were"), ("there", "their"), ("what's", "once"), ("to", "two"),
    ("for", "four"), ("by", "buy"), ("write", "right"), ("read", "red"), ("know", "no"),
    ("note", "not"), ("whose", "who's"), ("our", "are"), ("your", "you're"), ("timer", "time"),
    ("remind", "remain"), ("wake", "wait"), ("add", "at"), ("did i", "did he"), ("my", "the"),
    ("list", "lists"), ("what", "but"), ("how", "now"), ("set", "sat"), ("tell", "till"),
)  # fmt: skip


def _misheard(text: str) -> str:
    """Put one word that sounds alike for one that does not come back: the words choose which."""
    found = [pair for pair in _HOMOPHONES if re.search(rf"\b{pair[0]}\b", text, re.IGNORECASE)]
    if not found:
        return text
    word, other = found[crc32(text.encode()) % len(found)]
    made = re.sub(rf"\b{word}\b", other, text, count=1, flags=re.IGNORECASE)
    return made[:1].upper() + made[1:]


HEARD: Final[dict[str, Callable[[str], str]]] = {
    "as written": lambda text: text,
    "without punctuation": _unpunctuated,
    "one word misheard": _misheard,
    "first word lost": _clipped,
}
"""What a recogniser makes of a sentence."""


def measure(path: Path = FILE, part: Part = "development") -> dict[str, Any]:
    """Return what is acted on: with voices told apart and not, heard well and badly, by kind."""
    scenes = [scene for scene in read(path) if scene.part == part]
    told = _judged(scenes, knows_voices=True)
    badly = {
        name: figures(_judged(scenes, knows_voices=True, heard=heard))
        for name, heard in HEARD.items()
        if name != "as written"
    }
    kinds = {kind: figures([t for t in told if t.kind == kind]) for kind in _kinds(scenes)}
    return {
        "part": part,
        **figures(told),
        "without_voices": figures(_judged(scenes, knows_voices=False)),
        "one_voice_alternating": figures(_alternating(scenes)),
        **{name.replace(" ", "_"): found for name, found in badly.items()},
        "kinds": kinds,
        "missed": [_row(each) for each in told if each.mark == ">" and not each.acted_on],
        "wrong": [_row(each) for each in told if each.mark != ">" and each.acted_on],
    }


def _kinds(scenes: Sequence[Scene]) -> list[str]:
    return list(dict.fromkeys(scene.kind for scene in scenes))


def _row(each: Told) -> dict[str, str]:
    return {"kind": each.kind, "text": each.text}


def figures(told: Sequence[Told]) -> dict[str, Any]:
    """Return shares and counts of what was acted on."""
    asked, others, strangers = ([t for t in told if t.mark == mark] for mark in (">", "-", "<"))
    acted = [sum(t.acted_on for t in group) for group in (asked, others, strangers)]
    return {
        "request_recall": round(acted[0] / len(asked), 4) if asked else None,
        "requests": len(asked),
        "others_acted_on": acted[1],
        "others": len(others),
        "bystanders_acted_on": acted[2],
        "bystanders": len(strangers),
    }


def _judged(
    scenes: Sequence[Scene],
    *,
    knows_voices: bool,
    heard: Callable[[str], str] = HEARD["as written"],
) -> list[Told]:
    return [
        each
        for scene in scenes
        for each in play(_as_heard(scene, heard), knows_voices=knows_voices)
    ]


def _alternating(scenes: Sequence[Scene]) -> list[Told]:
    """Let one voice say requests and words to others in turn, shortly after each other.

    Only what needs no conversation to be understood: scenes in which nobody answers.
    """
    alone = [scene for scene in scenes if {line.mark for line in scene.lines} in ({">"}, {"-"})]
    groups = [[ln for s in alone for ln in s.lines if ln.mark == mark] for mark in (">", "-")]
    return play(Scene("", tuple(mixed(groups))), knows_voices=False, gap_s=ALTERNATING_GAP_S)


def _as_heard(scene: Scene, heard: Callable[[str], str]) -> Scene:
    return replace(scene, lines=tuple(replace(line, text=heard(line.text)) for line in scene.lines))


def play(scene: Scene, *, knows_voices: bool, gap_s: float = GAP_S) -> list[Told]:
    """Let a judge hear a scene. Others' words reach it only where voices are not told apart."""
    judge = Judge()
    now_s, replied_s = PAUSE_S, None
    told: list[Told] = []
    for line in scene.lines:
        if line.mark == "~":
            now_s += PAUSE_S
            continue
        end_s = now_s + max(0.5, len(line.text.split()) / WORDS_PER_S)
        start_ms, end_ms = round(now_s * 1000), round(end_s * 1000)
        now_s = end_s + gap_s
        acted_on = False
        if line.mark == "<" and knows_voices:
            judge.observed(Overheard(start_ms, end_ms))
        else:
            speaker = Speaker.WEARER if knows_voices else Speaker.UNKNOWN
            said = Transcript(line.text, start_ms, end_ms, SURE, 0, (), speaker)
            since_s = None if replied_s is None else end_s - replied_s
            acted_on = bool(judge.meant(said, since_s).request)
        if acted_on:
            replied_s = end_s
            now_s += REPLY_S
        told.append(Told(scene.kind, line.mark, line.text, acted_on))
    return told
