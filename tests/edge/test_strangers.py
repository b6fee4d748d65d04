import pytest

from edge.strangers import (
    FOR_KNOWN,
    MOST_ADDRESSES,
    MOST_STRANGERS,
    Strangers,
    is_near,
    is_ours,
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "192.168.1.7",
        "10.1.2.3",
        "100.64.3.2",
        "fe80::1%eth0",
        "fd12::1",
        "::ffff:10.0.0.1",
    ],
)
def test_who_is_at_home_may_connect(address: str) -> None:
    assert is_near(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "172.32.0.1"])
def test_who_is_elsewhere_may_not(address: str) -> None:
    assert not is_near(address)
    assert not Strangers().may_connect(address, 0.0, 0)


def test_one_address_cannot_use_up_what_is_for_all() -> None:
    strangers = Strangers()
    flood = [strangers.may_connect("10.0.0.66", second / 100, 0) for second in range(3000)]
    assert sum(flood) < 24 + 4 * 30 + 2
    assert strangers.may_connect("10.0.0.7", 30.0, 0)


def test_who_holds_every_place_for_strangers_does_not_shut_out_a_phone() -> None:
    strangers = Strangers()
    strangers.was_let_in("10.0.0.7")
    assert strangers.may_connect("10.0.0.7", 0.0, MOST_STRANGERS)
    assert not strangers.may_connect("10.0.0.66", 0.0, MOST_STRANGERS)
    assert not strangers.may_connect("10.0.0.7", 0.0, MOST_STRANGERS + FOR_KNOWN)


def test_many_addresses_do_not_shut_out_a_phone_that_was_let_in() -> None:
    strangers = Strangers()
    strangers.may_connect("10.0.0.7", 0.0, 0)
    strangers.was_let_in("10.0.0.7")
    for number in range(200):
        strangers.may_connect(f"10.0.1.{number}", 0.0, 0)
    assert not strangers.may_connect("10.0.2.1", 0.0, 0)
    assert strangers.may_connect("10.0.0.7", 0.0, 0)


def test_a_wrong_proof_costs_five_connections() -> None:
    strangers = Strangers()
    tries = 0
    while strangers.may_connect("10.0.0.66", 0.0, 0):
        strangers.was_wrong("10.0.0.66", 0.0)
        tries += 1
    assert tries <= 5


def test_a_household_of_ipv6_is_one_address_and_memory_is_bounded() -> None:
    strangers = Strangers()
    assert sum(strangers.may_connect(f"fd00::{n:x}", 0.0, 0) for n in range(100)) == 24
    for number in range(2 * MOST_ADDRESSES):
        strangers.may_connect(f"10.1.{number // 256}.{number % 256}", 0.0, 0)
    assert len(strangers._of_address) == MOST_ADDRESSES


def test_only_so_many_strangers_are_let_stand_at_once() -> None:
    assert not Strangers().may_connect("10.0.0.7", 0.0, MOST_STRANGERS)


@pytest.mark.parametrize(
    ("host", "reached", "is_it"),
    [
        ("192.168.1.4:8757", ("192.168.1.4", 8757), True),
        ("192.168.1.4:8757", ("::ffff:192.168.1.4", 8757), True),
        ("[fd00::2]:8757", ("fd00::2", 8757), True),
        ("Box.local:8757", ("192.168.1.4", 8757), True),
        ("localhost:8757", ("127.0.0.1", 8757), True),
        ("localhost:8757", ("192.168.1.4", 8757), False),
        ("192.168.1.4", ("192.168.1.4", 8757), False),
        ("evil.example:8757", ("192.168.1.4", 8757), False),
        ("192.168.1.5:8757", ("192.168.1.4", 8757), False),
        ("", ("192.168.1.4", 8757), False),
    ],
)
def test_a_host_is_the_address_that_was_reached(
    host: str, reached: tuple[str, int], is_it: bool
) -> None:
    assert is_ours(host, reached, ("box.local",)) is is_it
