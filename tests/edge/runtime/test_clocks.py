"""Where a stream can have got to, as far as its source has told."""

from edge.messages import SourceKind, SourcePhase, SourceState
from edge.runtime.clocks import AHEAD_FAST_S, AHEAD_S, OLD_S, Clocks


def state(
    stream_s: float, read_s: float, phase: SourcePhase = "running", kind: SourceKind = "audio"
) -> SourceState:
    return SourceState(kind, phase, "test", round(stream_s * 16_000), 0, 0, read_s, live=True)


def newest_s(clocks: Clocks, now_s: float, kind: SourceKind = "audio") -> float:
    return clocks.moment(now_s, "live").windows[kind].newest_ms / 1000


def oldest_s(clocks: Clocks, now_s: float) -> float:
    return clocks.moment(now_s, "live").windows["audio"].oldest_ms / 1000


def test_between_two_lines_of_a_source_time_goes_on() -> None:
    clocks = Clocks(100, is_fast=False)
    clocks.note(state(50, read_s=200))
    assert newest_s(clocks, 203) == 53 + AHEAD_S


def test_before_its_first_line_a_stream_is_no_older_than_this_process() -> None:
    assert newest_s(Clocks(100, is_fast=False), 104) == 4 + AHEAD_S


def test_a_file_at_full_speed_is_where_it_said_with_more_slack() -> None:
    clocks = Clocks(100, is_fast=True)
    clocks.note(state(50, read_s=200))
    assert newest_s(clocks, 203) == 50 + AHEAD_FAST_S


def test_a_file_that_is_played_again_may_still_be_spoken_of_where_it_was() -> None:
    clocks = Clocks(100, is_fast=True)
    clocks.note(state(5000, read_s=200))
    clocks.catch_up(201)
    assert oldest_s(clocks, 202) == 5000 - OLD_S
    clocks.note(state(0, 203, "ready"))
    clocks.note(state(12, 204))
    assert newest_s(clocks, 205) == 5000 + AHEAD_FAST_S
    assert oldest_s(clocks, 205) == -OLD_S
    assert clocks.file_s == 12


def test_what_waited_in_the_pipe_is_not_older_for_it() -> None:
    clocks = Clocks(100, is_fast=False)
    clocks.note(state(50, read_s=200))
    clocks.catch_up(201)
    clocks.note(state(9050, read_s=9200))
    assert oldest_s(clocks, 9201) == 51 - OLD_S
    clocks.catch_up(9202)
    assert oldest_s(clocks, 9203) == 9052 - OLD_S


def test_sound_and_pictures_have_clocks_of_their_own() -> None:
    clocks = Clocks(100, is_fast=False)
    clocks.note(state(50, 200))
    clocks.note(state(70, 200, kind="video"))
    assert newest_s(clocks, 200) == 50 + AHEAD_S
    assert newest_s(clocks, 200, "video") == 70 + AHEAD_S
    assert clocks.moment(200, "file").budget_s == 70
    assert clocks.moment(200, "live").budget_s == 200


def test_a_file_has_days_of_its_own() -> None:
    clocks = Clocks(0, is_fast=True)
    clocks.note(state(86_399, 10))
    assert clocks.file_day == 0
    clocks.note(state(86_401, 11))
    assert clocks.file_day == 1
