import pytest

from edge import airlock, config
from edge.ledger import Leaving
from edge.messages import (
    Ended,
    Hello,
    Leaves,
    Model,
    Saying,
    Seen,
    SpeechStarted,
    Transcript,
    VoiceProfile,
)
from edge.runtime.border import OVER_THE_DAY, Border, Trust
from edge.runtime.clocks import Moment, Window

HELLO = airlock.encode(Hello((Model("m", "0" * 16),)))
SAID = airlock.encode(Transcript("hello", 0, 0, 90, 0))
SIGHT = airlock.encode(Seen(0, (), (), 0, 0))


VOICE = VoiceProfile("A" * 342 + "==", "ge2e/1")


def at(budget_s: float) -> Moment:
    window = Window(-600_000, 600_000)
    return Moment(budget_s, {"audio": window, "video": window})


def border(entered: list[Leaving] | None = None, *, rate: int = 64, day: int = 1 << 20) -> Border:
    limits = config.Airlock(rate_bytes_s=rate, burst_bytes=100, day_bytes=day)
    return Border(
        limits,
        (entered if entered is not None else []).append,
        is_request=lambda said: said.text.startswith("computer"),
    )


def test_a_chamber_is_believed_once_it_has_introduced_itself() -> None:
    gate = border()
    assert gate.admit(SAID, at(0)) is None
    assert isinstance(gate.admit(HELLO, at(0)), Hello)
    assert isinstance(gate.admit(SAID, at(0)), Transcript)


def test_every_packet_is_entered_also_a_bad_one() -> None:
    entered: list[Leaving] = []
    gate = border(entered)
    gate.admit(HELLO, at(0))
    with pytest.raises(airlock.Violation, match="not a message"):
        gate.admit(b"\xc1 secret", at(0))
    assert gate.admit(SAID, at(0)) is None
    assert [row.what for row in entered] == ["Hello", "Violation", "Transcript"]
    assert entered[1].size_bytes == 8
    assert entered[1].text == ""
    assert entered[1].why.startswith("refused: not a message")
    assert entered[2].why == "thrown away: of a chamber that broke the rules"


def test_a_burst_beyond_what_is_forgiven_is_a_violation() -> None:
    gate = border()
    gate.admit(HELLO, at(0))
    for _ in range((200 - len(HELLO)) // len(SAID)):
        gate.admit(SAID, at(0))
    with pytest.raises(airlock.Violation, match="rate"):
        gate.admit(SAID, at(0))
    assert gate.trust is Trust.REFUSED


def test_the_same_bytes_over_time_are_none() -> None:
    gate = border()
    gate.admit(HELLO, at(0))
    for second in range(20):
        gate.admit(SAID, at(second))
    assert gate.trust is Trust.KNOWN


def test_the_next_chamber_begins_anew() -> None:
    gate = border()
    gate.admit(HELLO, at(0))
    with pytest.raises(airlock.Violation):
        gate.admit(b"", at(0))
    assert gate.admit(HELLO, at(0)) is None
    gate.expect_another()
    assert isinstance(gate.admit(HELLO, at(0)), Hello)


def test_what_a_liar_left_in_the_pipe_is_not_held_against_the_next_chamber() -> None:
    gate = border()
    gate.admit(HELLO, at(0))
    with pytest.raises(airlock.Violation):
        gate.admit(b"", at(0))
    gate.expect_another()
    for _ in range(100):
        assert gate.admit(SAID, at(0)) is None
    assert isinstance(gate.admit(HELLO, at(0)), Hello)
    assert isinstance(gate.admit(SAID, at(0)), Transcript)


def test_what_an_honest_chamber_left_in_the_pipe_is_still_taken() -> None:
    gate = border()
    gate.admit(HELLO, at(0))
    gate.expect_another()
    assert isinstance(gate.admit(SAID, at(0)), Transcript)


def test_what_cannot_be_true_is_a_violation_and_stands_in_the_ledger() -> None:
    entered: list[Leaving] = []
    gate = border(entered)
    gate.admit(HELLO, at(0))
    with pytest.raises(airlock.Violation, match="further than the stream"):
        gate.admit(airlock.encode(SpeechStarted(700_000)), at(0))
    assert entered[1].why.startswith("refused: a moment 100.0 s further")


def spent(entered: list[Leaving]) -> Border:
    """Return a border whose day is over."""
    gate = border(entered, day=500)
    gate.admit(HELLO, at(0))
    gate.begin_day(500)
    return gate


def test_past_the_day_requests_alone_are_kept() -> None:
    entered: list[Leaving] = []
    gate = spent(entered)
    request = Transcript("computer, stop", 0, 1000, 90, 0)
    assert gate.admit(SAID, at(9)) is None
    assert gate.admit(airlock.encode(request), at(10)) == request
    _, thrown, kept = entered
    assert (thrown.why, thrown.text, thrown.size_bytes) == (OVER_THE_DAY, "", len(SAID))
    assert "computer, stop" in kept.text
    assert gate.trust is Trust.KNOWN


def test_past_the_day_a_chamber_may_end_and_another_begin() -> None:
    gate = spent([])
    assert isinstance(gate.admit(airlock.encode(Ended(0, 0, 0)), at(9)), Ended)
    gate.expect_another()
    assert isinstance(gate.admit(HELLO, at(10)), Hello)


def test_past_the_day_sights_beyond_what_is_forgiven_are_a_violation() -> None:
    gate = spent([])
    for second in range(100 // len(SIGHT)):
        assert isinstance(gate.admit(SIGHT, at(second)), Seen)
    with pytest.raises(airlock.Violation, match="day allows"):
        gate.admit(SIGHT, at(99))


def test_a_new_day_lets_everything_pass_again() -> None:
    gate = spent([])
    gate.admit(SIGHT, at(9))
    gate.begin_day(0)
    assert isinstance(gate.admit(SIGHT, at(10)), Leaves)


def test_a_file_that_is_played_again_has_its_budget_again() -> None:
    gate = border()
    gate.admit(HELLO, at(0))
    gate.admit(SIGHT, at(3600))
    gate.source_started("video", 0.0)
    for second in range(60):
        assert gate.admit(SIGHT, at(second))


def test_a_voice_that_nobody_asked_for_ends_the_chamber_and_is_not_written_down() -> None:
    entered: list[Leaving] = []
    gate = border(entered)
    gate.admit(HELLO, at(0))
    with pytest.raises(airlock.Violation, match="nobody asked for"):
        gate.admit(airlock.encode(VOICE), at(1_000))
    assert gate.trust is Trust.REFUSED
    assert entered[-1].what == "VoiceProfile"
    assert not any(VOICE.code in row.text for row in entered)


def test_the_voice_that_was_asked_for_is_admitted_and_not_written_down() -> None:
    entered: list[Leaving] = []
    gate = Border(config.Airlock(), entered.append)
    gate.admit(HELLO, at(0))
    gate.enrolment_asked()
    assert gate.admit(airlock.encode(VOICE), at(1)) == VOICE
    assert entered[-1].why == "observation"
    assert "ge2e/1" in entered[-1].text
    assert VOICE.code not in entered[-1].text


def test_words_that_go_on_are_entered_without_them_for_they_come_again() -> None:
    entered: list[Leaving] = []
    gate = border(entered)
    gate.admit(HELLO, at(0))
    assert gate.admit(airlock.encode(Saying("where did", 0, 800)), at(1))
    assert (entered[1].what, entered[1].text, entered[1].at_ms) == ("Saying", "", 800)
