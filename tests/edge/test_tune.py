"""What is chosen of the timings, what a configuration keeps for itself, and whether it is found."""

from pathlib import Path

import msgspec
import pytest

from edge import config, footprints, tune
from edge.chamber import gate
from edge.tune import Choice, Timing, Tuned, applied, choose

MODEL = "whisper-tiny.en"
LARGER = "whisper-base"


def timings(**each: tuple[float, float]) -> list[Timing]:
    """`int8_2=(30, 40)`: in int8 with two threads the encoder took 30 ms and the decoder 40."""
    split = [(name.split("_"), took) for name, took in each.items()]
    return [Timing(MODEL, p, int(n), *took) for (p, n), took in split]  # type: ignore[arg-type]


@pytest.fixture
def tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    return tmp_path / tune.FILE


def keep(file: Path, machine: str, choice: Choice) -> None:
    file.write_bytes(msgspec.json.encode(Tuned(machine, "2026-11-22", {MODEL: choice})))


def test_the_faster_precision_is_taken() -> None:
    assert choose(timings(int8_1=(30, 40), fp32_1=(60, 80))).precision == "int8"
    assert choose(timings(int8_1=(60, 80), fp32_1=(30, 40))).precision == "fp32"


def test_a_thread_that_hardly_helps_is_left_to_others() -> None:
    choice = choose(timings(int8_1=(40, 30), int8_2=(22, 28), int8_4=(20, 40)))
    assert (choice.threads, choice.decoder_threads) == (2, 1)
    assert choice.utterance_ms == 52


def test_what_is_left_open_is_filled_in(tuned: Path) -> None:
    keep(tuned, footprints.machine(), Choice("fp32", 2, 1, 90.0))
    found = applied(config.Config()).recogniser
    assert (found.precision, found.threads, found.decoder_threads) == ("fp32", 2, 1)


def test_what_the_configuration_says_stays(tuned: Path) -> None:
    keep(tuned, footprints.machine(), Choice("fp32", 2, 2, 90.0))
    said = config.Config(recogniser=config.Recogniser(precision="int8", threads=3))
    assert applied(said) == said


def test_another_machines_measurement_does_not_count(tuned: Path) -> None:
    keep(tuned, "another, 8 cores", Choice("fp32", 8, 8, 9.0))
    assert tune.read() is None
    assert applied(config.Config()) == config.Config()


def test_a_damaged_file_is_as_good_as_none(tuned: Path) -> None:
    tuned.write_text("{")
    assert tune.read() is None


def test_without_a_recogniser_there_is_nothing_to_measure(tuned: Path) -> None:
    assert not tuned.exists()
    with pytest.raises(tune.CannotTune, match="models fetch"):
        tune.tune()


def test_both_halves_of_a_model_are_timed() -> None:
    took = tune.timed(MODEL, "int8", 1)
    assert took.encoder_ms > 0
    assert took.decoder_ms > 0


def found_here(model: str) -> Tuned:
    return Tuned(footprints.machine(), "2026-11-22", chosen(90.0), model)


def chosen(utterance_ms: float) -> dict[str, Choice]:
    quick = Choice("int8", 1, 1, 40.0)
    return {MODEL: quick, LARGER: Choice("int8", 1, 1, utterance_ms)}


def test_the_larger_model_is_taken_where_it_is_in_time_and_fits() -> None:
    assert tune.choose_model(chosen(90.0), 4 << 30) == LARGER
    assert tune.choose_model(chosen(150.0), 4 << 30) == MODEL
    assert tune.choose_model(chosen(90.0), 512 << 20) == MODEL
    assert tune.choose_model({MODEL: Choice("int8", 1, 1, 40.0)}, 4 << 30) == MODEL


def test_in_time_is_half_of_what_a_finished_sentence_waits_after_its_pause() -> None:
    assert (config.Turn().finished_ms - gate.PAUSE_MS) / 2 == tune.IN_TIME_MS


def test_what_was_chosen_is_english_models_default_and_no_other_languages(tuned: Path) -> None:
    tuned.write_bytes(msgspec.json.encode(found_here(LARGER)))
    (tuned.parent / LARGER).mkdir()
    (tuned.parent / LARGER / "installed.toml").write_text('version = "1"\nrecipe = 1\n[files]\n')
    assert applied(config.Config()).recogniser.weights == LARGER
    tuned.write_bytes(msgspec.json.encode(found_here(MODEL)))
    assert applied(config.Config()).recogniser.weights == MODEL
    german = config.Config(recogniser=config.Recogniser(language="de"))
    assert applied(german).recogniser.weights == LARGER


def test_a_chosen_model_that_has_gone_is_not_taken(tuned: Path) -> None:
    tuned.write_bytes(msgspec.json.encode(found_here(LARGER)))
    assert applied(config.Config()).recogniser.weights == MODEL
