"""What was noted is looked back on, forgotten with its grounds, and never holds who passes by."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge.context import KEPT_HEARD
from edge.digest.stored import undigested
from edge.evidence import Note, Question
from edge.notes import Wish, retention
from edge.recall import requests
from edge.recall.answer import Memory
from edge.runtime.hindsight import IN_DETAIL, Hindsight
from edge.runtime.present import Present
from edge.search.finder import Finder

ALWAYS = (0.0, float("inf"))


def in_a_runtime(folder: Path, do: Callable[[Present, Hindsight], None], run: str = "r") -> None:
    async def live() -> None:
        present = Present(folder, bytes(32), run, "file", lambda _message: None)
        do(present, Hindsight(present))
        present.close()

    asyncio.run(live())


def said(text: str, second: int) -> Note:
    return Note("said", text, 1000 * second, time.time() + second, "r", "m", 90, who="wearer")


def hear(present: Present, *texts: str) -> None:
    for second, text in enumerate(texts):
        present.keep(said(text, second))


def made(present: Present) -> str:
    return "\n".join(note.text for note in present.notes.recent(100, ("derived",)))


def test_the_end_of_a_run_makes_notes_that_stand(tmp_path: Path) -> None:
    def do(present: Present, hindsight: Hindsight) -> None:
        hear(present, "The gate's code is 4711.", "I'll lend you the drill tomorrow.")
        hindsight.finish()
        assert [note.source for note in present.context.standing] == ["episode", "promise"]
        assert undigested(present.notes, *ALWAYS) == []
        hindsight.finish()  # nothing is looked back on twice
        assert len(present.context.standing) == 2

    in_a_runtime(tmp_path, do)
    in_a_runtime(tmp_path, lambda p, _: check(is_so=len(p.context.standing) == 2), "another")


def check(*, is_so: bool) -> None:
    assert is_so


def test_what_a_run_that_was_killed_left_is_looked_back_on_by_the_next(tmp_path: Path) -> None:
    in_a_runtime(tmp_path, lambda present, _: hear(present, "The gate's code is 4711."))

    def do(present: Present, hindsight: Hindsight) -> None:
        hindsight.finish()
        assert "4711" in made(present)
        assert present.context.now_ms == 0

    in_a_runtime(tmp_path, do, "another")


def test_before_too_much_is_in_mind_the_old_goes_and_is_found_again(tmp_path: Path) -> None:
    def do(present: Present, hindsight: Hindsight) -> None:
        hindsight.begin()
        present.keep(said("I put the keys in the blue bowl.", 0))
        for n in range(1, KEPT_HEARD):
            present.keep(said(f"We talked about matter number {n}.", n))
            hindsight.written()
        context = present.context
        assert IN_DETAIL <= len(context.heard) < KEPT_HEARD
        assert not any("keys" in note.text for note in context.heard)
        question = Question("Where are the keys?", context.now_at(context.now_ms))
        assert "keys" in Finder(present.notes).find(question)[0].note.text
        hindsight.finish()

    in_a_runtime(tmp_path, do)


def test_forgetting_a_sentence_forgets_what_was_made_of_it_and_keeps_the_rest(
    tmp_path: Path,
) -> None:
    def do(present: Present, hindsight: Hindsight) -> None:
        hear(present, "Clara said the gate's code is 4711.", "The train leaves at half past nine.")
        hindsight.finish()
        assert "4711" in made(present)
        present.notes.wish(Wish(words=("4711",)))
        present.forget_wishes()
        assert made(present) == ""
        assert present.context.standing == ()
        hindsight.finish()
        assert "half past nine" in made(present)
        assert "4711" not in made(present)

    in_a_runtime(tmp_path, do)


def test_detail_expires_after_a_month_and_what_was_made_of_it_after_a_year(tmp_path: Path) -> None:
    def do(present: Present, hindsight: Hindsight) -> None:
        hear(present, "The gate's code is 4711.")
        hindsight.finish()
        now_s = time.time()
        for days, kinds in ((31, {"derived"}), (366, set())):
            present.notes.keep_facts({"looked_at_s": now_s + (days - 1) * retention.DAY_S})
            present.expire(now_s + days * retention.DAY_S)
            assert set(present.notes.stats()["kinds"]) == kinds

    in_a_runtime(tmp_path, do)


def test_who_passes_by_is_in_no_episode(tmp_path: Path) -> None:
    def do(present: Present, hindsight: Hindsight) -> None:
        present.overhear(replace(said("The spare key is under the marmalade jar.", 1), who="other"))
        hear(present, "Let us go home, it is late.")
        hindsight.finish()
        assert "marmalade" not in made(present)

    in_a_runtime(tmp_path, do)


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    told: list[object] = []

    async def live() -> None:
        present = Present(tmp_path, bytes(32), "r", "file", told.append)
        hear(present, "The gate's code is 4711.")
        present.notes.db.execute("PRAGMA query_only = ON")
        Hindsight(present).finish()
        present.notes.db.execute("PRAGMA query_only = OFF")
        assert len(told) == 1
        Hindsight(present).finish()
        assert "4711" in made(present)
        present.close()

    asyncio.run(live())


def test_the_day_is_told_from_notes_alone(tmp_path: Path) -> None:
    def day(present: Present, hindsight: Hindsight) -> None:
        hear(present, "I'll send you the report by Friday.", "The keys are in the blue bowl.")
        hindsight.finish()

    def asked(present: Present, _hindsight: Hindsight) -> None:
        assert present.context.heard == ()
        question = Question("What did you keep about today?", present.context.now_at(0))
        question = replace(question, now=replace(question.now, wall_s=time.time()))
        answer = requests.answer(question, Memory((), standing=present.context.standing))
        assert "I'll send you the report by Friday." in answer.text

    in_a_runtime(tmp_path, day)
    in_a_runtime(tmp_path, asked, "another")
