"""Which recogniser listens? Ours, or openai-whisper where the configuration wants it."""

from typing import TYPE_CHECKING

from edge import config
from edge.chamber.asr import Recogniser
from edge.chamber.shelf import Shelf
from edge.chamber.whisper import Rows

if TYPE_CHECKING:
    from edge.chamber.openai_whisper import OpenAiWhisper


def load(settings: config.Recogniser, shelf: Shelf) -> "Recogniser | OpenAiWhisper":
    """Load the recogniser that is wanted, from the shelf; it is not warm yet."""
    model = settings.weights
    if settings.engine == config.OPENAI_WHISPER:
        # Imported when wanted: it brings torch.
        from edge.chamber.openai_whisper import WEIGHTS, OpenAiWhisper  # noqa: PLC0415

        return OpenAiWhisper(shelf.take(model, WEIGHTS), settings)
    return Recogniser.load(
        lambda file: shelf.take(model, file),
        settings,
        embedding=Rows(shelf.keep(model, "embedding.npy")),
    )
