"""Which recogniser listens? Ours, or openai-whisper where the configuration wants it."""

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from edge import config
from edge.chamber.asr import Recogniser
from edge.chamber.opinions import Opinions
from edge.chamber.route import Errand, Request, whisper
from edge.chamber.shelf import Shelf
from edge.chamber.spec import Unusable
from edge.chamber.whisper import Rows
from models.manifest import CorruptModel, ModelNotFetched

if TYPE_CHECKING:
    from edge.chamber.openai_whisper import OpenAiWhisper


def load(settings: config.Recogniser, shelf: Shelf) -> "Recogniser | OpenAiWhisper | Opinions":
    """Load the recogniser that is wanted, from the shelf; it is not warm yet."""
    if settings.engine == config.OPENAI_WHISPER:
        # Imported when wanted: it brings torch.
        from edge.chamber.openai_whisper import WEIGHTS, OpenAiWhisper  # noqa: PLC0415

        return OpenAiWhisper(shelf.take(settings.weights, WEIGHTS), settings)
    first = _ours(settings, shelf)
    team = whisper(settings.weights, settings.numbers)
    if settings.language != config.ENGLISH or not shelf.could_help(Request(Errand.HEAR, team)):
        return first
    larger = msgspec.structs.replace(settings, model=config.MULTILINGUAL_MODEL)
    theirs = whisper(larger.weights, larger.numbers)
    with suppress(Unusable, CorruptModel, ModelNotFetched):  # a second opinion is no condition
        return Opinions((team, first), (theirs, _ours(larger, shelf)), shelf.team)
    return first


def _ours(settings: config.Recogniser, shelf: Shelf) -> Recogniser:
    model = settings.weights
    return Recogniser.load(
        lambda file: shelf.take(model, file),
        settings,
        embedding=Rows(shelf.keep(model, "embedding.npy")),
    )
