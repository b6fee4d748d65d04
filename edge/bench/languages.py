"""How well are other languages understood, pinned or listened for, and beside full windows?

The clips are those of the package pytest-audioeval: nine languages, three synthetic clips each.
Those that count to ten are only listened to for their language: a recogniser writes digits.
Chinese and Japanese are scored by characters.
"""

import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge import config
from edge.bench import CannotMeasure, wer
from edge.bench.clips import load_clip
from edge.chamber.asr import Recogniser
from edge.config import AUTO
from edge.signals import Samples, Utterance
from models import manifest

PACKAGE: Final = "pytest_audioeval"
MODEL: Final = "whisper-base"
WITHOUT_SPACES: Final = frozenset({"ja", "zh"})
COUNTS: Final = frozenset(
    {"counting", "conteo", "comptage", "ginti", "conteggio", "kazoeru", "liczenie"}
    | {"contagem", "jishu"}
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One clip."""

    language: str
    name: str
    text: str
    sound: Samples


def measure(folder: Path | None = None, model: str = MODEL) -> dict[str, Any]:
    """Measure the clips of a folder, or of the installed package. Raises CannotMeasure."""
    clips = load(folder or _installed())
    listening = _Listening(model)
    rows = []
    for language in sorted({clip.language for clip in clips}):
        mine = [clip for clip in clips if clip.language == language]
        said = [listening.hear(clip) for clip in mine]
        scored = [at for at, clip in enumerate(mine) if clip.name not in COUNTS]
        row: dict[str, Any] = {"language": language, "clips": len(mine)}
        row["found"] = sum(each.language == language for each in said)
        row["found_full_window"] = sum(each.full_language == language for each in said)
        for way in ("auto", "pinned", "full_window"):
            pairs = [(mine[at].text, getattr(said[at], way)) for at in scored]
            row[f"wer_{way}"] = round(_score(pairs, language), 3)
        rows.append(row)
    return {"model": f"{model} int8", "clips": len(clips), "languages": rows}


def load(folder: Path) -> list[Spoken]:
    """Return the clips, each `LANGUAGE/NAME.wav` with its text beside it."""
    paths = sorted(folder.glob("*/*.wav"))
    if not paths:
        raise CannotMeasure(f"there is no LANGUAGE/NAME.wav in {folder}")
    return [
        Spoken(path.parent.name, path.stem, path.with_suffix(".txt").read_text(), load_clip(path))
        for path in paths
    ]


def _installed() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise CannotMeasure("the clips are not here; `pip install pytest-audioeval==0.1.3`")
    return Path(found.submodule_search_locations[0]) / "samples" / "audio"


@dataclass(frozen=True, slots=True)
class _Said:
    language: str
    full_language: str
    """What the model takes it for by itself: of a whole window, and knowing of none before."""
    auto: str
    pinned: str
    full_window: str


class _Listening:
    """One recogniser that listens for the language, all along; those that know it, in turn."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._auto = self._recogniser(AUTO)
        self._place = 0

    def hear(self, clip: Spoken) -> _Said:
        """Recognise a clip in every way."""
        self._place += len(clip.sound)
        utterance = Utterance(clip.sound, self._place, self._place, self._place + len(clip.sound))
        pinned = self._recogniser(clip.language)
        full = self._recogniser(clip.language, full_window=True)
        texts = [each.recognise(utterance).text for each in (self._auto, pinned, full)]
        alone = self._recogniser(AUTO, full_window=True)
        alone.recognise(utterance)
        return _Said(self._auto.language or "", alone.language or "", *texts)

    def _recogniser(self, language: str, *, full_window: bool = False) -> Recogniser:
        settings = config.Recogniser(model=self._model, precision="int8", language=language)
        return Recogniser.load(
            lambda file: manifest.read(self._model, file), settings, full_window=full_window
        )


def _score(pairs: Sequence[tuple[str, str]], language: str) -> float:
    wer.load_normaliser(manifest.folder() / "whisper-normaliser")
    basic = sys.modules[f"{wer.PACKAGE}.basic"]
    normalise = basic.BasicTextNormalizer(split_letters=language in WITHOUT_SPACES)
    return wer.score(pairs, normalise).wer
