"""Piper as the launcher has it: found, kept within its walls, and replaced when it fails."""

import asyncio
import os
import select
import socket
import sys
from pathlib import Path

import pytest

from edge import config
from edge.launcher.asides import Asides
from edge.launcher.births import Run
from edge.launcher.processes import Processes
from edge.launcher.voice_program import NoPiper, PiperVoice, VoiceProgram, spoken_by_espeak
from edge.messages import LANGUAGE_MODEL, Notice, Shown

sys.path.append(str(Path(__file__).parents[1] / "voice"))

import piper_programs

SOON_S = 20.0
TRIES = (
    "exec(\"try: __import__('socket').socket(); sound = b'net'\\nexcept PermissionError: pass\")",
    "exec(\"try: open({place!r}, 'w'); sound = b'new'\\nexcept OSError: pass\")",
    "exec(\"try: open({there!r}, 'r+'); sound = b'old'\\nexcept OSError: pass\")",
    "exec(\"try: open({there!r}); sound = b'read'\\nexcept OSError: pass\")",
)


@pytest.fixture(autouse=True)
def _on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path / 'piper' / 'bin'}:{os.environ['PATH']}")


def test_it_writes_nothing_reads_nobodys_files_and_has_no_network(tmp_path: Path) -> None:
    there = tmp_path / "diary"
    there.write_text("dear diary")
    fault = "; ".join(TRIES).format(place=str(tmp_path / "piper" / "new"), there=str(there))
    _, model = piper_programs.stand_in(tmp_path / "piper", fault)
    program = VoiceProgram(PiperVoice.find(str(model)), 165)
    try:
        os.write(program.text_fd, b"a\n")
        poll = select.poll()
        poll.register(program.sound_fd, select.POLLIN)
        assert poll.poll(SOON_S * 1000)
        assert os.read(program.sound_fd, 100)[:2] == b"a\0"
    finally:
        program.end()
    assert there.read_text() == "dear diary"


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("model", "there is no Piper voice .*correct"),
        ("description", "cannot be read; get both files"),
        ("rate", "speaks at 5 Hz"),
        ("program", "not on your PATH; install it for yourself: `pipx install piper-tts`"),
    ],
)
def test_what_is_missing_is_one_sentence(harm: str, sentence: str, tmp_path: Path) -> None:
    folder, model = piper_programs.stand_in(tmp_path / "piper")
    match harm:
        case "model":
            model.unlink()
        case "description":
            Path(f"{model}.json").write_text("{")
        case "rate":
            Path(f"{model}.json").write_text('{"audio": {"sample_rate": 5}}')
        case _:
            (folder / "piper").unlink()
            os.environ["PATH"] = str(folder)
    with pytest.raises(NoPiper, match=sentence):
        PiperVoice.find(str(model))


def test_where_espeak_takes_over_it_speaks_the_same_language(tmp_path: Path) -> None:
    _, model = piper_programs.stand_in(tmp_path / "piper")
    of_piper = config.Config(voice=config.Voice(voice=str(model)))
    assert spoken_by_espeak(of_piper).voice.voice == "en-us"
    model.with_name(f"{model.name}.json").unlink()
    assert spoken_by_espeak(of_piper).voice.voice == "en"
    of_espeak = config.Config(voice=config.Voice(voice="de"))
    assert spoken_by_espeak(of_espeak) is of_espeak


class Ear:
    """Stands where the runtime is told things."""

    def tell(self, line: bytes) -> None:
        assert line


def test_a_voice_that_lost_its_piper_is_started_without(tmp_path: Path) -> None:
    _, model = piper_programs.stand_in(tmp_path / "piper")
    shown: list[Shown] = []

    async def speak() -> None:
        processes = Processes(shown.append, pytest.fail)
        processes.living["runtime"] = Ear()  # type: ignore[assignment] (it is only told)
        settings = config.Config(voice=config.Voice(enabled=True, voice=str(model)))
        named = ("voice", "mind", LANGUAGE_MODEL)
        programs = dict.fromkeys(named, "tests.edge.failing_voice")
        asides = Asides(Run(settings, (), tmp_path), programs, processes)
        ours, slot = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asides.take_slot([slot])
        asides.speak()
        async with asyncio.timeout(SOON_S):
            while len(shown) < 2:  # noqa: ASYNC110 (shown to a list)
                await asyncio.sleep(0.01)
        processes.is_over = True
        asides.close()
        ours.close()

    asyncio.run(speak())
    first, second = (each.text for each in shown if isinstance(each, Notice))
    assert first.startswith("Piper ended or made no speech: from here on espeak-ng speaks")
    assert second == "no voice: espeak-ng is not installed; run `sudo apt install espeak-ng`"
