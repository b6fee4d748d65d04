"""Where do the weights of `edge/recall/meant.toml` come from? This makes them again.

`python -m edge.learning` learns from all of `frames.toml` and `sentences.toml`, each
sentence as it is written and as a small recogniser spoils it; seeded, a minute and a half.
`--held-out` leaves one frame of five and one filling of four aside, and says what becomes of them.
Only a developer runs this.
"""

import random
import re
import sys
import tomllib
from base64 import b85encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from textwrap import wrap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.learning.frames import Frame, Workshop
from edge.learning.sentences import examples
from edge.recall.features import features, place
from edge.recall.meant import FILE

Vector = NDArray[np.float64]
CONFUSIONS: Final = Path(__file__).with_name("confusions.toml")
PLACES: Final = 1 << 16
MOST_REQUESTS: Final = 60
MOST_OTHERS: Final = 150
"""Sentences of one frame; what is said to others has fewer frames, and wider ones."""
PLAIN_WEIGHT: Final = 1.0
"""Of a sentence written as it stands; those made of one frame count as its square root."""
AFTER_A_REPLY: Final = 0.25
"""So many of the sentences are also said when a reply was just given: it alone tells little."""
RIDGE: Final = 1.0
ROUNDS: Final = 120
STEP: Final = 0.2
GROUND: Final = 1e-6
LARGEST: Final = 127
SEED: Final = 4
BEGINNINGS: Final = ("okay", "so", "um", "and", "right", "uh", "well", "hey", "oh", "now", "hm")
NO_WORDS_LEFT: Final = 3
"""A sentence of so few words does not lose one."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence as it may be heard, who it is for, and how much it counts."""

    text: str
    for_companion: bool
    follows_reply: bool
    weight: float


class Ear:
    """What a small recogniser makes of sentences: by its own mistakes on synthetic speech."""

    def __init__(self) -> None:
        confused: dict[str, list[str]] = tomllib.loads(CONFUSIONS.read_text("utf-8"))["heard"]
        self._heard = confused
        self._chance = random.Random(SEED)  # noqa: S311 (spoils sentences, guards nothing)

    def hears(self, text: str) -> Iterator[tuple[str, float]]:
        """Return a sentence as written, without punctuation, and one or two more ways at times."""
        chance = self._chance
        yield text, 1.0
        yield unpunctuated(text), 0.7
        spoilt = self._misheard(text)
        if spoilt != text:
            yield spoilt, 0.4
        spoilt = self._misheard(text)
        if spoilt != text:
            yield unpunctuated(spoilt), 0.4
        words = text.split()
        match chance.randrange(6):
            case 0:
                begun = f"{chance.choice(BEGINNINGS)}, {_lower(text)}"
                yield begun[:1].upper() + begun[1:], 0.4
            case 1:
                again = chance.randrange(len(words))
                yield " ".join((*words[: again + 1], *words[again:])), 0.4
            case 2 if len(words) > NO_WORDS_LEFT:
                rest = " ".join(words[1:])
                yield rest[:1].upper() + rest[1:], 0.4

    def _misheard(self, text: str) -> str:
        """Put for one or two words what was heard for them before."""
        words = text.split()
        known = [n for n, word in enumerate(words) if _plain(word) in self._heard]
        for n in self._chance.sample(known, min(len(known), self._chance.choice((1, 1, 2)))):
            other = self._chance.choice(self._heard[_plain(words[n])])
            words[n] = other.capitalize() if words[n][0].isupper() else other
        return " ".join(filter(None, words)) or text


def unpunctuated(text: str) -> str:
    """Return a sentence in small letters with no mark but those within words."""
    return re.sub(r"[^\w\s'-]", "", text).lower()


def _plain(word: str) -> str:
    return unpunctuated(word).strip()


def _lower(text: str) -> str:
    return text if re.match(r"I\b|[A-Z][a-z]+,", text) else text[:1].lower() + text[1:]


def lessons(*, held_out: bool | None) -> Iterator[Lesson]:
    """Return what is learnt from: everything, or one part of it."""
    ear, chance = Ear(), random.Random(SEED)  # noqa: S311 (chooses sentences, guards nothing)
    for frame, text, weight in _sentences(held_out=held_out):
        for heard, less in ear.hears(text):
            yield Lesson(heard, frame.for_companion, frame.follows_reply, weight * less)
            if not frame.follows_reply and chance.random() < AFTER_A_REPLY:
                yield Lesson(heard, frame.for_companion, True, weight * less)  # noqa: FBT003 (a field)


