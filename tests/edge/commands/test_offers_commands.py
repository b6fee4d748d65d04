"""`offrecord offers` and `offrecord review`, as they are typed."""

import json
import subprocess
import time
from pathlib import Path

import pytest
import typed

from edge import control
from edge.evidence import Kind, Note
from edge.notes import Notes, keys
from edge.proactive import Kind as Offered
from edge.proactive.offers import source_of

PROMISE = "I'll send you the roster by noon, Katrin."


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with a kept and an open promise, and two offers, one of them judged."""
    now_s = time.time()
    with Notes(tmp_path, keys.secret()) as notes:

        def keep(text: str, ago_s: float, source: str = "m", *on: int) -> int:
            kind: Kind = "told" if on else "said"
            return notes.remember(
                Note(kind, text, 0, now_s - ago_s, "r", source, 90, who="wearer", rests_on=on)
            )

        roster = keep(PROMISE, 7200)
        keep("I sent Katrin the roster.", 3600)
        contract = keep("Lars, I'll show you the contract in three days.", 7100)
        keep("Promised: roster", 5000, source_of(Offered.PROMISE), roster)
        keep("You promised: contract", 400, source_of(Offered.PROMISE), contract)
        notes.keep_verdict(4, 2)
    return tmp_path


def told(data: Path, *arguments: object) -> str:
    ran: subprocess.CompletedProcess[str] = typed.offrecord(*arguments, "--data", data)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_offers_and_what_they_taught_are_shown(data: Path) -> None:
    page = told(data, "offers", "show")
    assert "You promised: contract" in page
    assert "What you promised: wanted 0, unwanted 1; offered less readily." in page
    learnt = json.loads(told(data, "offers", "show", "--json"))
    assert [each["verdict"] for each in learnt["latest"]] == ["dismissed", "open"]


def test_the_newest_offer_is_accepted_or_another_by_its_number(data: Path) -> None:
    assert told(data, "offers", "accept") == "Offer 5: taken as wanted.\n"
    assert told(data, "offers", "accept", 4) == "Offer 4: taken as wanted.\n"
    assert json.loads(told(data, "offers", "show", "--json"))["kinds"]["promise"]["wanted"] == 2


def test_a_kind_is_stopped_until_all_is_reset(data: Path) -> None:
    told(data, "offers", "stop")
    assert "Never offered, as you said: what you promised." in told(data, "offers", "show")
    told(data, "offers", "reset")
    assert "Nothing has been learnt" in told(data, "offers", "show")


def test_what_was_learnt_is_exported_without_a_word_of_an_offer(data: Path) -> None:
    file = data / "learnt.json"
    told(data, "offers", "export", file)
    text = file.read_text()
    assert json.loads(text)["kinds"]["promise"]["unwanted"] == 1
    assert "roster" not in text
    again = typed.offrecord("offers", "export", file, "--data", data)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)


def test_a_review_tells_of_promises_offers_and_attention(data: Path) -> None:
    page = told(data, "review")
    assert "Promises kept: 1" in page
    assert "Promises still open: 1" in page
    assert "of 60 s of attention" in page
    figures = json.loads(told(data, "review", "--json", "--days", 2))
    assert figures["offers"]["promise"] == {"accepted": 0, "dismissed": 1, "ignored": 0, "open": 1}
    assert figures["promises"]["kept"][0]["text"] == PROMISE.removesuffix(".").split(",")[0] + (
        ", Katrin."
    )


def test_what_is_forgotten_teaches_no_more(data: Path) -> None:
    told(data, "notes", "forget", "topic", "roster", "--yes")
    learnt = json.loads(told(data, "offers", "show", "--json"))
    assert learnt["kinds"]["promise"]["unwanted"] == 0
    with Notes(data, keys.secret()) as notes:
        assert notes.verdicts() == {}


def test_bad_input_is_refused_in_one_sentence(data: Path, tmp_path: Path) -> None:
    for arguments in (
        ("offers", "accept", 99, "--data", data),
        ("offers", "show", "--data", tmp_path / "nowhere"),
        ("review", "--days", 0, "--data", data),
    ):
        ran = typed.offrecord(*arguments)
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_nobody_writes_beside_who_runs(data: Path) -> None:
    with control.held(data) as is_ours:
        assert is_ours
        ran = typed.offrecord("offers", "accept", "--data", data)
    assert ran.returncode == 2
    assert "starts on" in ran.stderr
