"""Ours and the others on the same clips; an absent peer is a row that says so."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from edge import config
from edge.bench import peer, peers
from models import whisper_names
from models.tail import PRIMER
from models.whisper import Weights


def test_ours_answers_from_behind_the_seal() -> None:
    heard: list[str] = []

    def judge(texts: Sequence[str]) -> dict[str, Any]:
        heard.extend(texts)
        return {"wer": 0.0, "runaway": 0}

    sound, _ = soundfile.read(PRIMER, dtype="float32")
    (row,) = peers.measure([sound], config.Recogniser(), None, judge)
    assert len(heard[0].split()) > 5
    assert (row["name"], row["threads"]) == ("offrecord", 1)
    assert row["model"] == config.Recogniser().weights
    assert row["cpu_s_per_audio_s"] > 0
    assert row["rss_mb"] > 0


def test_a_peer_that_is_not_installed_says_what_is_missing(tmp_path: Path) -> None:
    bare = [sys.executable, "-I", "-S", peer.__file__, "openai-whisper", str(tmp_path)]
    told = subprocess.run(bare, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert json.loads(told.stdout) == {"missing": "numpy"}


def test_latency_is_told_by_its_median_its_tail_and_its_worst() -> None:
    assert peers.latency([*range(1, 101)]) == {"p50": 50.5, "p95": 95.0, "max": 100}
    assert peers.latency([]) is None


def test_processor_time_is_compared_by_length_where_both_had_such_clips() -> None:
    theirs = {"2s": 300.0, "5s": 310.0, "10s": None}
    ours = {"2s": 20.0, "5s": None, "10s": 60.0}
    assert peers.times(theirs, ours) == {"2s": 15.0, "5s": None, "10s": None}


def test_the_fused_layers_come_apart_and_a_key_has_no_bias() -> None:
    fused = {"a/weight": np.arange(6).reshape(6, 1), "a/bias": np.arange(6)}
    w = Weights(fused, 1, 1, 80, 9, 1, 1)
    apart = dict(whisper_names._split(w, "a", "x", "query key value"))
    assert {name: array.ravel().tolist() for name, array in apart.items()} == {
        "x.query.weight": [0, 1],
        "x.query.bias": [0, 1],
        "x.key.weight": [2, 3],
        "x.value.weight": [4, 5],
        "x.value.bias": [4, 5],
    }
