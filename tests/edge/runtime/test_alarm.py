"""What is to ring rings once, in whichever run: also late, and also after a kill -9."""

import time
from pathlib import Path

from runtime_process import HELLO, SECRET, RuntimeProcess, at, spoken

from edge import errand
from edge.errand import Errand
from edge.evidence import Now
from edge.messages import Reply, Shown
from edge.notes import Notes, opening


def rung(shown: list[Shown]) -> list[str]:
    return [each.text for each in shown if isinstance(each, Reply) and each.source == "timer"]


def keep(folder: Path, *errands: Errand) -> None:
    with Notes(folder, SECRET) as notes:
        notes.remember_all(each.note(Now("before", 0, time.time())) for each in errands)


def left(folder: Path) -> list[str]:
    with opening.for_reading(folder, SECRET) as notes:
        return [each.text for each in errand.of_notes(notes.recent(kinds=("errand",)))]


def test_what_was_due_while_nobody_ran_is_said_once_and_late(tmp_path: Path) -> None:
    now_s = time.time()
    keep(tmp_path, Errand("reminder", "call Ann", now_s - 7200), Errand("item", "milk"))
    with RuntimeProcess(tmp_path, run="r2", live=True, fast=False) as runtime:
        runtime.tell(at(0, live=True))
        (text,) = rung(runtime.until(Reply))
        assert text.startswith("Late reminder, it was due")
        assert text.endswith("call Ann.")
        runtime.kill_and_restart()
        runtime.tell(at(1, live=True))
        runtime.end_airlock()
        runtime.summary()
    assert left(tmp_path) == ["milk"]


def test_a_timer_outlives_its_run_and_rings_on_time_in_the_next(tmp_path: Path) -> None:
    keep(tmp_path, Errand("timer", "tea", time.time() + 1.5))
    with RuntimeProcess(tmp_path, run="r2", live=True, fast=False) as runtime:
        runtime.tell(at(0, live=True))
        assert rung(runtime.until(Reply)) == ["Time is up: tea."]
        runtime.end_airlock()
        runtime.summary()  # it is noted that it rang after it was said
    assert left(tmp_path) == []


def test_a_file_lives_by_its_own_clock(tmp_path: Path) -> None:
    with RuntimeProcess(tmp_path) as runtime:
        runtime.tell(at(0))
        runtime.say(HELLO, spoken("Remind me in one hour to call Ann.", 5))
        runtime.until(Reply)
        runtime.kill_and_restart()
        runtime.tell(at(3000))
        runtime.tell(at(3606))
        assert rung(runtime.until(Reply)) == ["Reminder: call Ann."]
