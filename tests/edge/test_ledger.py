import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge.ledger import Leaving, Ledger, Occasion, readable, rows, totals, verify
from edge.messages import Transcript

CHILD = """
import sys
from pathlib import Path
from edge.ledger import Leaving, Ledger, Occasion
ledger = Ledger(Path(sys.argv[1]))
for n in range(100000):
    ledger.append(Leaving("Transcript", 10, "observation", "words " * 50), Occasion("r", n, "file"))
    if n == 100:
        print("go", flush=True)
"""


def filled(path: Path, *texts: str, run: str = "r") -> Path:
    file = path / "ledger.jsonl"
    with Ledger(file) as ledger:
        for n, text in enumerate(texts):
            leaving = Leaving("Transcript", 10, "observation", text)
            ledger.append(leaving, Occasion(run, 100.0 + n, "live"))
    return file


def test_a_chain_holds_over_restarts(tmp_path: Path) -> None:
    filled(tmp_path, "one", "two")
    path = filled(tmp_path, "three", run="s")
    assert verify(path) is None
    assert [row.number for row, _ in rows(path)] == [0, 1, 2]
    assert [text for _, text in rows(path)] == ["one", "two", "three"]


def test_every_line_is_json(tmp_path: Path) -> None:
    lines = filled(tmp_path, "one", 'say "two"\n').read_text().splitlines()
    assert [json.loads(line)["open"]["text"] for line in lines] == ["one", 'say "two"\n']


def test_totals_tell_the_chamber_from_the_device(tmp_path: Path) -> None:
    path = filled(tmp_path, "one", "two")
    with Ledger(path) as ledger:
        question = Leaving("Question", 500, "asked", "why?", to="http://127.0.0.1:1/v1")
        ledger.append(question, Occasion("s", 200.0, "live"))
    found = totals(path)
    assert (found.left_chamber_bytes, found.left_device_bytes, found.rows) == (20, 500, 3)
    assert totals(path, "r").left_device_bytes == 0
    assert found.count == {"Transcript": 2, "Question": 1}


@pytest.mark.parametrize("old", ['"bytes":10', '"to":"runtime"', '"text":"two"', '"number":1'])
def test_a_changed_row_is_found(tmp_path: Path, old: str) -> None:
    path = filled(tmp_path, "one", "two", "three")
    lines = path.read_text().splitlines(keepends=True)
    lines[1] = lines[1].replace(old, old[:-2] + "9" + old[-1:])
    path.write_text("".join(lines))
    broken = verify(path)
    assert broken
    assert broken.line in {1, 2}


def test_a_removed_row_is_found(tmp_path: Path) -> None:
    path = filled(tmp_path, "one", "two", "three")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[2])
    broken = verify(path)
    assert broken
    assert (broken.line, broken.reason) == (1, "it does not follow from the row before it")


def test_forgotten_words_are_gone_and_the_chain_still_holds(tmp_path: Path) -> None:
    path = filled(tmp_path, "keep", "zanzibar", "zanzibar again")
    with Ledger(path) as ledger:
        assert ledger.forget(101.0) == 2
        ledger.append(Leaving("Seen", 5, "observation", "cup"), Occasion("r", 300, "live"))
    assert b"zanzibar" not in path.read_bytes()
    assert [text for _, text in rows(path)] == ["keep", None, None, "cup"]
    assert verify(path) is None
    assert totals(path).left_chamber_bytes == 35
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_a_torn_last_line_is_dropped_and_counted(tmp_path: Path) -> None:
    path = filled(tmp_path, "one", "two")
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with Ledger(path) as ledger:
        assert ledger.dropped_bytes == len(whole.splitlines(keepends=True)[1]) - 20
        ledger.append(Leaving("Seen", 5, "observation", "cup"), Occasion("r", 300, "live"))
    assert verify(path) is None
    assert [text for _, text in rows(path)] == ["one", "cup"]


def test_kill_9_leaves_a_chain(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout
    with child.stdout as told:
        told.readline()
        os.kill(child.pid, signal.SIGKILL)
    child.wait()
    with Ledger(path) as ledger:
        ledger.append(Leaving("Seen", 5, "observation", "cup"), Occasion("r", 300, "live"))
    assert verify(path) is None
    assert totals(path).rows > 100


def test_a_message_is_entered_whole_and_readable() -> None:
    spelled = json.loads(readable(Transcript("I'm héré", 1, 2, 90, 0)))
    assert spelled == {
        "text": "I'm héré",
        "start_ms": 1,
        "end_ms": 2,
        "confidence": 90,
        "model": 0,
        "stages": [],
        "speaker": 0,
        "speaker_score": 0,
    }


def test_others_may_not_read_it(tmp_path: Path) -> None:
    assert filled(tmp_path, "one").stat().st_mode & 0o077 == 0
