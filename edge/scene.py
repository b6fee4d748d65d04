"""A scene is a folder: `scene.toml`, a sound, pictures, and questions with the answers they want.

The demo is one; `offrecord bench day` plays all. Reading and scoring are here, playing is not.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from edge.capture.sources import Source, describe
from edge.config import Config
from edge.messages import SourceKind

SCENES: Final = Path(__file__).parent / "scenes"
ANSWER_WITHIN_S: Final = 12.0
"""A reply to an utterance that ended so long after a question is not the answer to it."""
EARLY_S: Final = 1.0
"""A recogniser may hear a question end a little before its last sample."""

Verdict = Literal["right", "wrong", "unanswered"]
HONEST: Final = re.compile(
    r"language model|\b(don't|do not) know\b|\bI (have not|haven't|have) (heard|seen|noted)"
    r"( or (heard|seen))? (anything|nothing)\b|\b(cannot|can't|could not) (answer|tell|say|read)\b"
    r"|\bI (did not|didn't) (catch|hear|see)\b",
    re.IGNORECASE,
)
"""What a companion says that does not know. Better than a wrong answer, and no answer."""


class BadScene(ValueError):
    """The scene cannot be used; the message says which and why."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence that is in the sound, for reference."""

    text: str
    start_s: float
    end_s: float
    speaker: str = "wearer"


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that is in the sound."""

    text: str
    ends_at_s: float
    """Where its speech ends."""
    expect: tuple[str, ...]
    """Patterns that must all be in the answer, in any case of letters."""
    reject: tuple[str, ...] = ()
    """Patterns that must not."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    audio: str = ""
    pictures: str = ""
    picture_s: float = 2.0
    said: tuple[Said, ...] = ()
    question: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What is played, and what is expected."""

    name: str
    title: str
    audio: Path | None
    pictures: Path | None
    picture_s: float
    said: tuple[Said, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, and where on the stream's clock the utterance ended that it answers."""

    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """How the companion did in one scene. What is neither right nor wrong was not answered."""

    questions: int
    answered_right: int
    answered_wrong: int
    unwanted_replies: int


def names() -> list[str]:
    """Return the scenes that come with Offrecord, the demo first."""
    found = sorted(path.parent.name for path in SCENES.glob("*/scene.toml"))
    return sorted(found, key=lambda name: name != "demo")


def folder(name: str) -> Path:
    """Return the folder of one of them; raise BadScene."""
    if name not in names():
        raise BadScene(f"there is no scene {name!r}; there are {', '.join(names())}")
    return SCENES / name


def load(place: Path) -> Scene:
    """Read a scene's folder; raise BadScene."""
    file = place / "scene.toml"
    try:
        read = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File)
    except (OSError, UnicodeDecodeError):
        raise BadScene(f"cannot read {file}") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise BadScene(f"{file}: {problem}") from None
    for pattern in (p for q in read.question for p in (*q.expect, *q.reject)):
        _compiled(pattern, file)
    return Scene(
        place.name,
        read.title,
        _existing(place, read.audio),
        _existing(place, read.pictures),
        read.picture_s,
        read.said,
        read.question,
    )


def _compiled(pattern: str, file: Path) -> None:
    try:
        re.compile(pattern)
    except re.error:
        raise BadScene(f"{file}: {pattern!r} is no regular expression") from None


def _existing(place: Path, name: str) -> Path | None:
    if not name:
        return None
    if not (place / name).exists():
        raise BadScene(f"{place / 'scene.toml'} names {name}, which is not there")
    return place / name


def sources(scene: Scene) -> list[Source]:
    """Return what a scene is heard and seen with."""
    media: tuple[tuple[SourceKind, Path | None], ...] = (
        ("audio", scene.audio),
        ("video", scene.pictures),
    )
    return [describe(kind, str(path), Config()) for kind, path in media if path]


def score(scene: Scene, answers: Sequence[Answer]) -> Score:
    """Compare replies with what was expected.

    A reply belongs to the latest question that ended before the utterance that it answers. The
    first reply to a question is the answer; a further one, and one to no question, is unwanted.
    Saying honestly that one does not know is neither right nor wrong, unless it is what is
    expected.
    """
    first: dict[Question, Answer] = {}
    unwanted = 0
    for answer in answers:
        question = _question(scene, answer)
        if question is None or question in first:
            unwanted += 1
        else:
            first[question] = answer
    verdicts = [judge(question, answer.text) for question, answer in first.items()]
    return Score(len(scene.questions), verdicts.count("right"), verdicts.count("wrong"), unwanted)


def judge(question: Question, text: str) -> Verdict:
    """Say what an answer is: right with everything expected and nothing rejected."""

    def has(pattern: str) -> bool:
        return re.search(pattern, text, re.IGNORECASE) is not None

    if any(map(has, question.reject)):
        return "wrong"
    if all(map(has, question.expect)):
        return "right"
    return "unanswered" if HONEST.search(text) else "wrong"


def _question(scene: Scene, answer: Answer) -> Question | None:
    at_s = answer.at_ms / 1000
    asked = [q for q in scene.questions if -EARLY_S <= at_s - q.ends_at_s <= ANSWER_WITHIN_S]
    return max(asked, key=lambda question: question.ends_at_s, default=None)
