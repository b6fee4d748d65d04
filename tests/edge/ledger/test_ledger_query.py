"""The command that a person reads the ledger with: `offrecord ledger`."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import typed

from edge import ledger
from edge.ledger import Leaving, Ledger, Occasion, readable
from edge.ledger.days import day_of
from edge.messages import Seen, TextLine, Thing, Transcript
from edge.notes import Notes, Wish, keys

NOW_S = time.time()
TODAY = str(day_of(NOW_S))
YESTERDAY = str(day_of(NOW_S - 86_400))


def spoken(words: str) -> Leaving:
    said = Transcript(words, 0, 9000, 90, 0)
    return Leaving("Transcript", 40, "observation", readable(said))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder: something of yesterday, three rows of today."""
    cup = Seen(0, (Thing("cup", 62, (1, 2, 3, 4)),), (TextLine("EXIT", 9, (1, 2, 3, 4)),), 0, 0)
    asked = Leaving("Question", 900, "a question", '{"model": "m"}', to="http://127.0.0.1:1/v1")
    with (
        Notes(tmp_path, keys.secret()) as notes,
        Ledger(tmp_path / ledger.FILE_NAME, notes) as file,
    ):
        file.append(spoken("The pharaoh is home."), Occasion("r0", NOW_S - 86_400, "live"))
        for leaving in (
            spoken("I put the keys in the bowl."),
            Leaving("Seen", 30, "observation", readable(cup)),
            asked,
        ):
            file.append(leaving, Occasion("r1", NOW_S, "live"))
    return tmp_path


def offrecord(data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return typed.offrecord("ledger", "--data", data, *arguments)


def page(data: Path, *arguments: object) -> str:
    ran = offrecord(data, *arguments)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def as_json(data: Path, *arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page(data, *arguments, "--json"))
    return found


def texts(found: dict[str, Any]) -> str:
    return " ".join(str(row["text"]) for row in found["rows"])


def refused(data: Path, *arguments: object) -> str:
    ran = offrecord(data, *arguments)
    assert ran.returncode == 2
    (sentence,) = ran.stderr.strip().splitlines()
    assert sentence.startswith("offrecord: ")
    return sentence


def change(data: Path, old: str, new: str) -> None:
    path = data / ledger.FILE_NAME
    path.write_text(path.read_text().replace(old, new, 1))


def test_today_is_one_page_with_the_newest_last(data: Path) -> None:
    shown = page(data)
    assert "pharaoh" not in shown
    lines = [shown.index(words) for words in ("I put the keys", "cup · “EXIT”", '{"model": "m"}')]
    assert lines == sorted(lines)
    assert "http://127.0.0.1:1/v1" in shown
    assert "The chain holds: 4 rows" in shown
    assert YESTERDAY in shown  # its sum


def test_any_day_and_all_days_can_be_asked_for(data: Path) -> None:
    assert texts(as_json(data, "--day", YESTERDAY)).count("pharaoh") == 1
    assert len(as_json(data, "--day", "all")["rows"]) == 4
    assert as_json(data, "--day", "2001-01-01")["rows"] == []
    assert "Nothing left on 2001-01-01" in page(data, "--day", "2001-01-01")


def test_words_are_searched_on_all_days(data: Path) -> None:
    assert "The pharaoh is home." in page(data, "--search", "PHARAOH")
    assert [row["what"] for row in as_json(data, "--search", "127.0.0.1")["rows"]] == ["Question"]
    assert as_json(data, "--search", "pharaoh", "--day", TODAY)["rows"] == []
    assert "'zebra'" in page(data, "--search", "zebra")


def test_each_day_has_its_sums(data: Path) -> None:
    days = as_json(data)["days"]
    assert list(days) == [YESTERDAY, TODAY]
    assert days[TODAY]["live"]["left_chamber_bytes"] == 70
    assert days[TODAY]["live"]["left_device_bytes"] == 900


def test_a_whole_chain_is_said_to_be_whole(data: Path) -> None:
    assert "The chain holds: 4 rows" in page(data, "--verify")
    assert as_json(data, "--verify") == {"chain": "whole", "rows": 4}


def test_a_broken_chain_is_one_sentence_and_exit_1(data: Path) -> None:
    change(data, '"bytes":30', '"bytes":29')
    ran = offrecord(data, "--verify")
    assert ran.returncode == 1
    (sentence,) = ran.stdout.strip().splitlines()
    assert "row 3" in sentence
    assert "does not follow" in sentence
    assert json.loads(offrecord(data, "--verify", "--json").stdout)["row"] == 3
    assert "The ledger is not whole" in page(data)


def test_what_was_forgotten_is_gone_and_the_rest_still_holds(data: Path) -> None:
    before = as_json(data)
    with Notes(data, keys.secret()) as notes:
        assert len(notes.forget(Wish(since_s=NOW_S - 60)).texts) == 3
    after = as_json(data)
    assert after["chain"] == "whole"
    assert after["days"] == before["days"]
    assert [row["text"] for row in after["rows"]] == [None, None, None]
    assert page(data).count("(forgotten)") == 3
    assert offrecord(data, "--verify").returncode == 0


def test_an_export_is_json_lines_of_everything_for_its_owner_alone(data: Path) -> None:
    target = data / "export.jsonl"
    assert "4 rows are in" in page(data, "--export", target)
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["number"] for row in rows] == [0, 1, 2, 3]
    assert "pharaoh" in rows[0]["text"]
    assert target.stat().st_mode & 0o077 == 0


def test_an_export_takes_the_day_and_the_words_that_are_asked_for(data: Path) -> None:
    assert "3 rows" in page(data, "--export", data / "a", "--day", TODAY)
    assert "1 row is" in page(data, "--export", data / "b", "--search", "keys")


def test_an_export_overwrites_nothing(data: Path) -> None:
    assert "exists already" in refused(data, "--export", data / ledger.FILE_NAME)
    assert "The chain holds" in page(data, "--verify")


def test_it_reads_while_somebody_writes(data: Path) -> None:
    with Notes(data, keys.secret()) as notes, Ledger(data / ledger.FILE_NAME, notes) as file:
        os.write(file.descriptors[0], b'{"row":{"number":4,')  # half a line, so far
        assert "The chain holds: 4 rows" in page(data)
        assert offrecord(data, "--verify").returncode == 0


def test_nothing_yet_is_said_in_a_sentence(tmp_path: Path) -> None:
    assert "Nothing has left yet" in page(tmp_path / "never")
    assert as_json(tmp_path)["rows"] == []
    assert offrecord(tmp_path, "--verify").returncode == 0
    (tmp_path / ledger.FILE_NAME).touch()
    assert "Nothing has left yet" in page(tmp_path)


def test_what_cannot_be_answered_is_refused_in_a_sentence(data: Path) -> None:
    assert "--day takes a date" in refused(data, "--day", "yesterday")
    assert "not a folder" in refused(data / ledger.FILE_NAME)
    assert "cannot write" in refused(data, "--export", "/proc/nowhere/x")


def test_no_row_commands_the_terminal(data: Path) -> None:
    with Notes(data, keys.secret()) as notes, Ledger(data / ledger.FILE_NAME, notes) as file:
        hostile = Leaving("\x1b[2J", 1, "\x1b]0;x\a", "\x1b[31mred\u202e", to="\x9b1m")
        file.append(hostile, Occasion("r2", time.time(), "live"))
    shown = page(data)
    assert "red" in shown
    assert not {"\x1b", "\x9b", "\a", "\u202e"} & set(shown)
