"""What does a sentence mean, as numbers? The one model of the mind."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.chamber.onnx_session import session
from edge.mind.wordpiece import WordPiece

Vector = NDArray[np.float32]
MODEL, GRAPH, VOCABULARY = "minilm", "model.onnx", "vocab.txt"
DIMENSIONS = 384


class Embedder:
    """A sentence in, a direction out."""

    def __init__(self, graph: bytes, vocabulary: str) -> None:
        self._session: Any = session(graph, threads=1)
        self._pieces = WordPiece(vocabulary)

    def embed(self, text: str) -> Vector:
        """Return a text's meaning, (384,) float32 of length 1."""
        numbers = np.array([self._pieces.encode(text)], np.int64)
        inputs = {
            "input_ids": numbers,
            "attention_mask": np.ones_like(numbers),
            "token_type_ids": np.zeros_like(numbers),
        }
        (hidden,) = self._session.run(None, inputs)
        mean: Vector = hidden[0].mean(axis=0)
        return mean / np.linalg.norm(mean)
