"""The mind's birth: import, load, warm up, seal, say that it is there; then one answer a question.

Texts come in on descriptor 0 and numbers go out on 1, both from and to the runtime. Before the seal
a failure is one sentence on stderr; after it there is no stderr, and a fault ends the process.
"""

import base64
import os
import sys
from typing import Final

import msgspec

from edge import seal
from edge.messages import (
    Adopt,
    Answers,
    Asks,
    Consider,
    Considered,
    Correct,
    Embed,
    Embedded,
    Learnt,
)
from edge.mind.embedding import GRAPH, MODEL, VOCABULARY, Embedder
from edge.mind.head import FILE, Head, Vector, features
from edge.mind.wordpiece import MOST_PIECES
from models import manifest

ASKS_FD, ANSWERS_FD, STDERR_FD = 0, 1, 2
PACKET_BYTES: Final = 4096
"""Both pipes are in packet mode: a read returns one message."""
WARM_UP: Final = ("Is it warm?", " ".join(["warm"] * 80))
THOUSAND: Final = 1000
MOST_QUESTION_PIECES: Final = 24
"""Its words are told too, and all of it is one packet."""
MOST_LETTERS: Final = 24
"""Of a word that is told."""


class Mind:
    """A sentence's score, and what corrections change of it."""

    def __init__(self, embedder: Embedder, head: Head) -> None:
        self._embedder, self._head = embedder, head

    def answer(self, ask: Asks) -> Answers | None:
        """Do what is asked; `Adopt` has no answer."""
        match ask:
            case Consider(number, text, follows_reply):
                seen = self._look(text, follows_reply=follows_reply)
                score, learnt = self._head.score(seen), self._head.learnt_score(seen)
                return Considered(number, round(score * THOUSAND), round(learnt * THOUSAND))
            case Correct(number, text, follows_reply, was_meant):
                seen = self._look(text, follows_reply=follows_reply)
                self._head.correct(seen, was_meant=was_meant)
                return Learnt(number, self._head.steps)
            case Adopt(steps):
                self._head.adopt(steps)
                return None
            case Embed(number, text, is_question):
                most = MOST_QUESTION_PIECES if is_question else MOST_PIECES
                signs, words = self._embedder.signs(text, most)
                code = base64.b64encode(signs).decode("ascii")
                told = [word[:MOST_LETTERS] for word in words] if is_question else ()
                return Embedded(number, code, tuple(told))

    def _look(self, text: str, *, follows_reply: bool) -> Vector:
        return features(self._embedder.embed(text), text, after=follows_reply)


def main() -> int:
    """Be born and sealed, then answer until the runtime's end of the pipe is closed."""
    try:
        vocabulary = manifest.read(MODEL, VOCABULARY).decode("utf-8")
        mind = Mind(
            Embedder(manifest.read(MODEL, GRAPH), vocabulary), Head(FILE.read_text("utf-8"))
        )
    except (manifest.ModelError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    decoder: msgspec.msgpack.Decoder[Asks] = msgspec.msgpack.Decoder(Asks)
    encoder = msgspec.msgpack.Encoder()
    for text in WARM_UP:
        warm = encoder.encode(Consider(0, text, follows_reply=False))
        encoder.encode(mind.answer(decoder.decode(warm)))
        encoder.encode(mind.answer(Embed(0, text, is_question=True)))
    seal.give_back_memory()
    seal.close_all_but({ASKS_FD, ANSWERS_FD, STDERR_FD})
    seal.silence_stderr()
    seal.seal("mind", writable_fds={ANSWERS_FD})
    os.write(ANSWERS_FD, encoder.encode(Considered(0, 0)))
    while packet := os.read(ASKS_FD, PACKET_BYTES):
        if answer := mind.answer(decoder.decode(packet)):
            os.write(ANSWERS_FD, encoder.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
