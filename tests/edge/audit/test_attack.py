"""What a sealed process of each profile tries in vain, on this machine's real kernel."""

import dataclasses
import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from edge import seal
from edge.audit import Check
from edge.audit.attack import suite
from edge.audit.attack.child import ONLY_SEALED, attempts
from edge.audit.attack.files import Planted
from edge.audit.attack.suite import Attack
from edge.audit.attack.wanted import BY_LANDLOCK, WANTED, WITH_ALL_OF_LANDLOCK, verdict

PROFILES = ("chamber", "mind", "voice", "firmware_bridge", "capture", "runtime")
MEDIA = ("chamber", "mind", "voice", "firmware_bridge", "capture")
PLANTED = Planted(3, 4, 5, "/nothing/target", "/nothing/own", "0a0b0c0d")
KNOWN_BYPASSES = ("map a file shared, then write", "close the airlock, then dup")
NOT_TOLD = "core dumps: this kernel does not tell"


@pytest.fixture(scope="module", params=PROFILES)
def attacked(request: pytest.FixtureRequest) -> Attack:
    return suite.attack(request.param)


@pytest.fixture(scope="module")
def open_chamber() -> Attack:
    return suite.attack("chamber", without="seccomp")


def details(attack: Attack) -> dict[str, Check]:
    return {check.name.partition(": ")[2]: check for check in suite.judged(attack)}


def test_every_profile_has_its_attack_run() -> None:
    assert set(PROFILES) == set(seal.PROFILES) == set(WANTED)


def test_nothing_works_but_what_is_documented(attacked: Attack) -> None:
    not_passed = [check for check in suite.judged(attacked) if check.result != "pass"]
    assert [check for check in not_passed if check.detail != NOT_TOLD] == []


def test_each_profile_is_attacked_in_more_than_two_hundred_ways(attacked: Attack) -> None:
    refused = [c for c in suite.judged(attacked) if c.detail.startswith("refused: ")]
    assert attacked.cut_short == ""
    assert len(attacked.answers) > 400
    assert len(refused) > 200


@pytest.mark.parametrize("profile", MEDIA)
@pytest.mark.parametrize("bypass", KNOWN_BYPASSES)
def test_the_known_bypasses_are_refused(profile: str, bypass: str) -> None:
    assert WANTED[profile].get(bypass) is None
    assert verdict(profile, bypass, 0, landlock_abi=0) == ("fail", "WORKED")


def test_the_known_bypasses_were_tried(attacked: Attack) -> None:
    expected = 0 if attacked.profile == "runtime" else errno.EPERM
    assert {name: attacked.answers[name] for name in KNOWN_BYPASSES} == dict.fromkeys(
        KNOWN_BYPASSES, expected
    )


def test_no_profile_turns_a_pair_of_sockets_to_a_local_service(attacked: Attack) -> None:
    """The third bypass: the runtime could talk to the journal that way."""
    tried = [name for name in attacked.answers if name.startswith("datagram from a pair to: ")]
    assert len(tried) >= 4
    assert {attacked.answers[name] for name in tried} == {errno.EPERM}


def test_it_was_looked_at_from_outside_and_nothing_is_left(attacked: Attack) -> None:
    assert attacked.inspection.problems == ()
    assert attacked.left_behind == ()
    if attacked.planted:
        assert "is a file open for writing" in details(attacked)[
            "what was planted is seen from outside"
        ].detail  # fmt: skip


def test_without_the_filter_the_same_suite_shows_holes(open_chamber: Attack) -> None:
    failed = {name for name, check in details(open_chamber).items() if check.result == "fail"}
    worked = {name for name, code in open_chamber.answers.items() if code == 0}
    assert len(worked & failed) >= 30
    assert worked & failed >= {
        "fork",
        "memory as a file",
        "write to an open file",
        "close the airlock, then dup",
        "datagram socket AF_INET",
        "name of the thread",
        "shared memory of System V",
    }
    assert {"sealed from outside", "nothing is changed or left behind"} <= failed


