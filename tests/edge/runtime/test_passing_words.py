"""What others say in the mode *ephemeral* is in mind for two minutes, and nowhere else."""

import json
from pathlib import Path

from decrypted import words_in
from language_model import serving_beside, streams
from runtime_process import HELLO, SECRET, RuntimeProcess, at

from edge import ledger
from edge.config import Config, Privacy
from edge.context import Context, fold, forgotten
from edge.evidence import Note
from edge.messages import Overheard, Reply, Speaker, Transcript
from edge.runtime.conversation import NOT_KEPT

EPHEMERAL = Config(privacy=Privacy(mode="ephemeral"))
JAR = "The spare keys are under the marmalade jar."
OTHER = Transcript(JAR, 8_000, 10_000, 90, 0, (), Speaker.OTHER, 40)


def wearer(text: str, end_s: int) -> Transcript:
    return Transcript(text, (end_s - 2) * 1000, end_s * 1000, 90, 0, (), Speaker.WEARER, 95)


WHERE = "Where are the spare keys?"


def kept(folder: Path) -> str:
    """Return all that is written down, decrypted."""
    return words_in(folder, SECRET) + (folder / ledger.FILE_NAME).read_text("utf-8")


def test_others_words_help_an_answer_and_are_written_nowhere(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path, settings=EPHEMERAL) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, OTHER, wearer(WHERE, 20))
        shown = runtime.until(Reply)
        assert not any(JAR in getattr(m, "text", "") for m in shown[:-1])
        assert Overheard(OTHER.start_ms, OTHER.end_ms) in shown
        reply = shown[-1]
        assert isinstance(reply, Reply)
        assert "marmalade" in reply.text
        runtime.summary()
    assert "marmalade" not in kept(tmp_path)
    assert NOT_KEPT in kept(tmp_path)
    rows = [row for row, _ in ledger.newest_first(tmp_path / ledger.FILE_NAME)]
    assert any("content not kept" in row.why for row in rows if row.what == "Transcript")


def test_after_two_minutes_they_are_gone(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path, settings=EPHEMERAL) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, OTHER, wearer(WHERE, 131))
        reply = runtime.until(Reply)[-1]
        assert isinstance(reply, Reply)
        assert "marmalade" not in reply.text


def test_who_cannot_be_told_from_others_is_one_of_them(tmp_path: Path) -> None:
    nobody = Transcript(JAR, 8_000, 10_000, 90, 0)
    with RuntimeProcess(tmp_path, settings=EPHEMERAL) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, nobody)
        runtime.until(Overheard)
        runtime.summary()
    assert "marmalade" not in kept(tmp_path)


def test_a_bystander_is_not_answered(tmp_path: Path) -> None:
    asks = Transcript("Computer, what time is it?", 1_000, 3_000, 95, 0, (), Speaker.OTHER, 30)
    with RuntimeProcess(tmp_path, settings=EPHEMERAL) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, asks)
        assert runtime.summary().answered == 0


def test_a_language_model_is_not_told(tmp_path: Path) -> None:
    with serving_beside(streams("So", " be", " it.")) as server:
        settings = Config(privacy=EPHEMERAL.privacy, reasoner=(server.settings(),))
        with RuntimeProcess(tmp_path, settings=settings) as runtime:
            runtime.tell(at(0))
            runtime.say(HELLO, OTHER, wearer("What's the capital of Mongolia?", 20))
            runtime.until(Reply)
            runtime.summary()
        assert server.bodies
        assert "marmalade" not in json.dumps(server.bodies)


def test_a_stretch_that_is_forgotten_takes_them_along() -> None:
    note = Note("said", JAR, 10_000, 10.0, "r")
    context = Context(run="r", passing=(note,))
    assert forgotten(context, 5.0).passing == ()
    assert forgotten(context, 11.0).passing == (note,)
    assert fold(context, Note("said", "a", 129_000, 0.0, "r")).passing == (note,)
    assert fold(context, Note("said", "a", 131_000, 0.0, "r")).passing == ()