def _sentences(*, held_out: bool | None) -> Iterator[tuple[Frame, str, float]]:
    workshop = Workshop()
    for frame in workshop.frames:
        if held_out is None or frame.is_held_out == held_out:
            most = MOST_REQUESTS if frame.for_companion else MOST_OTHERS
            made = workshop.sentences(frame, most, held_out=held_out)
            for text in made:
                yield frame, text, 1 / sqrt(len(made))
    parts = (False, True) if held_out is None else (held_out,)
    for part in parts:
        for each in examples(held_out=part):
            frame = Frame(each.text, each.for_companion, each.follows_reply, each.form)
            yield frame, each.text, PLAIN_WEIGHT * each.weight


def learn(known: Sequence[Lesson]) -> tuple[Vector, float]:
    """Return a weight for each place, and the bias: both kinds of sentences count the same."""
    rows = [_places(lesson) for lesson in known]
    sizes = np.array([len(row) for row in rows])
    where, of_row = np.concatenate(rows), np.repeat(np.arange(len(rows)), sizes)
    share = 1 / np.sqrt(sizes)[of_row]
    wanted = np.array([float(lesson.for_companion) for lesson in known])
    counts = np.array([lesson.weight for lesson in known])
    counts *= len(counts) / counts.sum()
    counts *= np.where(wanted == 1, 1.0, counts @ wanted / (counts @ (1 - wanted)))
    weights, bias = np.zeros(PLACES), 0.0
    speed, scale = np.zeros(PLACES), np.zeros(PLACES)
    for done in range(1, ROUNDS + 1):
        score = np.bincount(of_row, weights[where] * share, minlength=len(rows)) + bias
        error = (1 / (1 + np.exp(-score)) - wanted) * counts
        slope = np.bincount(where, error[of_row] * share, minlength=PLACES) + RIDGE * weights
        speed = 0.9 * speed + 0.1 * slope
        scale = 0.99 * scale + 0.01 * slope**2
        steady = (speed / (1 - 0.9**done)) / (np.sqrt(scale / (1 - 0.99**done)) + GROUND)
        weights -= STEP * min(1.0, 1.55 - 1.5 * done / ROUNDS) * steady
        bias -= 0.5 * float(error.sum() / counts.sum())
    return weights, bias


def _places(lesson: Lesson) -> NDArray[np.int64]:
    named = features(lesson.text, follows_reply=lesson.follows_reply)
    return np.array(sorted({place(name, PLACES) for name in named}), np.int64)


def written(weights: Vector, bias: float) -> str:
    """Return weights as the text of `meant.toml`."""
    unit = float(np.abs(weights).max()) / LARGEST
    steps = np.round(weights / unit).astype(np.int8)
    return "\n".join(
        (
            "# Made by `python -m edge.learning` from its frames.toml and sentences.toml.",
            "# `steps` are signed bytes in base 85; times `unit` they are log-odds.",
            f"bias = {bias:.5f}",
            f"unit = {unit:.8f}",
            "steps = '''",
            *wrap(b85encode(steps.tobytes()).decode(), 96, break_on_hyphens=False),
            "'''",
            "",
        )
    )


def _told(name: str, known: Iterable[Lesson], weights: Vector, bias: float) -> str:
    """Say how many of each kind have log-odds above 0 and 1."""
    scored = [
        (lesson.for_companion, float(weights[row].sum() / np.sqrt(len(row)) + bias))
        for lesson in known
        for row in [_places(lesson)]
    ]
    shares = [
        f"above {least}: {np.mean([s > least for f, s in scored if f]):.1%} of requests, "
        f"{np.mean([s > least for f, s in scored if not f]):.1%} of others"
        for least in (0, 1)
    ]
    return f"{name}: {'; '.join(shares)} ({len(scored)})\n"


def main() -> int:
    """Write the weights, or say what becomes of frames that were left aside."""
    if sys.argv[1:] != ["--held-out"]:
        FILE.write_text(written(*learn(list(lessons(held_out=None)))), "utf-8")
        return 0
    weights, bias = learn(list(lessons(held_out=False)))
    unseen = [
        Lesson(text, frame.for_companion, frame.follows_reply, 1.0)
        for frame, text, _ in _sentences(held_out=True)
    ]
    bare = [Lesson(unpunctuated(s.text), s.for_companion, s.follows_reply, 1.0) for s in unseen]
    sys.stdout.write(_told("frames never seen", unseen, weights, bias))
    sys.stdout.write(_told("without punctuation", bare, weights, bias))
    return 0


if __name__ == "__main__":
    sys.exit(main())
