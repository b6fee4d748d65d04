"""Which numbers, and how many threads, make the recogniser fastest on this very device?

Processors differ too much to assume it: int8 pays where there are dot-product instructions, a
second thread where a core is idle. `offrecord tune` times both halves of the model on made-up
numbers, never on a sound, and keeps what it found beside the models. What the configuration says
by itself is never overruled; what it leaves open is filled in here, on the chamber's command line.
"""

import datetime as dt
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

import models.manifest
from edge import config, footprints, workbench
from edge.garbled import GARBLED

FILE: Final = "tuned.json"
MODELS: Final = ("whisper-tiny.en", "whisper-base")
PRECISIONS: Final[tuple[config.Precision, ...]] = ("int8", "fp32")
MOST_THREADS: Final = 4
ROUNDS: Final = 5
WINDOW_FRAMES: Final = 600
"""Mel frames of an utterance of 5 s and the second after it."""
STEPS: Final = 20
"""Tokens of such an utterance."""
WORTH: Final = 0.8
"""A further thread must take the time down to this share: it takes a core from everybody else."""
IN_TIME_MS: Final = 112.0
"""For 5 s of speech: half of what is left when recognition begins, 192 ms into the pause, until the
turn ends at 416 ms, because 10 s of speech, or a second look at 5 s, take twice as long."""
LARGER_NEEDS_BYTES: Final = 1_500_000_000
"""Of memory in all: with the larger model everything together takes about half of it."""


class CannotTune(RuntimeError):
    """The benchmark cannot run; the message says why."""


class Timing(msgspec.Struct, frozen=True):
    """What an utterance of 5 s took with one setting, in milliseconds."""

    model: str
    precision: config.Precision
    threads: int
    encoder_ms: float
    decoder_ms: float


class Choice(msgspec.Struct, frozen=True):
    """What is fastest for one model."""

    precision: config.Precision
    threads: int
    decoder_threads: int
    utterance_ms: float
    """Of 5 s of speech."""


class Tuned(msgspec.Struct, frozen=True):
    """What this device was found to be."""

    machine: str
    day: str
    choices: dict[str, Choice]
    model: str = config.ENGLISH_MODEL
    """The most accurate one that is quick enough here: for English, what `auto` is."""


def applied(settings: config.Config) -> config.Config:
    """Return the settings with what they leave open filled in, if this device has been measured."""
    recogniser = settings.recogniser
    found = read()
    if not found:
        return settings
    is_english = recogniser.language == config.ENGLISH
    if recogniser.model == config.AUTO and is_english and models.manifest.receipt(found.model):
        recogniser = msgspec.structs.replace(recogniser, model=found.model)
    if recogniser.weights not in found.choices:
        return settings
    choice = found.choices[recogniser.weights]
    is_open = recogniser.precision == "auto"
    same = is_open or recogniser.precision == choice.precision
    filled = msgspec.structs.replace(
        recogniser,
        precision=choice.precision if is_open else recogniser.precision,
        threads=recogniser.threads or (choice.threads if same else 0),
        decoder_threads=recogniser.decoder_threads or (choice.decoder_threads if same else 0),
    )
    return msgspec.structs.replace(settings, recogniser=filled)


def read() -> Tuned | None:
    """Return what was found on this device; None if nothing was, or on another one."""
    try:
        found = msgspec.json.decode(_file().read_bytes(), type=Tuned)
    except (OSError, *GARBLED):
        return None
    return found if found.machine == footprints.machine() else None


def tune() -> Tuned:
    """Measure each model that is here, in a process that is born as a chamber is; keep the result.

    Raises CannotTune.
    """
    here = [name for name in MODELS if models.manifest.receipt(name)]
    if not here:
        raise CannotTune("there is no recogniser to be measured; run `offrecord models fetch`")
    told = workbench.asked("edge.tune", *here)
    if isinstance(told, int):
        raise CannotTune(f"the benchmark ended with {told}; see above")
    timings = msgspec.json.decode(told, type=list[Timing])
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    choices = {name: choose(t for t in timings if t.model == name) for name in here}
    model = choose_model(choices, _memory_bytes())
    found = Tuned(footprints.machine(), today, choices, model)
    _file().write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    return found


