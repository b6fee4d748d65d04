"""Could this word be one of the wearer's names? Asked of the decoder itself, where one is near.

A recogniser writes a rare name as the common words that sound like it. Where a word begins, and
the first piece of a name is not out of the question, the decoder is asked for both: how likely is
the whole name here, and how likely what it would write instead. The name is taken when it comes
near enough (`BONUS`) and ends where a word ends. Nothing else of the decoding changes; words that
no name is near cost one look at a few numbers. What was asked in vain is taken back
(`Decoder.keep`).
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from edge.chamber.whisper import Floats

BONUS: Final = 8.0
"""Natural logarithm of how many times less likely than other words a name may be, one of a few."""
FEW: Final = 20
"""Of more names each gets less: what is granted is divided among them."""
NEAR: Final = 8.0
"""A name whose first piece is less likely than exp(-8) is not looked at."""
SURE: Final = math.log(0.9)
"""Where a word begins as surely as this, no name is looked for."""
MOST_ASKED: Final = 2
"""Names at one word."""
FAR: Final = 14.0
"""A beginning of a name that is less likely than exp(-14) is not gone on with."""
MOST_PIECES: Final = 12
MOST_NAMES: Final = 500

After = Callable[[list[int]], Floats]
"""Tokens so far -> logits of the next one."""


class Pieces(Protocol):
    """What is needed of Whisper's vocabulary."""

    end: int

    def spell(self, tokens: list[int]) -> str:
        """Return the text of tokens."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name that was found, and the logarithm of its probability there."""

    tokens: tuple[int, ...]
    logprob: float


class Names:
    """The names, as tokens."""

    def __init__(self, words: Iterable[str], pieces: Pieces, encode: "Encoder") -> None:
        self._pieces = pieces
        spelled = {tuple(encode(f" {word.strip()}")) for word in words if word.strip()}
        fitting = sorted(tokens for tokens in spelled if len(tokens) <= MOST_PIECES)
        self._names = fitting[:MOST_NAMES]
        self._first = np.array([tokens[0] for tokens in self._names], np.intp)
        self._bonus = BONUS - math.log(max(1.0, len(self._names) / FEW))

    def __bool__(self) -> bool:
        return bool(self._names)

    def instead(self, tokens: list[int], logits: Floats, after: After) -> Spelled | None:
        """Return the name that is to be taken for what comes next; None in most cases."""
        likeliest = int(logits.argmax())
        if not self._begins_word(likeliest) or tokens_within(tokens, self._names, likeliest):
            return None
        total = _log_total(logits)
        if float(logits[likeliest]) - total > SURE:
            return None
        firsts = logits[self._first] - total
        near = [int(at) for at in np.argsort(-firsts)[:MOST_ASKED] if firsts[at] > -NEAR]
        best: Spelled | None = None
        for at in near:
            found = self._ask(self._names[at], tokens, float(firsts[at]), after)
            if found and (best is None or found.logprob > best.logprob):
                best = found
        if best is None:
            return None
        words = self._pieces.spell(list(best.tokens)).split()
        usual = self._usual(tokens, logits, len(words), after)
        return best if best.logprob + self._bonus > usual else None

    def _ask(
        self, name: tuple[int, ...], tokens: list[int], first: float, after: After
    ) -> Spelled | None:
        """Return how likely a whole name is; None when it is not, or no word ends with it."""
        logprob = first
        for count in range(1, len(name)):
            logits = after([*tokens, *name[:count]])
            logprob += float(logits[name[count]]) - _log_total(logits)
            if logprob < -FAR:
                return None
        following = int(after([*tokens, *name]).argmax())
        return Spelled(name, logprob) if self._ends_word(following) else None

    def _usual(self, tokens: list[int], logits: Floats, words: int, after: After) -> float:
        """Return how likely the words are that would be written otherwise, as many."""
        said = [int(logits.argmax())]
        logprob = float(logits[said[0]]) - _log_total(logits)
        while len(said) < MOST_PIECES:
            logits = after([*tokens, *said])
            token = int(logits.argmax())
            if self._ends_word(token):
                words -= 1
                if not words or not self._begins_word(token):
                    break
            logprob += float(logits[token]) - _log_total(logits)
            said.append(token)
        return logprob

    def _begins_word(self, token: int) -> bool:
        text = self._pieces.spell([token])
        return text[:1] == " " and text[1:2].isalnum()

    def _ends_word(self, token: int) -> bool:
        """Say whether a word is over when this token comes next."""
        if token == self._pieces.end:
            return True
        text = self._pieces.spell([token])
        return not text[:1].isalnum() or text.startswith("'")


def tokens_within(tokens: Sequence[int], names: Sequence[tuple[int, ...]], following: int) -> bool:
    """Say whether the text is within a name of several words already, which goes on so."""
    said = (*tokens, following)
    return any(
        said[-count:] == name[:count]
        for name in names
        for count in range(2, min(len(name), len(said)) + 1)
    )


class Encoder:
    """Text -> tokens, as GPT-2's pairs are merged: the pair whose token has the lowest number."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._numbers = {piece: at for at, piece in reversed(list(enumerate(pieces))) if piece}

    def __call__(self, text: str) -> list[int]:
        """Return the tokens of a text."""
        return [number for word in _words(text) for number in self._merged(word.encode())]

    def _merged(self, word: bytes) -> list[int]:
        parts = [bytes([byte]) for byte in word]
        while len(parts) > 1:
            pairs = [
                (self._numbers.get(a + b, math.inf), at)
                for at, (a, b) in enumerate(itertools.pairwise(parts))
            ]
            number, at = min(pairs)
            if number == math.inf:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return [self._numbers[part] for part in parts]


def _words(text: str) -> list[str]:
    """Return the words of a text, each with the space before it."""
    return [f" {word}" for word in text.split()]


def _log_total(logits: Floats) -> float:
    """Return the logarithm of the sum of all logits' exponentials."""
    largest = float(logits.max())
    return largest + math.log(float(np.exp(logits - largest).sum()))
