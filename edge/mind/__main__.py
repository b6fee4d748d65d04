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
from edge.messages import Embed, Embedded
from edge.mind.embedding import GRAPH, MODEL, VOCABULARY, Embedder
from edge.mind.wordpiece import MOST_PIECES
from models import manifest

ASKS_FD, ANSWERS_FD, STDERR_FD = 0, 1, 2
PACKET_BYTES: Final = 4096
"""Both pipes are in packet mode: a read returns one message."""
WARM_UP: Final = (" ".join(["warm"] * 80), "Is it warm?")
MOST_QUESTION_PIECES: Final = 24
"""Its words are told too, and all of it is one packet."""
MOST_LETTERS: Final = 24
"""Of a word that is told."""


def answer(embedder: Embedder, ask: Embed) -> Embedded:
    """Tell what a text means."""
    most = MOST_QUESTION_PIECES if ask.is_question else MOST_PIECES
    signs, words = embedder.signs(ask.text, most)
    code = base64.b64encode(signs).decode("ascii")
    told = [word[:MOST_LETTERS] for word in words] if ask.is_question else ()
    return Embedded(ask.number, code, tuple(told))


def main() -> int:
    """Be born and sealed, then answer until the runtime's end of the pipe is closed."""
    try:
        vocabulary = manifest.read(MODEL, VOCABULARY).decode("utf-8")
        embedder = Embedder(manifest.read(MODEL, GRAPH), vocabulary)
    except (manifest.ModelError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    decoder = msgspec.msgpack.Decoder(Embed)
    encoder = msgspec.msgpack.Encoder()
    for text in WARM_UP:
        ask = decoder.decode(encoder.encode(Embed(0, text, is_question=True)))
        warm = encoder.encode(answer(embedder, ask))
    seal.give_back_memory()
    seal.close_all_but({ASKS_FD, ANSWERS_FD, STDERR_FD})
    seal.silence_stderr()
    seal.seal("mind", writable_fds={ANSWERS_FD})
    os.write(ANSWERS_FD, warm)  # an answer to no question says that it is there
    while packet := os.read(ASKS_FD, PACKET_BYTES):
        os.write(ANSWERS_FD, encoder.encode(answer(embedder, decoder.decode(packet))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
