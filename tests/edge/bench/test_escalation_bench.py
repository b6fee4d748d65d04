"""`offrecord bench escalation`: on a small file of questions, by words alone."""

from pathlib import Path

import pytest

from edge.bench import CannotMeasure, escalation

QUESTIONS = """
[[wearer]]
name = "somebody"
now = "2026-03-12 18:30"
notes = '''
2 07:40 wearer I left my badge in the pocket of the green raincoat.
1 08:00 Ines My locker is number fourteen.
0 09:00 saw door / STAFF ONLY
0 10:00 keep the alarm code is two nine
'''
questions = '''
note | Where did I leave my badge? | raincoat
sight | What did the door say? | STAFF ONLY
note | What is the alarm code? | two nine
trap | What is my locker number? |
unknown | Where did I put my bicycle? |
model | Who invented the telephone? |
'''
"""


def test_every_question_is_counted_once_and_by_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "questions.toml"
    file.write_text(QUESTIONS)
    found = escalation.measured(escalation.written(file), None)
    assert (found["questions"], found["answered_right"], found["answered_wrong"]) == (6, 3, 0)
    assert (found["unknown_right"], found["sent_right"]) == (2, 1)
    assert 300 < found["bytes_sent"] < 4000


def test_what_is_held_out_is_answered_wrongly_in_at_most_one_of_fifty() -> None:
    found = escalation.measured(escalation.written(escalation.FILE), None)
    assert found["questions"] >= 100
    assert found["wrong_local_share"] <= 0.02
    assert found["right_of_answerable"] >= 0.75


@pytest.mark.parametrize("text", ["[[wearer]]\nname = 'a'", "[[wearer", "other = 1"])
def test_a_file_of_another_form_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "questions.toml"
    file.write_text(text)
    with pytest.raises(CannotMeasure, match="not in the form"):
        escalation.written(file)
