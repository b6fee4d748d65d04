"""Do expected names help, and what do they cost where nobody says them?

Clips in which a name is said, and all others, are recognised without expected names, with those,
and with those among many that nobody says. In this process: what is asked is what the words are.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge import config, tune
from edge.bench import CannotMeasure, wer
from edge.bench.clips import Clip, load_clip, read_manifest
from edge.chamber.asr import Recogniser
from edge.clock import SAMPLE_RATE_HZ
from edge.signals import Samples, Utterance
from models import manifest


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


NAMES: Final = _listed(
    """Helstone Makan Nuzhat Zaman Moses Lincoln Merneptah Ephraim Manasseh Delmonico Newberg
    Gutenberg Schoeffer Subiaco Pannartz Sweynheim Thornton Hale eunuch distichs sojourn missals
    psalters whilome withal"""
)
"""Names and rare words of the LibriSpeech clips that a small model mostly gets wrong."""
STRANGERS: Final = _listed(
    """Aoife Nkechi Siobhan Priya Oisin Zbigniew Xiomara Ngaire Bjarne Ayodele Wojciech Saoirse
    Caoimhe Thandiwe Yevgenia Ximena Hrafn Keohane Descartes Ulaanbaatar Metformin Levothyroxine
    Grzegorz Anna Peter Maria Julia Sofia Jack Olga Ravi Karim Deniz Wanda Stefan Hugo Greta Idris
    Farah Oren Judith Bram Petra Milo Nadia Ken Ben Sam Tom"""
)
"""Names that none of these clips holds."""


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    sound: Samples


def measure(path: Path, names: Sequence[str] = NAMES) -> dict[str, Any]:
    """Return how many of the names are heard, and the words' error rates, with names and without.

    Raises CannotMeasure when no clip holds a name.
    """
    normalise = wer.load_normaliser(manifest.folder() / "whisper-normaliser")
    clips = [
        _Said(clip.text, load_clip(path.parent / clip.file))
        for clip in read_manifest(path, Clip, ("file", "text"))
    ]
    wanted = {name.lower() for name in names}
    holding = [each for each in clips if wanted & set(each.text.lower().split())]
    rest = [each for each in clips if each not in holding]
    if not holding:
        raise CannotMeasure(f"no clip of {path} holds one of the names")
    bench = _Bench(names, normalise)
    lists = {"none": (), "expected": tuple(names), "among_many": (*names, *STRANGERS)}
    return {
        "names": len(names),
        "clips_with_names": len(holding),
        "other_clips": len(rest),
        **{label: bench.row(words, holding, rest) for label, words in lists.items()},
    }


class _Bench:
    """One recogniser that is asked all of it."""

    def __init__(self, names: Sequence[str], normalise: wer.Normaliser) -> None:
        settings = tune.applied(config.Config()).recogniser
        self._recogniser = Recogniser.load(
            lambda file: manifest.read(settings.weights, file), settings
        )
        self._recogniser.warm_up()
        self._names, self._normalise = [name.lower() for name in names], normalise
        self._place = 0

    def row(
        self, words: Sequence[str], holding: Sequence[_Said], rest: Sequence[_Said]
    ) -> dict[str, Any]:
        """Return the figures with these words expected."""
        self._recogniser.learn(words)
        began_s = time.process_time()
        named, others = self._heard(holding), self._heard(rest)
        spent_s = time.process_time() - began_s
        sound_s = sum(len(each.sound) for each in (*holding, *rest)) / SAMPLE_RATE_HZ
        said = found = 0
        for each, text in zip(holding, named, strict=True):
            for name in self._names:
                count = _count(name, each.text)
                said, found = said + count, found + min(count, _count(name, text))
        return {
            "expected": len(words),
            "names_said": said,
            "names_heard": found,
            "wer_with_names": self._wer(holding, named),
            "wer_rest": self._wer(rest, others),
            "false_names": sum(
                max(0, _count(name, text) - _count(name, each.text))
                for each, text in zip((*holding, *rest), (*named, *others), strict=True)
                for name in map(str.lower, words)
            ),
            "cpu_s_per_audio_s": round(spent_s / sound_s, 4),
        }

    def _heard(self, clips: Sequence[_Said]) -> list[str]:
        texts = []
        for clip in clips:
            self._place += SAMPLE_RATE_HZ  # another one, so that it is computed again
            bounds = self._place, self._place, self._place + len(clip.sound)
            texts.append(self._recogniser.recognise(Utterance(clip.sound, *bounds)).text)
        return texts

    def _wer(self, clips: Sequence[_Said], texts: Sequence[str]) -> float:
        pairs = [(clip.text, text) for clip, text in zip(clips, texts, strict=True)]
        return round(wer.score(pairs, self._normalise).wer, 4)


def _count(name: str, text: str) -> int:
    plain = "".join(c if c.isalpha() else " " for c in text.lower())
    return plain.split().count(name)
