"""What do texts mean, to a bench? The mind's own model, in this process and unsealed.

A wearer's mind is a sealed process of its own (`edge/mind/`); a bench that asks a thousand
questions and has no secrets takes the same model without one.
"""

from collections.abc import Mapping, Sequence

from edge.bench import CannotMeasure
from edge.evidence import Note, Question
from edge.mind.embedding import GRAPH, MODEL, VOCABULARY, Embedder
from edge.search.alike import alike
from edge.search.meaning import BYTES, Meaning, unpacked
from edge.search.sought import Understood, spoken
from models import manifest


class Reader:
    """MiniLM, and what it has read."""

    def __init__(self) -> None:
        """Load the model. Raises CannotMeasure where it is not on this device."""
        folder = manifest.folder() / MODEL
        try:
            graph = (folder / GRAPH).read_bytes()
            vocabulary = (folder / VOCABULARY).read_text("utf-8")
        except FileNotFoundError:
            raise CannotMeasure("no mind: run `offrecord models fetch minilm`") from None
        self._embedder = Embedder(graph, vocabulary)
        self._read: dict[str, bytes] = {}

    def signs(self, note: Note) -> tuple[bytes, bytes]:
        """Return what a note means as a whole and in its pieces."""
        text = spoken(note)
        if text not in self._read:
            self._read[text], _ = self._embedder.signs(text)
        return self._read[text][:BYTES], self._read[text][BYTES:]

    def understand(self, question: Question) -> Understood:
        """Return what a question means."""
        signs, words = self._embedder.signs(question.text)
        whole, *pieces = unpacked(signs)
        return Understood(Meaning(whole, tuple(pieces)), tuple(words))

    def alike(self, question: Question, notes: Sequence[Note]) -> Mapping[int, Mapping[str, float]]:
        """Return how close each note is to the question's words."""
        kept = {note.id: self.signs(note)[1] for note in notes}
        return alike(self.understand(question), kept)
