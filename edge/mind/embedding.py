"""What does a sentence mean, as numbers? The one model of the mind."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.chamber.onnx_session import session
from edge.mind.wordpiece import MOST_PIECES, WordPiece

Vector = NDArray[np.float32]
MODEL, GRAPH, VOCABULARY = "minilm", "model.onnx", "vocab.txt"


class Embedder:
    """A text in, the signs of its meaning out."""

    def __init__(self, graph: bytes, vocabulary: str) -> None:
        self._session: Any = session(graph, threads=1)
        self._pieces = WordPiece(vocabulary)

    def signs(self, text: str, most_pieces: int = MOST_PIECES) -> tuple[bytes, list[str]]:
        """Return the signs of a text's meaning and of its pieces', and of which word each is.

        48 bytes for the text, then 48 for each piece that is no mere punctuation.
        """
        spelled = self._pieces.spelled(text)[:most_pieces]
        hidden = self._hidden(self._pieces.framed([number for _, number in spelled]))
        is_word = [any(map(str.isalnum, word)) for word, _ in spelled]
        rows = np.concatenate([hidden.mean(axis=0, keepdims=True), hidden[1:-1][is_word]])
        words = [word for (word, _), counts in zip(spelled, is_word, strict=True) if counts]
        return np.packbits(rows > 0, axis=1).tobytes(), words

    def _hidden(self, pieces: list[int]) -> Vector:
        """Return what the model makes of each piece, (pieces, 384) float32."""
        numbers = np.array([pieces], np.int64)
        inputs = {
            "input_ids": numbers,
            "attention_mask": np.ones_like(numbers),
            "token_type_ids": np.zeros_like(numbers),
        }
        (hidden,) = self._session.run(None, inputs)
        found: Vector = hidden[0]
        return found
