"""Of which groups of words is a sentence made? Pure: text in, names of features out.

Who a sentence is for shows less in what it is about than in its frame: "did you _ the _", "set a _
for # minutes". So words stand for themselves where they belong to the frame, and for their ending
where they belong to the matter; numbers are all one. Nothing here needs punctuation, which small
recognisers forget.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from edge.recall.words import listed

MOST_WORDS: Final = 40
WORDS: Final = "w"
"""With this begin the names of groups of words as they were said, and no other name."""
LONGEST_GROUP: Final = 3
"""Of words as they were said."""
LONGEST_FRAME: Final = 5
"""Of frame words and gaps."""
_LONG: Final = 4
"""Letters of a word that has an ending."""
_TOKEN: Final = re.compile(r"[a-z]+|\d+|'[a-z]+")
_NEGATION: Final = re.compile(r"n't\b")
_END: Final = re.compile(r"([?!.])\W*$")
_NAME_LAST: Final = re.compile(r", [A-Z][a-z']+[.?!]*$")
_CALL_FIRST: Final = re.compile(r"[A-Z][a-z']+[,!]")
_NUMBERS: Final = listed(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    thousand"""
)
_FRAME: Final = listed(
    """a an the and or but so if then than as at by for from in into of off on onto to up down out
    over with without about is are was were be been being am do does did done have has had having
    can could will would shall should may might must i me my mine myself we us our ours you your
    yours yourself he him his she her hers it its they them their this that these those there here
    what which who whom whose when where why how not no yes yeah ok okay please just again also very
    really too some any every each all both much many more most let got get gets go going come say
    said says tell told know remember remind note set add put take make write read show give find
    look see hear ask call want need like think wait hold stop start cancel delete forget keep save
    timer alarm list reminder notes minute minutes hour hours second seconds time day today tomorrow
    tonight last next now already ever still thing something anything nothing somebody someone
    anybody anyone everybody everyone everything hello hi hey thanks thank sorry excuse good oh well
    right um uh er hmm long far old tall late often one first left 's 'm 're 've 'll 'd 'nt before
    after until till ago because while spell mean means translate define explain describe summarize
    summarise wake sure never always maybe only even back way gonna wanna mum mom dad darling honey
    love sweetheart sir madam guys kids mate dear buddy dude bro man boss doctor boy girl"""
)
_ENDINGS: Final = ("ing", "ed", "ly")


def groups(text: str) -> set[str]:
    """Return the names of a text's groups of words, of its frame, and of its punctuation."""
    words = tokens(text)
    said = ["^", *words, "$"]
    frame = ["^", *map(_framed, words), "$"]
    found = {f"{WORDS}{word}" for word in words}
    found.update(f"{WORDS}{group}" for group in _runs(said, 2, LONGEST_GROUP))
    found.update(f"s{group}" for group in _runs(frame, 2, LONGEST_FRAME))
    found.update(f"k{one} {other}" for one, other in zip(frame, frame[2:], strict=False))
    found.update(_written(text, frame))
    found.add(f"n{min(len(words), 16)}")
    return found


def tokens(text: str) -> list[str]:
    """Return a text's words, what follows an apostrophe by itself, and # for each number."""
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    found = _TOKEN.findall(_NEGATION.sub(" 'nt", plain))[:MOST_WORDS]
    return ["#" if word[0].isdigit() else word for word in found]


def _framed(word: str) -> str:
    """Return a word of the frame, or what is left of a word of the matter."""
    if word in _FRAME:
        return word
    if word in _NUMBERS or word == "#":
        return "#"
    if len(word) > _LONG and (ending := next(filter(word.endswith, _ENDINGS), None)):
        return f"_{ending}"
    return "_s" if word.endswith("s") and not word.endswith("ss") else "_"


def _runs(words: Sequence[str], shortest: int, longest: int) -> Iterator[str]:
    for length in range(shortest, longest + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def _written(text: str, frame: Sequence[str]) -> Iterator[str]:
    """Name what a recogniser wrote beside the words, if it wrote any of it."""
    ended = _END.search(text)
    end = ended[1] if ended else "0"
    yield f"e{end}"
    yield f"e{end}{frame[1]}"
    yield f"e{end}{' '.join(frame[1:3])}"
    yield f"c{min(text.count(','), 2)}"
    if _NAME_LAST.search(text):
        yield "name last"
    if _CALL_FIRST.match(text):
        yield f"called first {frame[1]}"
