"""Which language is spoken? What Whisper makes of the utterance, weighed against those before it.

The first step of the decoder, which must be taken anyway, says how likely each language is: to ask
costs nothing. One short word says little, and a foreign name should not turn a conversation, so
what was spoken before keeps a head start that only a clear and whole sentence overcomes.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from edge import config
from edge.config import AUTO, ENGLISH

Floats = npt.NDArray[np.float32]

WHOLE_S: Final = 2.0
"""An utterance of this length counts fully, a shorter one by its share."""
LEAST_LOG: Final = -5.0
"""No single utterance makes a language less likely than this (0.7 %)."""
HEAD_START_LOG: Final = 3.0
"""The language so far is believed to be twenty times as likely as any other."""


class UnknownLanguage(ValueError):
    """The model has no such language."""


class Language:
    """The language that is spoken: one that is known, or the likeliest so far."""

    def __init__(self, languages: Mapping[str, int], wanted: str) -> None:
        """Take the model's languages with their tokens; none of an English model.

        Raises UnknownLanguage.
        """
        if not languages and wanted not in {ENGLISH, AUTO}:
            raise UnknownLanguage(
                f"the recogniser knows no {wanted!r}, only English; [recogniser] model "
                f"{config.MULTILINGUAL_MODEL!r} knows 99 languages"
            )
        if languages and wanted not in {*languages, AUTO}:
            known = ", ".join(sorted(languages))
            raise UnknownLanguage(
                f"the recogniser has no language {wanted!r}; it has {AUTO} and {known}"
            )
        self._codes = list(languages) if wanted == AUTO else []
        self._tokens = [languages[code] for code in self._codes]
        self.known = languages.get(wanted)
        """Its token, if it need not be found out; None of an English model."""
        self.spoken = wanted if languages and wanted != AUTO else None
        """The code of the newest utterance's language."""
        self._before = self._now = np.zeros(len(self._tokens), np.float32)
        self._place, self._weight = -1, 0.0

    @property
    def listens(self) -> bool:
        """Whether it is to be found out."""
        return bool(self._tokens)

    def about(self, place: int, speech_s: float) -> None:
        """Say which utterance comes now; what begins at one place of the stream is one."""
        if place != self._place:
            self._place, self._before = place, self._now
        self._weight = min(1.0, speech_s / WHOLE_S)

    def token(self, logits: Floats) -> int:
        """Return the language's token, found out from the first step's logits."""
        spoken = logits[self._tokens]
        likely = spoken - spoken.max()
        likely -= np.log(np.exp(likely).sum())
        total = self._before + self._weight * np.maximum(likely, LEAST_LOG)
        self._now = np.maximum(total - total.max(), -HEAD_START_LOG).astype(np.float32)
        likeliest = int(total.argmax())
        self.spoken = self._codes[likeliest]
        return self._tokens[likeliest]
