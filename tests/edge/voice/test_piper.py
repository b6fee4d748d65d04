"""Piper's sentences, by one that stands in for it and by the real one where it is."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import piper_programs
import pytest
from piper_programs import RATE_HZ, SAMPLES_A_CHARACTER

from edge.voice import piper
from edge.voice.piper import Piper, ProgramFailed


@contextmanager
def started(programs: Path, model: Path) -> Iterator[Piper]:
    text_end, text_fd = os.pipe2(os.O_CLOEXEC)
    sound_fd, sound_end = os.pipe2(os.O_CLOEXEC)
    program = subprocess.Popen(
        [programs / "piper", "--model", model, "--output_raw"],
        stdin=text_end,
        stdout=sound_end,
        stderr=subprocess.DEVNULL,
    )
    os.close(text_end)
    os.close(sound_end)
    try:
        yield Piper(text_fd, sound_fd, RATE_HZ)
    finally:
        program.kill()
        program.wait()
        os.close(text_fd)
        os.close(sound_fd)


def said(text: str) -> list[int]:
    return [ord(each) for each in text for _ in range(SAMPLES_A_CHARACTER)]


def test_a_sentence_has_its_own_sound_to_the_sample(tmp_path: Path) -> None:
    with started(*piper_programs.stand_in(tmp_path)) as engine:
        engine.start()
        for text in ("The keys are in the blue bowl.", "Yes.", "x" * 300):
            assert engine.sound(text).tolist() == said(text)


def test_what_was_hushed_is_in_no_other_sentence(tmp_path: Path) -> None:
    with started(*piper_programs.stand_in(tmp_path)) as engine:
        assert not len(engine.sound("one two three", lambda: False))
        assert not len(engine.sound("four", lambda: False))
        assert engine.sound("Yes.").tolist() == said("Yes.")


def test_lines_and_nothing_are_no_commands(tmp_path: Path) -> None:
    with started(*piper_programs.stand_in(tmp_path)) as engine:
        assert engine.sound(" one\n\ntwo\0 ").tolist() == said("one two")
        assert not len(engine.sound(" \n "))


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("sys.exit(1)", "it has ended"),
        ("os.close(1); time.sleep(60)", "it has ended"),
        ("sound = b'12345'", "no 16-bit sound"),
        ("sound = b''", "no sound of a sentence"),
        ("sound = bytes(8_000_000)", "does not stop"),
        ("time.sleep(60)", "said nothing for 1 s"),
    ],
)
def test_one_that_fails_is_told_by_how(
    fault: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piper, "STARTS_WITHIN_S", 1.0 if fault.startswith("time") else 20.0)
    with (
        started(*piper_programs.stand_in(tmp_path, fault)) as engine,
        pytest.raises(ProgramFailed, match=why),
    ):
        engine.start()


def test_the_real_one_says_sentences_one_by_one() -> None:
    found = piper_programs.real()
    if not found:
        pytest.skip(piper_programs.MISSING)
    with started(*found) as engine:
        engine.start()
        long = engine.sound("The keys are in the blue bowl by the door.")
        assert not len(engine.sound("This is not wanted any more.", lambda: False))
        short = engine.sound("Yes.")
    assert 1.2 < len(long) / RATE_HZ < 4
    assert 0.2 < len(short) / RATE_HZ < 1.2
    assert min(np.abs(long).max(), np.abs(short).max()) > 3000
