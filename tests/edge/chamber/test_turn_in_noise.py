"""Does an utterance end when its speaker has ended, however loud the room?"""

import json
from functools import cache

import numpy as np
from hearing import DATA, file, recogniser, sound, whole

from edge import config
from edge.bench import stream
from edge.bench.turn import Listener, told
from edge.clock import to_ms
from edge.signals import Samples

SIXTY = 60
"""The first rows of the manifest."""
NOISES = sorted(path.name for path in DATA.glob("noise/*.flac"))


@cache
def sixty() -> list[Samples]:
    sound("speech/ps_goforward.flac")  # skips the test where the clips are absent
    with (DATA / "speech/manifest.jsonl").open() as rows:
        names = [json.loads(row)["file"] for row in rows][:SIXTY]
    return [stream.level(sound(f"speech/{name}")) for name in names]


def in_noise(snr_db: float) -> tuple[Samples, list[stream.Part]]:
    file("silero-vad", "silero_vad.onnx")
    samples, parts = stream.join(sixty(), stream.gaps(SIXTY))
    return stream.under(samples, [sound(f"noise/{name}") for name in NOISES], snr_db), parts


def test_at_0_db_the_ends_are_found() -> None:
    samples, parts = in_noise(0)
    counted = told(parts, Listener(samples, config.Config()).endings())
    assert counted["missed"] <= 1
    assert counted["unheard"] == 0


def late_ms(snr_db: float) -> list[int]:
    """Return how long after the first sound of each clip its utterance begins, if it does."""
    samples, parts = in_noise(snr_db)
    endings = Listener(samples, config.Config()).endings()
    starts = np.array([ending.spoken.start for ending in endings])
    first = [int(starts[starts <= part.speech_start + 16_000].max()) for part in parts]
    late = [to_ms(start - part.speech_start) for start, part in zip(first, parts, strict=True)]
    return [milliseconds for milliseconds in late if milliseconds > 0]


def test_no_first_sound_is_cut() -> None:
    assert late_ms(40) == []


def test_nor_at_0_db() -> None:
    assert late_ms(0) == []


def test_the_words_so_far_end_a_turn_sooner_and_what_is_ready_then_is_final() -> None:
    settings = config.Config()
    clips = [sound(f"speech/{name}.flac") for name in ("LJ001-0005", "LJ001-0013", "LJ001-0025")]
    samples, parts = stream.join(clips, [2.0] * len(clips))
    listener = Listener(samples, settings)
    alone, votes = (
        told(parts, listener.endings(by)) for by in (None, recogniser(settings.recogniser))
    )
    assert votes["endpoint_ms"]["p50"] < alone["endpoint_ms"]["p50"]
    assert votes["cut"] <= alone["cut"]


def test_half_a_sentence_reads_less_finished_than_a_whole_one() -> None:
    samples = sound("speech/LJ001-0013.flac")
    known = recogniser(config.Recogniser())
    whole_one = known.recognise(whole(samples)).finished
    half = known.recognise(whole(samples[: len(samples) // 2])).finished
    assert whole_one is not None
    assert half is not None
    assert half < config.Turn().finished_probability <= whole_one
