"""A real runtime on a real disk that is full, or that nobody may write to.

What leaves the chamber is entered in the ledger before it is anything else; so a runtime that can
enter nothing ends, and says why. The launcher starts it again.
"""

from pathlib import Path

from runtime_process import HELLO, RuntimeProcess, at, spoken
from small_disk import fill, mounted, remount

from edge.messages import Notice, Reply, Shown, Transcript

KEYS = "My keys are in the blue bowl."


def until_its_end(runtime: RuntimeProcess) -> list[Shown]:
    shown: list[Shown] = []
    try:
        while True:
            shown.append(runtime.next())
    except AssertionError:
        assert runtime.process.wait() == 1
        return shown


def told(shown: list[Shown]) -> list[str]:
    return [each.text for each in shown if isinstance(each, Notice)]


def answer(runtime: RuntimeProcess) -> str:
    runtime.say(spoken("Where are my keys?", 60))
    reply = runtime.until(Reply)[-1]
    assert isinstance(reply, Reply)
    return reply.text


def test_on_a_full_disk_it_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk, RuntimeProcess(disk) as runtime:
        runtime.tell(at(0.0))
        runtime.say(HELLO, spoken(KEYS, 4))
        runtime.until(Transcript)
        hog = fill(disk)
        runtime.say(spoken("The bicycle is behind the shed.", 14))
        assert any("full" in sentence for sentence in told(until_its_end(runtime)))
        hog.unlink()
        runtime.kill_and_restart()
        runtime.tell(at(20.0))
        assert "blue bowl" in answer(runtime)


def test_on_a_disk_that_turned_read_only_it_says_so(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        with RuntimeProcess(disk) as runtime:
            runtime.tell(at(0.0))
            runtime.say(HELLO, spoken(KEYS, 4))
            runtime.summary()
        remount(disk, "ro")
        with RuntimeProcess(disk, run="r2") as runtime:
            assert any("cannot" in sentence for sentence in told(until_its_end(runtime)))
        remount(disk, "rw")
        with RuntimeProcess(disk, run="r3") as runtime:
            runtime.tell(at(0.0))
            runtime.say(HELLO)
            assert "blue bowl" in answer(runtime)
