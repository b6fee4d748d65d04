"""What goes on around the wearer: who speaks, who is there, what has been in view for how long?

Folded from what leaves the chamber, like the context, but of other things: it holds no words that
were said. Milliseconds since the run began.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from edge.attention import CENTRE, Point, around, attended
from edge.messages import Leaves, Overheard, Seen, Speaker, SpeechStarted, Transcript, Unclear
from edge.recall import company
from edge.recall.words import tokens

NEVER: Final = -(2**40)
PERSON: Final = "person"
LONGEST_SPEECH_MS: Final = 30_000
"""Speech whose end was not told is over by then."""
CALL_MS: Final = 45_000
"""So long the other end of a telephone call may speak unheard."""
PEOPLE_MS: Final = 5_000
"""Who left the view is not gone at once."""
VIEW_MS: Final = 120_000
"""Of a camera that tells no more it is not known for longer who is in view."""
KEPT_TEXTS: Final = 12
KEPT_MS: Final = 20 * 60_000
"""Who comes back to a text after less has not arrived again."""
ALIKE: Final = 0.7
"""Of the words of two readings of one text so many are the same."""
GONE_MS: Final = 15_000
"""A text that was out of view for longer comes anew."""
_TO_SOMEBODY: Final = re.compile(
    r"\b(?:you|your|anybody|anyone|everybody|everyone|guys|folks)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Text:
    """A block of text in view."""

    words: str
    """Its lines, with " / " between them."""
    since_ms: int
    until_ms: int
    is_looked_at: bool
    """Whether it is what the wearer looks at, or lies beside that."""
    came_back_ms: int = NEVER
    """When it had been in view before it came; `NEVER` where it had not."""


@dataclass(frozen=True, slots=True)
class Around:
    """The state of things."""

    now_ms: int = 0
    others_until_ms: int = NEVER
    """When somebody else, or somebody who cannot be told from others, was last heard."""
    speaking_since_ms: int | None = None
    call_until_ms: int = NEVER
    people_until_ms: int = NEVER
    """When somebody was last in view."""
    view: Seen | None = None
    view_until_ms: int = NEVER
    texts: tuple[Text, ...] = ()
    """The newest last; those out of view for a while."""

    def is_spoken(self) -> bool:
        """Say whether somebody speaks at this moment."""
        since_ms = self.speaking_since_ms
        return since_ms is not None and self.now_ms - since_ms < LONGEST_SPEECH_MS

    def has_people(self) -> bool:
        """Say whether somebody is in view, or was a moment ago; a view holds for a while."""
        since_ms = self.now_ms - self.people_until_ms
        holds_ms = VIEW_MS if self.view and _has_people(self.view) else PEOPLE_MS
        return since_ms < holds_ms

    def in_view(self) -> tuple[Text, ...]:
        """Return the texts that are in view."""
        return tuple(t for t in self.texts if t.until_ms == self.view_until_ms)


def fold(was: Around, event: Leaves, now_ms: int, point: Point = CENTRE) -> Around:
    """Return the state after a message; `now_ms` is the moment by the run's clock."""
    state = replace(was, now_ms=max(was.now_ms, now_ms))
    match event:
        case SpeechStarted():
            return replace(state, speaking_since_ms=state.now_ms)
        case Overheard():
            return replace(state, speaking_since_ms=None, others_until_ms=state.now_ms)
        case Unclear():
            return replace(state, speaking_since_ms=None)
        case Transcript():
            return _heard(replace(state, speaking_since_ms=None), event)
        case Seen():
            return _seen(state, event, point)
        case _:
            return state


def passed(was: Around, now_ms: int, view_until_ms: int) -> Around:
    """Return the state after some time in which the view stayed as it was until a moment."""
    state = replace(was, now_ms=max(was.now_ms, now_ms))
    until_ms = max(was.view_until_ms, view_until_ms)
    if state.view is None or until_ms == was.view_until_ms:
        return state
    there = was.in_view()
    texts = tuple(replace(t, until_ms=until_ms) if t in there else t for t in state.texts)
    people_ms = until_ms if _has_people(state.view) else state.people_until_ms
    return replace(state, view_until_ms=until_ms, texts=texts, people_until_ms=people_ms)


def _heard(state: Around, heard: Transcript) -> Around:
    if heard.speaker is not Speaker.WEARER:
        return replace(state, others_until_ms=state.now_ms)
    in_call = state.now_ms <= state.call_until_ms
    if company.CALL_ENDS.search(heard.text):
        return replace(state, call_until_ms=NEVER)
    if in_call or company.CALL_BEGINS.match(heard.text):
        return replace(state, call_until_ms=state.now_ms + CALL_MS)
    if _TO_SOMEBODY.search(heard.text):  # whoever that is, is there
        return replace(state, others_until_ms=state.now_ms)
    return state


def _seen(state: Around, seen: Seen, point: Point) -> Around:
    looked_at = attended(seen.things, seen.lines, point).lines
    is_central = bool(looked_at) and _holds(around(looked_at), point)
    rest = tuple(line for line in seen.lines if line not in looked_at)
    came = [
        _came(state, " / ".join(line.text for line in lines), is_looked_at=is_looked_at)
        for lines, is_looked_at in ((looked_at, is_central), (rest, False))
        if lines
    ]
    gone = tuple(
        text
        for text in state.texts
        if state.now_ms - text.until_ms < KEPT_MS
        and not any(are_alike(text.words, new.words) for new in came)
    )
    people_ms = state.now_ms if _has_people(seen) else state.people_until_ms
    return replace(
        state,
        view=seen,
        view_until_ms=state.now_ms,
        texts=(*gone, *came)[-KEPT_TEXTS:],
        people_until_ms=people_ms,
    )


def _came(state: Around, words: str, *, is_looked_at: bool) -> Text:
    before = next((text for text in state.texts if are_alike(text.words, words)), None)
    if before is None:
        return Text(words, state.now_ms, state.now_ms, is_looked_at)
    if state.now_ms - before.until_ms > GONE_MS and before not in state.in_view():
        return Text(words, state.now_ms, state.now_ms, is_looked_at, before.until_ms)
    return replace(before, words=words, until_ms=state.now_ms, is_looked_at=is_looked_at)


def are_alike(words: str, others: str) -> bool:
    """Say whether two readings are of the same text: a reader errs in a letter now and then."""
    mine, theirs = set(tokens(words)), set(tokens(others))
    return words == others or len(mine & theirs) >= ALIKE * max(1, len(mine | theirs))


def _holds(box: tuple[int, int, int, int], point: Point) -> bool:
    left, top, right, bottom = box
    return left <= point[0] <= right and top <= point[1] <= bottom


def _has_people(seen: Seen) -> bool:
    return seen.faces > 0 or any(thing.label == PERSON for thing in seen.things)
