"""What does Whisper make of a log-mel? Its two graphs and its tokens; no policy in here.

The encoder gives no hidden states but, for every layer of the decoder, the keys and values that
it attends to: computed once for an utterance, and joinable with others.
"""

import base64
import io
import os
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from edge import config
from edge.chamber.onnx_session import session

Floats = npt.NDArray[np.float32]
OpenFile = Callable[[str], bytes]
"""Name of one of the model's files -> its bytes."""

HEAD_WIDTH: Final = 64
STOPS: Final = frozenset(".?!\u3002\uff1f\uff01")
"""What ends a sentence, in wide letters too."""
TAIL_POSITIONS: Final = 400
"""How much silence, at 20 ms a position, is appended to a short window."""
TAIL_START: Final = 750
"""The stored tail holds this position of a 30 s window and those after it."""


class UnknownLanguage(ValueError):
    """The model has no such language."""


class Whisper:
    """The whole model: `encoder`, `decoder`, `vocabulary`."""

    def __init__(
        self, open_file: OpenFile, recogniser: config.Recogniser, embedding: "Rows | None" = None
    ) -> None:
        """Load it. Without an `embedding` on disk, the whole of it is held in memory."""
        precision = "fp32" if recogniser.precision == "fp32" else "int8"
        self.vocabulary = Vocabulary(
            msgspec.json.decode(open_file("tokens.json"), type=Tokens), recogniser.language
        )
        self.encoder = Encoder(
            open_file(f"encoder.{precision}.onnx"),
            open_file("silence_tail.npy"),
            recogniser.threads or 1,
        )
        self.decoder = Decoder(
            open_file(f"decoder.{precision}.onnx"),
            embedding or np.load(io.BytesIO(open_file("embedding.npy"))),
            open_file("positions.npy"),
            recogniser.decoder_threads or 1,
        )


