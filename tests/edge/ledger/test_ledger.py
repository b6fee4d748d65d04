import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_sums import totals

from edge.audit.running_controls import Texts
from edge.ledger import Content, Leaving, Ledger, Occasion, readable, rows, verify
from edge.messages import Transcript

CHILD = """
import sys
from pathlib import Path
from edge.audit.running_controls import Texts
from edge.ledger import Leaving, Ledger, Occasion
ledger = Ledger(Path(sys.argv[1]), Texts())
for n in range(100000):
    ledger.append(Leaving("Transcript", 10, "observation", "words " * 50), Occasion("r", n, "file"))
    if n == 100:
        print("go", flush=True)
"""


def filled(path: Path, *said: str, run: str = "r", texts: Texts | None = None) -> Path:
    file = path / "ledger.jsonl"
    with Ledger(file, texts or Texts()) as ledger:
        for n, text in enumerate(said):
            leaving = Leaving("Transcript", 10, "observation", text)
            ledger.append(leaving, Occasion(run, 100.0 + n, "live"))
    return file


def test_a_chain_holds_over_restarts(tmp_path: Path) -> None:
    texts = Texts()
    filled(tmp_path, "one", "two", texts=texts)
    path = filled(tmp_path, "three", run="s", texts=texts)
    assert verify(path, texts) is None
    assert [row.number for row, _ in rows(path)] == [0, 1, 2]
    assert [text for _, text in rows(path, texts)] == ["one", "two", "three"]


def test_every_line_is_json_and_holds_no_words(tmp_path: Path) -> None:
    lines = filled(tmp_path, "zanzibar", 'say "zanzibar"\n').read_text().splitlines()
    assert [json.loads(line)["row"]["number"] for line in lines] == [0, 1]
    assert "zanzibar" not in "".join(lines)


def test_what_tells_of_the_device_itself_needs_no_key(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl", Texts()) as ledger:
        ledger.append(Leaving("Hello", 9, "observation", "tiny"), Occasion("r", 1.0, "live"))
    assert [text for _, text in rows(tmp_path / "ledger.jsonl")] == ["tiny"]


def test_words_of_before_are_taken_out_of_their_lines(tmp_path: Path) -> None:
    texts = Texts()
    path = filled(tmp_path, "zanzibar", "coast", texts=texts)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        content = texts.kept.pop(line["row"]["number"])
        line["open"] = {"salt": content.salt, "text": content.text}
    path.write_text("".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines))
    assert [text for _, text in rows(path)] == ["zanzibar", "coast"]
    with Ledger(path, texts) as ledger:
        ledger.hand_over()
    assert b"zanzibar" not in path.read_bytes()
    assert [text for _, text in rows(path, texts)] == ["zanzibar", "coast"]
    assert verify(path, texts) is None


def test_totals_tell_the_chamber_from_the_device(tmp_path: Path) -> None:
    path = filled(tmp_path, "one", "two")
    with Ledger(path, Texts()) as ledger:
        question = Leaving("Question", 500, "asked", "why?", to="http://127.0.0.1:1/v1")
        ledger.append(question, Occasion("s", 200.0, "live"))
    found = totals(path)
    assert (found.left_chamber_bytes, found.left_device_bytes, found.rows) == (20, 500, 3)
    assert totals(path, "r").left_device_bytes == 0
    assert found.count == {"Transcript": 2, "Question": 1}


def test_a_changed_content_is_found(tmp_path: Path) -> None:
    texts = Texts()
    path = filled(tmp_path, "one", "two", "three", texts=texts)
    texts.kept[1] = Content(texts.kept[1].salt, "twice")
    broken = verify(path, texts)
    assert broken
    assert (broken.line, broken.reason) == (1, "its content is not what was entered")


@pytest.mark.parametrize("old", ['"bytes":10', '"to":"runtime"', '"number":1'])
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


def test_a_chain_holds_without_the_words_that_were_forgotten(tmp_path: Path) -> None:
    texts = Texts()
    path = filled(tmp_path, "keep", "zanzibar", "zanzibar again", texts=texts)
    del texts.kept[1], texts.kept[2]
    with Ledger(path, texts) as ledger:
        ledger.append(Leaving("Seen", 5, "observation", "cup"), Occasion("r", 300, "live"))
    assert [text for _, text in rows(path, texts)] == ["keep", None, None, "cup"]
    assert verify(path, texts) is None
    assert totals(path).left_chamber_bytes == 35


def test_a_torn_last_line_is_dropped_and_counted(tmp_path: Path) -> None:
    texts = Texts()
    path = filled(tmp_path, "one", "two", texts=texts)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with Ledger(path, texts) as ledger:
        assert ledger.dropped_bytes == len(whole.splitlines(keepends=True)[1]) - 20
        ledger.append(Leaving("Seen", 5, "observation", "cup"), Occasion("r", 300, "live"))
    assert verify(path, texts) is None
    assert [text for _, text in rows(path, texts)] == ["one", "cup"]


def test_kill_9_leaves_a_chain(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout
    with child.stdout as told:
        told.readline()
        os.kill(child.pid, signal.SIGKILL)
    child.wait()
    with Ledger(path, Texts()) as ledger:
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
        "goes_on": False,
    }


def test_others_may_not_read_it(tmp_path: Path) -> None:
    assert filled(tmp_path, "one").stat().st_mode & 0o077 == 0
