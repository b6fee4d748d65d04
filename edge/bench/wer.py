"""How many of the words were heard wrongly? After Whisper's own English normaliser.

The normaliser is loaded from the files of the `whisper-normaliser` model, because the package
they come from would bring torch. Needs the `bench` extra (regex, more-itertools).
"""

import importlib.util
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Normaliser = Callable[[str], str]

RUNAWAY_RATIO: Final = 1.5
RUNAWAY_WORDS: Final = 5
PACKAGE: Final = "whisper_normaliser"


class CannotNormalise(RuntimeError):
    """The normaliser cannot be loaded; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a recogniser did over a set of utterances."""

    errors: int
    """Words put in, left out or taken for others."""
    words: int
    """Of the references."""
    runaway: int
    """Utterances whose text went on and on."""

    @property
    def wer(self) -> float:
        """Word error rate; 0.12 is twelve per cent."""
        return self.errors / self.words if self.words else 0.0


def load_normaliser(folder: Path) -> Normaliser:
    """Return Whisper's English normaliser from the folder of its files; raise CannotNormalise."""
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec
    assert spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    try:
        spec.loader.exec_module(package)
    except FileNotFoundError:
        raise CannotNormalise(
            "the normaliser is not on this device; run `offrecord models fetch whisper-normaliser`"
        ) from None
    except ModuleNotFoundError as error:
        raise CannotNormalise(
            f"the normaliser needs {error.name!r}; run `pip install offrecord[bench]`"
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its own english.json open
        normaliser: Normaliser = package.EnglishTextNormalizer()
    return normaliser


def score(pairs: Iterable[tuple[str, str]], normalise: Normaliser) -> Score:
    """Compare (reference, hypothesis) pairs, and add them up."""
    errors = words = runaway = 0
    for reference, hypothesis in pairs:
        said, heard = normalise(reference).split(), normalise(hypothesis).split()
        errors += distance(said, heard)
        words += len(said)
        runaway += is_runaway(len(said), len(heard))
    return Score(errors, words, runaway)


def is_runaway(said_words: int, heard_words: int) -> bool:
    """Say whether a hypothesis is so long that the recogniser must have lost itself."""
    return heard_words > RUNAWAY_RATIO * said_words + RUNAWAY_WORDS


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the fewest words to put in, leave out or replace (Wagner and Fischer, 1974)."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(said, start=1):
        corner, row[0] = row[0], count
        for at, other in enumerate(heard, start=1):
            replaced = corner + (word != other)
            corner = row[at]
            row[at] = min(replaced, row[at] + 1, row[at - 1] + 1)
    return row[-1]
