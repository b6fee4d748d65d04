"""The counter rule: a packet on its way is no leak, and one byte more is."""

from edge.airlock_pipe import Sample
from edge.launcher.counter_rule import GRACE_S, LEAST_LOOKS, LOOK_AGAIN_S, CounterRule


def looks(*entered_bytes: int, written_bytes: int = 100, waiting_bytes: int = 0) -> CounterRule:
    """Look once every `LOOK_AGAIN_S` at a ledger that holds so many bytes."""
    rule = CounterRule()
    for number, entered in enumerate(entered_bytes):
        sample = Sample(written_bytes, waiting_bytes)
        rule = rule.judge(sample, entered, number * LOOK_AGAIN_S)
    return rule


def is_broken(rule: CounterRule, looks: int) -> bool:
    return rule.is_broken((looks - 1) * LOOK_AGAIN_S)


ENOUGH = max(LEAST_LOOKS, round(GRACE_S / LOOK_AGAIN_S) + 1)


def test_what_waits_in_the_pipe_is_no_leak() -> None:
    rule = looks(*[60] * ENOUGH, waiting_bytes=40)
    assert rule == CounterRule(agreed_bytes=100)


def test_a_packet_between_pipe_and_ledger_is_no_leak() -> None:
    rule = looks(*[60] * (ENOUGH - 1), 100)
    assert not is_broken(rule, ENOUGH)


def test_a_packet_on_its_way_at_every_other_look_is_no_leak() -> None:
    rule = looks(*[60, 100] * ENOUGH)
    assert not is_broken(rule, 2 * ENOUGH)


def test_one_byte_more_is_a_leak() -> None:
    assert is_broken(looks(*[99] * ENOUGH), ENOUGH)


def test_a_ledger_that_claims_more_than_was_written_is_no_better() -> None:
    assert is_broken(looks(*[101] * ENOUGH), ENOUGH)


def test_a_slow_runtime_is_given_its_looks() -> None:
    rule = CounterRule().judge(Sample(100, 0), 60, 0.0).judge(Sample(100, 0), 60, 10.0)
    assert not rule.is_broken(10.0)
