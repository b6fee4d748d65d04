"""The canary exists once, is all searchable, and lies where it is said to lie."""

import stat
import wave
from pathlib import Path

import numpy as np

from edge import config, config_file
from edge.audit import bait, player
from edge.audit.memory import MOST_PIXEL_BYTES
from edge.capture import pictures


def test_no_two_canaries_are_alike(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = bait.lay(tmp_path / "a"), bait.lay(tmp_path / "b")
    length = min(len(one.canary.audio), len(two.canary.audio))
    same = one.canary.audio[:length] == two.canary.audio[:length]
    assert same.mean() < 0.01


def test_the_canary_lies_in_the_sound_where_it_is_said_to_lie(tmp_path: Path) -> None:
    laid = bait.lay(tmp_path)
    with wave.open(str(laid.sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    end = round(laid.ends_at_s * 16_000)
    assert np.array_equal(samples[end - len(laid.canary.audio) : end], laid.canary.audio)
    begin = round((laid.ends_at_s + bait.QUIET_S) * 16_000)
    assert np.array_equal(samples[begin : begin + len(laid.second.audio)], laid.second.audio)


def test_the_picture_is_read_as_it_was_made_and_all_of_it_is_looked_for(tmp_path: Path) -> None:
    laid = bait.lay(tmp_path)
    pixels = laid.canary.pixels
    assert pixels is not None
    assert pixels.size <= MOST_PIXEL_BYTES
    read = pictures.read(laid.pictures / "0.png")
    assert read is not None
    assert np.array_equal(read, pixels)
    assert stat.S_IMODE(laid.pictures.stat().st_mode) == 0o700


def test_a_configuration_survives_being_written_for_the_run() -> None:
    settings = config.Config()
    assert config_file.parse(player.as_toml(settings), "here") == settings