def choose(timings: Iterable[Timing]) -> Choice:
    """Return the fastest precision, with no more threads than are worth it."""
    choices = []
    for precision, of_precision in itertools.groupby(timings, lambda each: each.precision):
        each = sorted(of_precision, key=lambda timing: timing.threads)
        encoder = _worth_it([(timing.threads, timing.encoder_ms) for timing in each])
        decoder = _worth_it([(timing.threads, timing.decoder_ms) for timing in each])
        utterance_ms = round(encoder[1] + decoder[1], 1)
        choices.append(Choice(precision, encoder[0], decoder[0], utterance_ms))
    return min(choices, key=lambda choice: choice.utterance_ms)


def choose_model(choices: Mapping[str, Choice], memory_bytes: int) -> str:
    """Return the larger model where its words are there before the end of a turn, if it fits.

    Recognition begins as soon as a pause does, and the shortest wait for more is what it has.
    """
    larger = choices.get(config.MULTILINGUAL_MODEL)
    is_in_time = larger is not None and larger.utterance_ms <= IN_TIME_MS
    fits = memory_bytes >= LARGER_NEEDS_BYTES
    return config.MULTILINGUAL_MODEL if is_in_time and fits else config.ENGLISH_MODEL


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _worth_it(by_threads: Sequence[tuple[int, float]]) -> tuple[int, float]:
    """Return the threads to take, and their time."""
    taken = by_threads[0]
    for more in by_threads[1:]:
        if more[1] <= WORTH * taken[1]:
            taken = more
    return taken


def _file() -> Path:
    return models.manifest.folder() / FILE


# --- the process that measures -------------------------------------------------------------------


def main(names: Sequence[str]) -> int:
    """Time every model with every setting, and write the list of timings."""
    from edge.chamber import onnx_session  # noqa: PLC0415 (see `timed`)

    onnx_session.use_chosen()
    most = min(MOST_THREADS, len(os.sched_getaffinity(0)))
    counts = [count for count in (1, 2, 4) if count <= most]
    timings = [
        timed(name, precision, threads)
        for name in names
        for precision in PRECISIONS
        for threads in counts
    ]
    sys.stdout.buffer.write(msgspec.json.encode(timings))
    return 0


def timed(model: str, precision: config.Precision, threads: int) -> Timing:
    """Time an encoding and a text, the median of some rounds each, after one to warm up."""
    # Imported here: nothing that only reads what was found needs them.
    import numpy as np  # noqa: PLC0415

    from edge.chamber import heap  # noqa: PLC0415
    from edge.chamber.whisper import Whisper  # noqa: PLC0415

    settings = config.Recogniser(precision=precision, threads=threads, decoder_threads=threads)
    whisper = Whisper(lambda file: models.manifest.read(model, file), settings)
    mel = np.random.default_rng(0).uniform(-1, 1, (80, WINDOW_FRAMES)).astype(np.float32)
    heard = whisper.encoder.encode(mel, silence_after=True)

    def text() -> None:
        whisper.decoder.begin(heard)
        for _ in range(STEPS):
            whisper.decoder.step([whisper.vocabulary.end], {0: whisper.vocabulary.never})

    with heap.kept():
        encoder_ms = _median_ms(lambda: whisper.encoder.encode(mel, silence_after=True))
        decoder_ms = _median_ms(text)
    return Timing(model, precision, threads, encoder_ms, decoder_ms)


def _median_ms(work: Callable[[], object]) -> float:
    work()
    spent_ns = []
    for _ in range(ROUNDS):
        began_ns = time.perf_counter_ns()
        work()
        spent_ns.append(time.perf_counter_ns() - began_ns)
    return round(median(spent_ns) / 1e6, 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
