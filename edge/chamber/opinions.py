"""Who is asked what was said, and is somebody larger asked too? As `route` says.

Two recognisers share one budget: the larger one comes when the smaller one is not sure, and leaves
when others need the room. While it is there and the smaller one is not, it is asked at once. One
that cannot be used is done without: the smaller one's words stand.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from edge.chamber.asr import Recogniser, Recognition
from edge.chamber.route import Errand, Request, Team
from edge.chamber.spec import Unusable
from edge.signals import Utterance

Opinion = tuple[Team, Recogniser]
"""A recogniser, and the specialists that it consists of."""


class Opinions:
    """Two recognisers that answer as one."""

    def __init__(
        self, smaller: Opinion, larger: Opinion, who_answers: Callable[[Request], Team]
    ) -> None:
        """Ask whom `who_answers` names."""
        (self._small, self._smaller), (self._large, self._larger) = smaller, larger
        self._who_answers = who_answers
        self._first: tuple[int, Team] = -1, ()
        """Where the newest utterance begins, and who is asked first all through it."""
        self._newest: tuple[Recognition | None, Recognition, Recognition] | None = None
        """The newest two opinions, and what was made of them."""

    def warm_up(self) -> None:
        """Run every path of both once."""
        self._smaller.warm_up()
        with suppress(Unusable):
            self._larger.warm_up()

    def learn(self, words: Sequence[str]) -> None:
        """Expect these names and terms from now on, and no others."""
        self._smaller.learn(words)
        self._larger.learn(words)

    def recognise(self, utterance: Utterance, _draft: Recognition | None = None) -> Recognition:
        """Return what was said, as `Recogniser.recognise`.

        Each takes its own newest words for a draft: the other's are of another vocabulary.
        """
        if self._first[0] != utterance.start:
            self._first = utterance.start, self._who_answers(Request(Errand.HEAR))
        if self._first[1] == self._large:
            with suppress(Unusable):
                return self._judged(None, self._larger.recognise(utterance))
        first = self._smaller.recognise(utterance)
        request = Request(Errand.HEAR, self._small, first.confidence)
        if first.rejected or self._who_answers(request) != self._large:
            return first
        with suppress(Unusable):
            return self._judged(first, self._larger.recognise(utterance))
        return first

    def _judged(self, first: Recognition | None, second: Recognition) -> Recognition:
        """Return what two opinions come to: the same object again for the same two."""
        if not self._newest or self._newest[0] is not first or self._newest[1] is not second:
            self._newest = first, second, _better(first, second)
        return self._newest[2]


def _better(first: Recognition | None, second: Recognition) -> Recognition:
    """Return the surer one, with the time that both took."""
    if first is None:
        return replace(second, is_second_opinion=True)
    is_better = not second.rejected and second.confidence >= first.confidence
    return replace(
        second if is_better else first,
        mel_us=first.mel_us + second.mel_us,
        encode_us=first.encode_us + second.encode_us,
        decode_us=first.decode_us + second.decode_us,
        is_second_opinion=is_better,
    )
