"""What corrections teach without a mind, and how it is forgotten."""

from pathlib import Path

from edge.messages import Speaker, Transcript
from edge.recall.asking import Kind
from edge.runtime.judge import Judge
from edge.runtime.lessons import FILE_NAME, Lessons

WORLD = ("When does the library close?", "When does the museum open?", "Where is the town hall?")


def judge(folder: Path) -> Judge:
    made = Judge()
    made.lessons = Lessons(folder)
    return made


def said(text: str, end_s: float) -> Transcript:
    return Transcript(
        text, round(end_s * 1000) - 2000, round(end_s * 1000), 90, 0, (), Speaker.WEARER
    )


def not_for_you(patient: Judge, *texts: str) -> None:
    for place, text in enumerate(texts, 1):
        assert patient.meant(said(text, 100.0 * place), None).request
        patient.meant(said("That was not for you.", 100.0 * place + 4), 2.0)


def test_two_corrections_of_a_kind_hold_it_back(tmp_path: Path) -> None:
    patient = judge(tmp_path)
    not_for_you(patient, *WORLD[:2])
    assert not patient.meant(said(WORLD[2], 900.0), None).request
    assert patient.meant(said("Set a timer for five minutes.", 1000.0), None).request
    assert patient.meant(said(f"Offrecord, {WORLD[2]}", 1100.0), None).request


def test_the_next_run_knows_it(tmp_path: Path) -> None:
    not_for_you(judge(tmp_path), *WORLD[:2])
    assert Lessons(tmp_path).leanings == {Kind.WORLD: -2}
    assert not judge(tmp_path).meant(said(WORLD[2], 10.0), None).request


def test_i_was_talking_to_you_counts_the_other_way(tmp_path: Path) -> None:
    patient = judge(tmp_path)
    patient.meant(said("Remember that holiday in Wales?", 10.0), None)
    assert patient.meant(said("I was talking to you.", 14.0), None).request
    assert sum(Lessons(tmp_path).leanings.values()) == 1


def test_whoever_deletes_the_file_is_obeyed_at_once(tmp_path: Path) -> None:
    patient = judge(tmp_path)
    not_for_you(patient, *WORLD[:2])
    (tmp_path / FILE_NAME).unlink()
    assert patient.meant(said(WORLD[2], 900.0), None).request


def test_no_word_is_kept(tmp_path: Path) -> None:
    not_for_you(judge(tmp_path), "When does the xylophone shop close?")
    assert "xylophone" not in (tmp_path / FILE_NAME).read_text()


def test_a_damaged_file_means_as_it_ships(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"kinds": "many"}')
    assert Lessons(tmp_path).leanings == {}
