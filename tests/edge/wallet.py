"""Numbers that are kept, as the notes keep them."""

from collections.abc import Mapping


class Wallet(dict[str, float]):
    """The facts of a purse."""

    def fact(self, name: str) -> float:
        return self.get(name, 0.0)

    def keep_facts(self, facts: Mapping[str, float]) -> None:
        self.update(facts)