def test_without_the_filter_nothing_stays_on_the_machine(open_chamber: Attack) -> None:
    assert open_chamber.cut_short == ""
    assert not ONLY_SEALED & set(open_chamber.answers)
    places = (tempfile.gettempdir(), "/dev/shm")  # noqa: S108
    assert [p for place in places for p in Path(place).glob(f"*{open_chamber.token}*")] == []
    assert open_chamber.token not in Path("/proc/keys").read_text()


def test_landlock_alone_refuses_to_create_and_to_open_for_writing(open_chamber: Attack) -> None:
    if not seal.walls().landlock_abi:
        pytest.skip("this kernel has no Landlock; the filter is the only wall")
    names = ("open for both", "create", "create in shared memory", "mkdir", "read /etc/passwd")
    assert {open_chamber.answers[name] for name in names} == {errno.EACCES}


def test_the_filter_alone_holds_a_chamber() -> None:
    attack = suite.attack("chamber", without="landlock")
    not_wanted = {
        name: code for name, code in attack.answers.items() if name not in WANTED["chamber"]
    }
    assert set(not_wanted.values()) <= {errno.EPERM, errno.ENOSYS, -1}
    assert attack.left_behind == ()


def test_what_only_landlock_refuses_is_named() -> None:
    for profile in BY_LANDLOCK:
        found = suite.attack(profile, without="landlock")
        failed = {name for name, check in details(found).items() if check.result == "fail"}
        wordings = tuple(BY_LANDLOCK[profile])
        about_itself = {"sealed from outside", "nothing is changed or left behind"}
        assert {name for name in failed - about_itself if not name.startswith(wordings)} == set()


def test_on_a_kernel_without_landlock_that_is_unchecked_and_never_green() -> None:
    def said(profile: str, name: str, abi: int) -> str:
        found = verdict(profile, name, 0, landlock_abi=abi)
        assert found
        return found[0]

    assert said("runtime", "write to: terminal", 0) == "unchecked"
    assert said("runtime", "open to truncate", 2) == "unchecked"
    assert said("runtime", "open to truncate", 3) == "fail"
    assert said("chamber", "open for writing", 0) == "fail"
    assert said("capture", "open for writing", 0) == "fail"
    assert said("capture", "list a folder", WITH_ALL_OF_LANDLOCK) == "fail"


def test_a_call_that_got_past_the_filter_is_no_pass_even_if_it_failed() -> None:
    past = verdict("chamber", "type into the terminal", errno.ENOTTY, landlock_abi=7)
    assert past == ("fail", f"NOT REFUSED: {os.strerror(errno.ENOTTY)}")


def test_what_this_machine_does_not_have_is_left_out() -> None:
    assert verdict("chamber", "create by creat", -1, landlock_abi=7) is None
    assert verdict("chamber", "list namespaces", errno.ENOSYS, landlock_abi=7) is None
    assert verdict("runtime", "write to: camera", errno.ENOENT, landlock_abi=7) is None
    assert verdict("runtime", "unlink", errno.ENOENT, landlock_abi=7) is not None


def test_a_process_that_dies_is_heard_to_the_attempt_that_killed_it() -> None:
    program = "import os; os.write(1, b'[\"one\", 1]\\n'); os.kill(os.getpid(), 9)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        heard = suite._heard(process, ["one", "two"])
    assert heard == ({"one": 1}, "two: it was ended by SIGKILL")


def test_a_process_that_stops_halfway_fails_the_suite() -> None:
    whole = suite.attack("chamber")
    cut = dataclasses.replace(whole, cut_short="fork: it was ended by SIGKILL")
    assert details(cut)["every attempt was made"].result == "fail"


def test_a_process_that_survives_the_other_set_of_calls_fails_the_suite() -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has a second set of numbers (x32)")
    whole = suite.attack("chamber")
    survived = dataclasses.replace(whole, exit_status=0)
    assert details(whole)["a call of x86_64's second set"].result == "pass"
    assert details(survived)["a call of x86_64's second set"].result == "fail"


def test_the_tables_name_attempts_that_there_are() -> None:
    names = set(attempts(PLANTED))
    wanted = {name for reasons in WANTED.values() for name in reasons}
    by_landlock = {name for rows in BY_LANDLOCK.values() for name in rows} - {"write to: "}
    assert (wanted | by_landlock | ONLY_SEALED) - names == set()
    assert not by_landlock & set(WANTED["capture"])