class Encoder:
    """Log-mel -> the decoder's cross-attention keys and values."""

    def __init__(self, graph: bytes, silence_tail: bytes, threads: int) -> None:
        self._session = session(graph, threads)
        self._tail = np.load(io.BytesIO(silence_tail))
        self._usual_tail = self._tail_from(0)

    def encode(self, mel: Floats, *, silence_after: bool) -> list[Floats]:
        """Encode mel, float32 (80, T), T even: L keys, (1, H, 64, A), then L values, (1, H, A, 64).

        A window shorter than 30 s makes the decoder say its sentence again and again, for want of
        the silence that in training followed the words. `silence_after` lends it that: keys and
        values of 400 positions that would follow, kept from one full window. A is T/2, or that and
        400.
        """
        heard: list[Floats] = self._session.run(None, {"mel": mel[None]})
        if not silence_after:
            return heard
        first = min(mel.shape[1] // 2 - TAIL_START, self._tail.shape[2] - TAIL_POSITIONS)
        tail = self._usual_tail if first <= 0 else self._tail_from(first)
        axes = [3] * (len(tail) // 2) + [2] * (len(tail) // 2)
        joined = zip(zip(heard, tail, strict=True), axes, strict=True)
        return [np.concatenate(pair, axis=axis) for pair, axis in joined]

    def _tail_from(self, first: int) -> list[Floats]:
        """Return 400 positions of the tail in the encoder's shapes; float16 is slow to widen."""
        stretch = self._tail[:, None, :, first : first + TAIL_POSITIONS].astype(np.float32)
        half = len(stretch) // 2
        keys = [np.ascontiguousarray(key) for key in stretch[:half].swapaxes(3, 4)]
        return [*keys, *stretch[half:]]


class Rows:
    """A float16 table of which a few rows are read at a time, from a descriptor opened before.

    Whisper's embedding is a third of the model, and a step needs one row of 768 bytes of it: in
    the page cache it costs nobody's memory. Reading goes on after the seal, opening does not.
    """

    HEADER_BYTES: Final = 128
    """Of a .npy file of version 1 with so few dimensions; a multiple of 64."""

    def __init__(self, descriptor: int) -> None:
        header = io.BytesIO(os.pread(descriptor, self.HEADER_BYTES, 0))
        assert np.lib.format.read_magic(header) == (1, 0)
        self.shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(header)
        assert (is_fortran, dtype) == (False, np.dtype("<f2"))
        self._descriptor, self._start = descriptor, header.tell()
        self._row_bytes = 2 * self.shape[1]

    def __getitem__(self, rows: list[int]) -> npt.NDArray[np.float16]:
        """Return these rows, float16 (n, C)."""
        places = (self._start + row * self._row_bytes for row in rows)
        read = b"".join(os.pread(self._descriptor, self._row_bytes, place) for place in places)
        return np.frombuffer(read, "<f2").reshape(len(rows), -1)


class Decoder:
    """Tokens so far and what was heard -> how likely each token is the next one."""

    def __init__(
        self,
        graph: bytes,
        embedding: "Rows | npt.NDArray[np.float16]",
        positions: bytes,
        threads: int,
    ) -> None:
        self._session = session(graph, threads)
        self._embedding = embedding
        self._positions = np.load(io.BytesIO(positions))
        names = [tensor.name for tensor in self._session.get_inputs()]
        self._past_names = [name for name in names if name.startswith("past_")]
        self._cross_names = [name for name in names if name.startswith("cross_")]
        heads = self._embedding.shape[1] // HEAD_WIDTH
        self._no_past = np.zeros((1, heads, 0, HEAD_WIDTH), np.float32)
        self._feed: dict[str, Floats] = {}
        self._count = 0

    def begin(self, heard: list[Floats]) -> None:
        """Begin a new text about what was heard."""
        self._feed = dict(zip(self._cross_names, heard, strict=True))
        self._feed |= dict.fromkeys(self._past_names, self._no_past)
        self._count = 0

    def step(self, tokens: list[int]) -> Floats:
        """Append tokens to the text; return the logits of the next one, float32 (V,)."""
        end = self._count + len(tokens)
        rows = self._embedding[tokens].astype(np.float32) + self._positions[self._count : end]
        self._feed["embedding"] = rows[None]
        logits, *past = self._session.run(None, self._feed)
        self._feed.update(zip(self._past_names, past, strict=True))
        self._count = end
        row: Floats = logits.ravel()
        return row

    def forget(self) -> None:
        """Let go of what was heard."""
        self._feed = {}


class Tokens(msgspec.Struct, frozen=True):
    """The model's `tokens.json`."""

    bytes: list[str]
    """Base64 of each token's bytes, empty for special ones."""
    prompt: list[int]
    """What the decoder is given before the text."""
    end: int
    no_speech: int
    suppress: list[int]
    """Never said: timestamps, special tokens, symbols for what is not speech."""
    suppress_first: list[int]
    """Not said first."""
    languages: dict[str, int] = {}
    """Of a multilingual model."""


class Vocabulary:
    """What the numbers mean, and which of them may be said."""

    def __init__(self, tokens: Tokens, language: str) -> None:
        self.prompt = _prompt(tokens, language)
        self.end = tokens.end
        self.no_speech = tokens.no_speech
        self._spelled = [base64.b64decode(piece) for piece in tokens.bytes]
        self.words = frozenset(at for at, piece in enumerate(self._spelled) if _is_word(piece))
        self.stops = [at for at, piece in enumerate(self._spelled) if _is_stop(piece)]
        self.never = _mask(len(self._spelled), tokens.suppress)
        self.never_first = _mask(len(self._spelled), tokens.suppress + tokens.suppress_first)

    def spell(self, tokens: list[int]) -> str:
        """Return the text of tokens."""
        return b"".join(self._spelled[token] for token in tokens).decode("utf-8", "replace")


def _prompt(tokens: Tokens, language: str) -> list[int]:
    if not tokens.languages:
        return tokens.prompt
    if language not in tokens.languages:
        known = ", ".join(sorted(tokens.languages))
        raise UnknownLanguage(f"the recogniser has no language {language!r}; it has {known}")
    spoken = set(tokens.languages.values())
    return [tokens.languages[language] if token in spoken else token for token in tokens.prompt]


def _is_word(piece: bytes) -> bool:
    """Tell a part of a word, even of one letter, from punctuation and what has no spelling."""
    text = piece.decode("utf-8", "replace")
    return any(letter.isalnum() or letter == "\N{REPLACEMENT CHARACTER}" for letter in text)


def _is_stop(piece: bytes) -> bool:
    """Say whether this punctuation ends a sentence. Three dots do not: somebody trails off."""
    return piece.decode("utf-8", "replace").strip().strip("\"')") in STOPS


def _mask(size: int, forbidden: list[int]) -> Floats:
    """Return what to add to logits, float32 (V,): minus infinity where forbidden."""
    mask = np.zeros(size, np.float32)
    mask[forbidden] = -np.inf
    return mask
