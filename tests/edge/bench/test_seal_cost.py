"""What the seal costs: that the bench compares what it says, on a short measurement."""

import pytest

from edge.bench import CannotMeasure, seal

SHORT = {"s": 6, "w": 3}


def half(**took_ms: float) -> seal.Half:
    """Each process took so long."""
    return {(name, "s"): [seal.Took(ms, ms)] for name, ms in took_ms.items()}


def test_a_short_measurement_gives_every_figure() -> None:
    result = seal.measure(rounds=2, turns=SHORT)
    silero, whisper = result["inference"]
    assert result["level"] in {"A", "C"}
    assert 0 < silero["sealed_ms"] < whisper["sealed_ms"]
    assert result["ratio"] == max(silero["ratio"], whisper["ratio"])
    assert result["birth"]["stage0_ms"] > 0
    assert result["birth"]["filter_ms"] > 0


def test_a_machine_that_slows_down_is_not_the_seals_fault() -> None:
    before = [half(sealed=2.2, unsealed=2.0, plain=1.0)] * 3
    after = [half(sealed=4.4, unsealed=4.0, plain=2.0)] * 3
    row = seal._row(before, after, "s")
    assert (row["ratio"], row["overwriting_ratio"]) == (1.0, 2.0)


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    before = [half(sealed=1.0, unsealed=1.0, plain=1.0)] * 3
    after = [half(sealed=ms, unsealed=1.0, plain=1.0) for ms in (1.0, 1.5, 9.0)]
    row = seal._row(before, after, "s")
    assert (row["ratio"], row["lowest_round"], row["highest_round"]) == (1.5, 1.0, 9.0)


def test_a_process_that_dies_is_one_sentence() -> None:
    with seal.inferring("unsealed") as inferring:
        inferring.process.kill()
        inferring.process.wait()
        with pytest.raises((CannotMeasure, BrokenPipeError)):
            inferring.ask("s")
