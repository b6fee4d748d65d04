from edge.ledger import Totals
from edge.messages import Dropped, SealState, SourceState, Stage, StageTime, Transcript
from edge.runtime.tally import Tally


def decoded(*milliseconds: int) -> Tally:
    tally = Tally()
    for n in milliseconds:
        stages = (StageTime(Stage.DECODE, n * 1000),)
        tally.count(Transcript("x", 0, 1, 90, 0, stages))
    return tally


def test_percentiles_are_of_what_was_measured() -> None:
    stage = decoded(*range(1, 101)).summary().stages[0]
    assert (stage.stage, stage.count, stage.p50_ms, stage.p95_ms) == ("decode", 100, 50, 95)


def test_a_single_time_is_every_percentile() -> None:
    stage = decoded(7).summary().stages[0]
    assert (stage.p50_ms, stage.p95_ms) == (7, 7)


def test_a_source_that_counts_from_zero_again_adds_up() -> None:
    tally = Tally()
    for raw_bytes in (100, 500, 20, 30):
        tally.count(SourceState("audio", "running", "m", 0, raw_bytes, 0, 0.0, live=True))
    tally.count(SourceState("video", "running", "m", 0, 1000, 0, 0.0, live=True))
    assert tally.raw_bytes == 1530


def test_what_sources_left_out_is_missed_too() -> None:
    tally = Tally()
    for dropped in (0, 512, 1024, 0, 512):
        tally.count(SourceState("audio", "running", "m", 0, 0, dropped, 0.0, live=True))
    tally.count(SourceState("video", "running", "m", 0, 0, 3, 0.0, live=True))
    tally.count(Dropped(0, 1, 0))
    assert tally.summary().dropped == 1024 + 512 + 3 + 1


def test_seals_are_the_latest_of_each_process() -> None:
    tally = Tally()
    tally.count(SealState("chamber", 1, "A", 1))
    tally.count(SealState("chamber", 2, "C", 1))
    assert [(s.process, s.level) for s in tally.summary().sealed] == [("chamber", "C")]


def test_replies_and_losses_are_counted() -> None:
    tally = Tally()
    tally.count(Dropped(0, 2, 512))
    tally.reply(30)
    summary = tally.summary()
    assert (summary.dropped, summary.answered) == (514, 1)
    assert summary.stages[0].stage == "reply"


def test_who_went_on_was_heard_once_also_after_a_death() -> None:
    tally, entered = Tally(), Totals(count={"Transcript": 5, "Seen": 2})
    tally.resume(entered, answered=1, joined=2)
    assert (tally.heard, tally.seen, tally.answered) == (3, 2, 1)


def test_figures_are_of_the_last_hour_and_the_summary_of_the_run() -> None:
    clock = [0.0]
    tally = Tally(now_s=lambda: clock[0])
    tally.took("words", 900)
    clock[0] = 4000.0
    for milliseconds in (100, 300):
        tally.took("words", milliseconds)
    (hour,), (run,) = tally.figures().stages, tally.summary().stages
    assert (hour.stage, hour.count, hour.p50_ms, hour.p95_ms) == ("words", 2, 100, 300)
    assert (run.count, run.p95_ms) == (3, 900)


def test_a_step_that_was_not_taken_in_the_last_hour_is_out() -> None:
    clock = [0.0]
    tally = Tally(now_s=lambda: clock[0])
    tally.reply(5)
    clock[0] = 4000.0
    assert tally.figures().stages == ()
    assert tally.figures().answered == 1
