"""What was said, by openai-whisper itself? The reference: ten times slower, and 400 MB larger.

`[recogniser] engine = "openai-whisper"` puts it in the place of ours, sealed alike; but torch does
not overwrite memory that it frees, so sound may outlive its utterance there. It needs the extra
`whisper-torch`, and the weights as OpenAI names them (`offrecord models fetch
whisper-tiny.en-torch`). What it loads at first use it uses once in `warm_up`: after the seal no
file can be opened. Nor may there be memory that is writable and executable, so what would compile
programs in it is left out: oneDNN, and numba, which only the times of words need.
"""

import io
import math
import sys
from collections.abc import Callable
from time import perf_counter_ns
from types import ModuleType
from typing import Any, Final

import numpy as np

from edge import config
from edge.chamber.asr import PAUSE_SAMPLES, Recognition, has_words, is_speech
from edge.clock import SAMPLE_RATE_HZ
from edge.config import AUTO
from edge.signals import Samples, Utterance
from models.whisper_names import SIZES

WEIGHTS: Final = "weights.npz"
WARM_UP_S: Final = 3


class NotInstalled(ModuleNotFoundError):
    """The extra is absent."""


class OpenAiWhisper:
    """Utterance -> text, as `Recogniser` does it."""

    def __init__(self, weights: bytes, settings: config.Recogniser) -> None:
        """Load it; raise NotInstalled."""
        _leave_out_numba()
        try:
            import torch  # noqa: PLC0415 (only who chooses this engine has them)
            from whisper.model import ModelDimensions, Whisper  # noqa: PLC0415
        except ModuleNotFoundError:
            raise NotInstalled(
                "openai-whisper is not installed; run `pip install offrecord[whisper-torch]`"
            ) from None
        torch.set_num_threads(settings.threads or 1)
        torch.backends.mkldnn.set_flags(False)
        with np.load(io.BytesIO(weights)) as stored:
            named = {name: torch.from_numpy(stored[name]).float() for name in stored}
        self._model: Any = Whisper(ModelDimensions(*named.pop(SIZES).int().tolist()))
        self._model.load_state_dict(named)
        self._model.eval()
        self._language = None if settings.language == AUTO else settings.language
        self._known: tuple[tuple[int, int], Recognition] | None = None
        self.language = self._language
        """Of the newest utterance."""

    def warm_up(self) -> None:
        """Recognise a noise: silence would be rejected too soon."""
        noise = np.random.default_rng(0).normal(size=WARM_UP_S * SAMPLE_RATE_HZ, scale=0.05)
        self._recognise(noise.astype(np.float32))

    def recognise(self, utterance: Utterance, draft: Recognition | None = None) -> Recognition:  # noqa: ARG002 (it knows no drafts)
        """Return what was said, or a rejection. At once, if that was asked at the pause before."""
        asked = utterance.start, utterance.speech_end
        if self._known is None or self._known[0] != asked:
            wanted = utterance.speech_end - utterance.start + PAUSE_SAMPLES
            self._known = asked, self._recognise(np.array(utterance.samples[:wanted]))
        return self._known[1]

    def _recognise(self, samples: Samples) -> Recognition:
        began_ns = perf_counter_ns()
        found = self._model.transcribe(samples, language=self._language, fp16=False)
        samples.fill(0)
        self.language = found["language"]
        text, segments = found["text"].strip(), found["segments"]
        counts = [len(segment["tokens"]) + 1 for segment in segments]
        logprobs = [segment["avg_logprob"] for segment in segments]
        confidence = math.exp(np.average(logprobs, weights=counts)) if segments else 0.0
        no_speech = min((segment["no_speech_prob"] for segment in segments), default=1.0)
        rejected = not (is_speech(no_speech, confidence) and has_words(text))
        return Recognition(
            text="" if rejected else text,
            confidence=confidence,
            no_speech=no_speech,
            rejected=rejected,
            mel_us=0,
            encode_us=0,
            decode_us=(perf_counter_ns() - began_ns) // 1000,
        )


def _leave_out_numba() -> None:
    """Let the functions that numba would compile stay as they are written."""
    stand_in = ModuleType("numba")

    def jit(**_options: object) -> Callable[[Any], Any]:
        return lambda function: function

    stand_in.jit = jit  # type: ignore[attr-defined]
    sys.modules.setdefault("numba", stand_in)
