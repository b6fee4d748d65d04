import shutil

import pytest

from edge.bench import CannotMeasure

team = pytest.importorskip("edge.bench.team", reason="UNCHECKED: pip install offrecord[home]")


def test_no_letter_is_lost_or_doubled() -> None:
    if not shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin"):
        pytest.skip("UNCHECKED: nothing is carried by a real broker; apt install mosquitto")
    found = team.measure(10, between_s=0.2)
    assert found["letters"] == (9 * 6 + 4) * 9  # one is away for two of its six sentences
    assert (found["lost"], found["doubled"]) == (0, 0)


def test_half_a_team_is_refused() -> None:
    with pytest.raises(CannotMeasure, match="teams of 10"):
        team.measure(15)
