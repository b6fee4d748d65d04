"""What does the wearer say to an offer just after it? "Yes please", "not now", or "never"."""

import re
from typing import Final

from edge.messages import OfferVerdict
from edge.recall import phrases

_AGAIN: Final = r"(?:[, ]+(?:please|thanks|thank\ you|again|any\ ?more|ever|now))*[.!]*$"
_YES: Final = re.compile(
    rf"""^(?:(?:yes|yeah|yep|sure|okay|ok|please|good|great|perfect|thanks|thank\ you|right)
    (?:[, ]+(?:please|thanks|thank\ you|do|go\ ahead|tell\ me|show\ me))*|
    go\ ahead|do(?:\ it|\ that)?|tell\ me(?:\ more)?|show\ me|i'd\ like\ that){_AGAIN}""",
    re.IGNORECASE | re.VERBOSE,
)
_NO: Final = re.compile(
    rf"""^(?:(?:no|nope|nah)(?:[, ]+(?:not\ now|i\ know|it's\ (?:fine|okay|ok)))*|not\ now|
    (?:maybe\ )?later|never\ mind|leave\ it|skip\ (?:it|that)|i\ (?:already\ )?know(?:\ that)?
    ){_AGAIN}""",
    re.IGNORECASE | re.VERBOSE,
)
_NEVER: Final = re.compile(
    rf"""^(?:please,?\ )?(?:stop|quit|no\ more|never|don't(?:\ ever)?)[ ]
    (?:offer(?:ing|s)?|remind(?:ing|ers)?|show(?:ing)?|tell(?:ing)?|suggest(?:ing|ions)?|
      read(?:ing)?)
    (?:\ me)?(?:\ (?:about\ |of\ )?(?:that|this|these|those|it|(?:such\ )?things(?:\ like\ that)?))?
    {_AGAIN}""",
    re.IGNORECASE | re.VERBOSE,
)


def verdict(text: str) -> OfferVerdict | None:
    """Return what an utterance says of an offer; None where it is about something else."""
    plain = phrases.FILLER.sub("", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).strip()
    ways: tuple[tuple[re.Pattern[str], OfferVerdict], ...] = (
        (_NEVER, "stop"),
        (_YES, "accept"),
        (_NO, "dismiss"),
    )
    for said in (text.strip(), plain):
        for pattern, meant in ways:
            if pattern.match(said):
                return meant
    return None
