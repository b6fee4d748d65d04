"""Who may say yes, how, and for how long."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.messages import Notice, Shown, Speaker, Transcript, Wanted
from edge.tools import grants
from edge.tools.grants import Choice, Grants, GrantsFile, GrantsUnwritable

Answering = Callable[[Grants, Wanted], object]


def said(text: str, speaker: Speaker = Speaker.WEARER) -> Transcript:
    return Transcript(text, 1000, 2000, 90, 0, speaker=speaker)


def ask(folder: Path, answer: Answering, tool: str = "send") -> tuple[Choice, list[Shown]]:
    """Ask for a tool; `answer` does what the wearer does."""
    shown: list[Shown] = []

    def show(message: Shown) -> None:
        shown.append(message)
        if isinstance(message, Wanted):
            asyncio.get_running_loop().call_soon(answer, asked, message)

    asked = Grants(folder, show)
    return asyncio.run(asked.may(tool, '{"to": "Ann"}', "the reasoner's idea")), shown


def spoken(text: str, speaker: Speaker = Speaker.WEARER, later_s: float = 3.0) -> Answering:
    """Return what answers aloud, so long after the question was put, with the last word."""

    def answer(asked: Grants, _: Wanted) -> bool:
        (pending,) = asked._pending.values()
        return asked.heard(said(text, speaker), pending.asked_s + later_s)

    return answer


@pytest.mark.parametrize("choice", ["once", "always", "never"])
def test_an_answer_holds_as_long_as_it_says(choice: Choice, tmp_path: Path) -> None:
    got, _ = ask(tmp_path, lambda asked, wanted: asked.answer(wanted.id, choice))
    assert got == choice
    assert GrantsFile(tmp_path).read() == ({} if choice == "once" else {"send": choice})


def test_no_answer_is_a_no_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "ANSWERED_WITHIN_S", 0.01)
    got, shown = ask(tmp_path, lambda asked, wanted: asked.answer(wanted.id + 1, "always"))
    assert got == "never"
    assert isinstance(shown[-1], Notice)
    assert GrantsFile(tmp_path).read() == {}


HEARD = [
    (spoken("Yes."), "once"),
    (spoken("Yes, please."), "once"),
    (spoken("No, thank you."), "never"),
    (spoken("No.", Speaker.UNKNOWN), "never"),
    (spoken("Yes.", Speaker.OTHER), "never"),
    (spoken("Yes.", Speaker.UNKNOWN), "never"),
    (spoken("Yes, I think that the weather is nice."), "never"),
    (spoken("Yes.", later_s=17.0), "never"),
    (spoken("Yes.", later_s=0.5), "never"),
]
"""The last two: too late, and begun before it was asked."""


@pytest.mark.parametrize(("answer", "expected"), HEARD)
def test_a_spoken_answer_counts_once_and_only_as_the_wearer_s(
    answer: Answering, expected: Choice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "ANSWERED_WITHIN_S", 0.05)
    assert ask(tmp_path, answer)[0] == expected
    assert GrantsFile(tmp_path).read() == {}


def test_what_was_decided_is_not_asked(tmp_path: Path) -> None:
    for standing in ("always", "never"):
        GrantsFile(tmp_path).decide("send", standing)  # type: ignore[arg-type]
        got, shown = ask(tmp_path, lambda *_: None)
        assert (got, shown) == (standing, [])
    GrantsFile(tmp_path).decide("send", None)
    assert GrantsFile(tmp_path).read() == {}


def test_two_questions_cannot_be_answered_by_one_word(tmp_path: Path) -> None:
    async def both() -> list[Choice]:
        asked = Grants(tmp_path, lambda _: None)
        waiting = [asyncio.ensure_future(asked.may(tool, "", "")) for tool in ("send", "pay")]
        await asyncio.sleep(0)
        asked_s = max(each.asked_s for each in asked._pending.values())
        assert not asked.heard(said("Yes."), asked_s + 2)
        for number in (1, 2):
            asked.answer(number, "never")
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(both()) == ["never", "never"]


def test_a_damaged_file_grants_nothing_and_one_that_cannot_be_written_says_so(
    tmp_path: Path,
) -> None:
    (tmp_path / grants.FILE_NAME).write_text('{"send": "whenever"}')
    assert GrantsFile(tmp_path).read() == {}
    (tmp_path / "file").write_text("")
    with pytest.raises(GrantsUnwritable, match="cannot keep that"):
        GrantsFile(tmp_path / "file" / "folder").decide("send", "always")
