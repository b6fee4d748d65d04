"""How often may a reasoner be asked, and what did it cost?"""

from collections.abc import Mapping

from wallet import Wallet

from edge.config import Reasoner
from edge.reason.purse import Purse, Spent

HOME = Reasoner(url="http://home/v1", questions_a_day=2, price_per_1000_tokens=0.5)
CLOUD = Reasoner(url="http://cloud/v1", model="big")


class Full(Wallet):
    def keep_facts(self, facts: Mapping[str, float]) -> None:
        raise OSError(f"no room for {len(facts)}")


def test_a_cap_holds_over_a_restart_and_ends_with_the_day() -> None:
    kept, day = Wallet(), 700_000
    for _ in range(2):
        purse = Purse(kept, lambda: day)
        assert not purse.is_spent(HOME)
        purse.count(HOME)
    assert Purse(kept, lambda: day).is_spent(HOME)
    assert not Purse(kept, lambda: day + 1).is_spent(HOME)


def test_each_is_counted_for_itself_and_without_a_cap_never_spent() -> None:
    purse = Purse(Wallet(), lambda: 1)
    for _ in range(9):
        purse.count(CLOUD)
    assert not purse.is_spent(CLOUD)
    assert purse.today(HOME) == Spent(1)


def test_money_is_summed_by_the_day() -> None:
    purse = Purse(Wallet(), lambda: 1)
    purse.count(HOME)
    assert purse.pay(HOME, 1000) == "0.5000 for 1000 tokens; 0.5000 today, 1 question"
    purse.count(HOME)
    assert purse.pay(HOME, 500) == "0.2500 for 500 tokens; 0.7500 today, 2 questions"


def test_where_it_cannot_be_written_down_this_process_counts_on() -> None:
    purse = Purse(Full(), lambda: 1)
    purse.count(HOME)
    purse.count(HOME)
    assert purse.is_spent(HOME)
