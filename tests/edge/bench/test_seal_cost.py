"""What the seal costs: that the bench compares what it says, on a short measurement."""

import pytest

from edge.bench import CannotMeasure, seal

SHORT = {"s": 6, "w": 3}


def took(*milliseconds: float) -> list[list[seal.Took]]:
    """Rounds of one turn each."""
    return [[seal.Took(value, value)] for value in milliseconds]


def test_a_short_measurement_gives_every_figure() -> None:
    result = seal.measure(rounds=2, turns=SHORT)
    silero, whisper = result["inference"]
    assert result["level"] in {"A", "C"}
    assert 0 < silero["sealed_ms"] < whisper["sealed_ms"]
    assert result["ratio"] == max(silero["ratio"], whisper["ratio"])
    assert result["birth"]["stage0_ms"] > 0
    assert result["birth"]["filter_ms"] > 0


def test_the_ratio_is_of_the_rounds_medians() -> None:
    found = {
        ("sealed", "s"): took(1.0, 2.0, 9.0),
        ("unsealed", "s"): took(1.0, 2.0, 3.0),
        ("plain", "s"): took(1.0, 1.0, 1.5),
    }
    row = seal._row(found, "s")
    assert (row["ratio"], row["lowest_round"], row["highest_round"]) == (1.0, 1.0, 3.0)
    assert row["overwriting_ratio"] == 2.0


def test_a_process_that_dies_is_one_sentence() -> None:
    with seal.inferring("unsealed") as inferring:
        inferring.process.kill()
        inferring.process.wait()
        with pytest.raises((CannotMeasure, BrokenPipeError)):
            inferring.ask("s")
