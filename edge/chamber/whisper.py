"""What does Whisper make of a log-mel? Its two graphs and its tokens; no policy in here.

The encoder gives no hidden states but, for every layer of the decoder, the keys and values that
it attends to: computed once for an utterance, and joinable with others.
"""

import base64
import io
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from edge import config
from edge.chamber.language import Language
from edge.chamber.onnx_session import session

Floats = npt.NDArray[np.float32]
OpenFile = Callable[[str], bytes]
"""Name of one of the model's files -> its bytes."""

HEAD_WIDTH: Final = 64
STOPS: Final = frozenset(".?!\u3002\uff1f\uff01")
"""What ends a sentence, in wide letters too."""
STANDS_FOR: Final = 4
"""So many positions of silence each of the tail's is, as `models/tail.py` has picked them."""
SLACK: Final = 3.0
"""A token's logit, as screened, may be so far below another's and yet be the larger one. The
largest such mistake seen was 1.0; what is within it, one or two tokens of 50 000, is compared
again."""
MOST_COMPARED: Final = 64
"""Of these many nearly alike, none is likely, and which is the largest says nothing."""


class Whisper:
    """The whole model: `encoder`, `decoder`, `vocabulary`, and the `language` that is spoken."""

    def __init__(
        self, open_file: OpenFile, recogniser: config.Recogniser, embedding: "Rows | None" = None
    ) -> None:
        """Load it. Without an `embedding` on disk, the whole of it is held in memory."""
        precision = "fp32" if recogniser.precision == "fp32" else "int8"
        tokens = msgspec.json.decode(open_file("tokens.json"), type=Tokens)
        self.vocabulary = Vocabulary(tokens)
        self.language = Language(tokens.languages, recogniser.language)
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


@dataclass(frozen=True, slots=True)
class Heard:
    """What the decoder attends to: A positions of 20 ms."""

    tensors: list[Floats]
    """L keys, (1, H, 64, A), then L values, (1, H, A, 64)."""
    stands_for: Floats
    """Logarithm of how many positions each one stands for, (1, 1, 1, A)."""


class Encoder:
    """Log-mel -> the decoder's cross-attention keys and values."""

    def __init__(self, graph: bytes, silence_tail: bytes, threads: int) -> None:
        self._session = session(graph, threads)
        stored = np.load(io.BytesIO(silence_tail))[:, None].astype(np.float32)
        half = len(stored) // 2
        keys = np.ascontiguousarray(stored[:half].swapaxes(3, 4))
        self._tail: list[Floats] = [*keys, *stored[half:].copy()]

    def encode(self, mel: Floats, *, silence_after: bool) -> Heard:
        """Encode mel, float32 (80, T), T even, into T/2 positions, or those and a tail's.

        A window shorter than 30 s makes the decoder say its sentence again and again, for want of
        the silence that in training followed the words. `silence_after` lends it that: keys and
        values of silence, kept from one full window, of which each stands for four.
        """
        tensors: list[Floats] = self._session.run(None, {"mel": mel[None]})
        positions = mel.shape[1] // 2
        if not silence_after:
            return Heard(tensors, np.zeros((1, 1, 1, positions), np.float32))
        axes = [3] * (len(tensors) // 2) + [2] * (len(tensors) // 2)
        pairs = zip(tensors, self._tail, axes, strict=True)
        joined = [np.concatenate((heard, tail), axis=axis) for heard, tail, axis in pairs]
        stands_for = np.zeros((1, 1, 1, joined[0].shape[3]), np.float32)
        stands_for[..., positions:] = math.log(STANDS_FOR)
        return Heard(joined, stands_for)


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
        outputs = [tensor.name for tensor in self._session.get_outputs()]
        self._screens = "hidden" in outputs
        heads = self._embedding.shape[1] // HEAD_WIDTH
        self._no_past = np.zeros((1, heads, 0, HEAD_WIDTH), np.float32)
        self._feed: dict[str, Floats] = {}
        self._count = 0

    def begin(self, heard: Heard) -> None:
        """Begin a new text about what was heard."""
        self._feed = dict(zip(self._cross_names, heard.tensors, strict=True))
        self._feed |= dict.fromkeys(self._past_names, self._no_past)
        self._feed["stands_for"] = heard.stands_for
        self._count = 0

    def step(self, tokens: list[int], asked: dict[int, Floats]) -> list[Floats]:
        """Append tokens to the text; return the logits, float32 (V,), of what follows some of them.

        `asked`: place in `tokens` -> what is added to the logits there, such as minus infinity.
        """
        end = self._count + len(tokens)
        rows = self._embedding[tokens].astype(np.float32) + self._positions[self._count : end]
        feed: dict[str, npt.NDArray[Any]] = {"embedding": rows[None], "asked": np.array([*asked])}
        logits, *rest = self._session.run(None, self._feed | feed)
        past = rest[-len(self._past_names) :]
        self._feed.update(zip(self._past_names, past, strict=True))
        self._count = end
        follows: list[Floats] = [*logits[0]]
        for row, mask in zip(follows, asked.values(), strict=True):
            np.add(row, mask, out=row)
        if self._screens:
            for row, hidden, common in zip(follows, rest[0][0], rest[1][0, :, 0], strict=True):
                self._compare_again(row, hidden, common)
        return follows

    def _compare_again(self, logits: Floats, hidden: Floats, common: float) -> None:
        """Replace the largest logits, which are only nearly right, by what they are exactly."""
        near = np.flatnonzero(logits > logits.max() - SLACK)
        if len(near) > MOST_COMPARED:
            near = near[np.argpartition(logits[near], -MOST_COMPARED)[-MOST_COMPARED:]]
        logits[near] = self._embedding[near.tolist()].astype(np.float32) @ hidden - common

    def keep(self, count: int) -> None:
        """Take all tokens but the first `count` off the text."""
        if count < self._count:
            for name in self._past_names:
                self._feed[name] = np.ascontiguousarray(self._feed[name][:, :, :count])
            self._count = count

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

    def __init__(self, tokens: Tokens) -> None:
        self.prompt = tokens.prompt
        self._languages = frozenset(tokens.languages.values())
        self.end = tokens.end
        self.no_speech = tokens.no_speech
        pieces = [base64.b64decode(piece) for piece in tokens.bytes]
        self._spelled = b"".join(pieces)
        self._ends = np.cumsum([0, *map(len, pieces)], dtype=np.int32)
        self._words = bytes(map(_is_word, pieces))
        self.stops = [at for at, piece in enumerate(pieces) if _is_stop(piece)]
        self.anything = _mask(len(pieces), [])
        self.never = _mask(len(pieces), tokens.suppress)
        self.never_first = _mask(len(pieces), tokens.suppress + tokens.suppress_first)

    def asked_in(self, language: int | None) -> list[int]:
        """Return the prompt, with this language in its place."""
        return [
            language if language and token in self._languages else token for token in self.prompt
        ]

    def spell(self, tokens: list[int]) -> str:
        """Return the text of tokens."""
        pieces = (self._spelled[self._ends[token] : self._ends[token + 1]] for token in tokens)
        return b"".join(pieces).decode("utf-8", "replace")

    def pieces(self) -> list[bytes]:
        """Return the spelling of every token; special ones have none."""
        bounds = zip(self._ends, self._ends[1:], strict=False)
        return [self._spelled[start:end] for start, end in bounds]

    def is_word(self, token: int) -> bool:
        """Tell a part of a word, even of one letter, from punctuation and what has no spelling."""
        return bool(self._words[token])


def _is_word(piece: bytes) -> bool:
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
