"""Which words carry a sentence's meaning, and how alike are two of them? Pure.

Rules for English as a speech recogniser spells it: case and punctuation do not matter, endings are
cut, irregular forms and a few relatives are known, and one wrong letter in a long word is forgiven.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import takewhile
from math import log
from typing import Final

_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_SENTENCE: Final = re.compile(r"(?<=[.?!])\s+(?=\S)")
_VOWEL: Final = re.compile(r"[aeiouy]")
_LONG: Final = 3
"""Words of so few letters have no ending to cut."""
_FUZZY_FROM: Final = 5
"""Letters a word must have before one wrong letter is forgiven."""
_NEARLY: Final = 0.8
"""Likeness of a relative, a misspelling or a homophone."""


def listed(words: str) -> frozenset[str]:
    """Return words that stand in one string."""
    return frozenset(words.split())


def _paired(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


_STOP: Final = listed(
    """a an the and or but so if then than as at by for from in into of off on onto to up down out
    over under with without about is are was were be been being am do does did done doing have has
    had having can could will would shall should may might must i me my mine myself we us our ours
    you your yours he him his she her hers it its they them their theirs this that these those
    there here what which who whom whose when where why how not no yes yeah ok okay please just
    again also very really too some any every each all both much many more most lot let got get
    gets getting don didn doesn isn wasn aren weren won couldn wouldn shouldn haven hasn ain hey um
    uh er oh well now already ever still thing things stuff something anything nothing somebody
    someone anybody anyone ago long last time while until because before after during between ll ve
    re s t d m one ones exactly actually"""
)
_IRREGULAR: Final = _paired(
    """left:leave laid:lay lain:lie lying:lie kept:keep hid:hide hidden:hide stuck:stick said:say
    says:say told:tell spoke:speak spoken:speak heard:hear meant:mean saw:see seen:see went:go
    gone:go took:take taken:take gave:give given:give bought:buy brought:bring met:meet found:find
    lost:lose came:come knew:know known:know thought:think made:make paid:pay sent:send lent:lend
    sold:sell wrote:write written:write ate:eat eaten:eat drank:drink began:begin begun:begin
    broke:break broken:break children:child people:person men:man women:woman feet:foot teeth:tooth
    mice:mouse knives:knife wives:wife lives:live leaves:leave dying:die tying:tie agreed:agree
    mum:mother
    mom:mother mummy:mother mommy:mother dad:father daddy:father dr:doctor cellphone:phone
    smartphone:phone mobile:phone spectacles:glasses eyeglasses:glasses bicycle:bike
    television:tv telly:tv couch:sofa automobile:car photograph:photo picture:photo
    ran:run rode:ride ridden:ride drove:drive driven:drive slept:sleep flew:fly flown:fly
    swam:swim swum:swim grew:grow grown:grow wore:wear worn:wear chose:choose chosen:choose
    stole:steal stolen:steal fell:fall fallen:fall felt:feel forgot:forget forgotten:forget
    taught:teach caught:catch fought:fight built:build rang:ring rung:ring sang:sing sung:sing
    sat:sit stood:stand won:win spent:spend threw:throw thrown:throw drew:draw drawn:draw
    held:hold led:lead fed:feed bled:bleed shot:shoot shook:shake shaken:shake woke:wake
    woken:wake froze:freeze frozen:freeze hung:hang dug:dig bent:bend burnt:burn learnt:learn
    dreamt:dream understood:understand became:become sank:sink sunk:sink tore:tear torn:tear
    bit:bite bitten:bite blew:blow blown:blow swept:sweep wept:weep crept:creep dealt:deal
    knelt:kneel sought:seek swore:swear sworn:swear
    two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12
    thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20"""
)
_ENDINGS: Final = frozenset(
    ("", *listed("ic al y er or ion ation ment ance ence ery ist man ive abl ly ness ful i it ti"))
)
"""With which English derives words from words."""
_WHOLE: Final = listed("news bus evening building ceiling morning thing anything during bring")
_RELATED_WORDS: Final = _paired(
    """car:park,vehicle,van park:car,garage name:call title:call,name
    medicine:pill,medication,tablet pill:medicine,tablet dosage:dose,pill,tablet,milligram
    doctor:physician
    price:cost,pay,euro,dollar,pound cost:price,pay,euro,dollar,pound bill:cost,pay
    address:street,road,avenue live:home,house,street,apartment,flat supermarket:grocery,buy
    grocery:supermarket,buy bag:luggage,suitcase,handbag,backpack luggage:bag,suitcase
    purse:handbag,wallet laptop:computer computer:laptop boss:manager flight:plane,airport
    plane:flight drink:coffee,tea,water mug:cup cup:mug tv:remote,television birthday:born
    code:password,pin password:code"""
)


def tokens(text: str) -> list[str]:
    """Return a text's words in lower case, without what follows an apostrophe."""
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return [token.split("'")[0] for token in _TOKEN.findall(plain)]


def sentences(text: str) -> list[str]:
    """Return the sentences of an utterance."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return what stays of a word in lower case when its ending is cut."""
    known = _IRREGULAR.get(word, word)
    if known in _WHOLE or len(known) <= _LONG:
        return known
    return _drop_e(_drop_tense(_drop_plural(known)))


def _drop_plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _drop_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= _LONG and _VOWEL.search(rest):
            return rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "ls" else rest
    return word


def _drop_e(word: str) -> str:
    return word.removesuffix("e") if len(word) > _LONG else word


def stems(words: str) -> frozenset[str]:
    """Return the stems of listed words."""
    return frozenset(map(stem, words.split()))


ATTRIBUTES: Final = stems(
    """name title call number colour color day date kind sort type word price cost code address
    month year today tomorrow yesterday morning evening afternoon night tonight week good new"""
)
"""Stems that say what is asked of a thing rather than which thing it is."""
PUTTING: Final = stems("put leave place set lay store keep hide drop stash stick lie move")
SAYING: Final = stems("say tell mention talk speak ask mean discuss explain hear call")
_VERBS_OF_ASKING: Final = PUTTING | SAYING | stems("see look remember know go take need find have")
_RELATED: Final = {
    stem(word): stems(others.replace(",", " ")) for word, others in _RELATED_WORDS.items()
}


def content(text: str) -> list[str]:
    """Return the stems of a text's words that are not mere grammar, each once, in order."""
    return list(dict.fromkeys(stem(word) for word in tokens(text) if word not in _STOP))


def spellings(text: str) -> list[str]:
    """Return the words to search a text index for: those of a text, their forms and relatives."""
    spoken = [word for word in tokens(text) if word not in _STOP]
    known = {_IRREGULAR.get(word, word) for word in spoken} | set(spoken)
    forms = {form for form, word in _IRREGULAR.items() if word in known}
    related = {
        other
        for word, others in _RELATED_WORDS.items()
        if stem(word) in map(stem, known)
        for other in others.split(",")
    }
    return sorted(known | forms | related)


def subject(text: str) -> list[str]:
    """Return `content` without verbs of putting, saying and asking, unless nothing else is left."""
    found = content(text)
    return [word for word in found if word not in _VERBS_OF_ASKING] or found


@lru_cache(maxsize=16384)
def likeness(asked: str, heard: str) -> float:
    """Return how much one stem stands for another: 1 the same, 0 not at all."""
    if asked == heard:
        return 1.0
    if heard in _RELATED.get(asked, ()):
        return _NEARLY
    if min(len(asked), len(heard)) >= _FUZZY_FROM and _one_letter_apart(asked, heard):
        return _NEARLY
    if _sound(asked) == _sound(heard) or _of_one_root(asked, heard):
        return _NEARLY
    return 0.0


def _of_one_root(first: str, second: str) -> bool:
    """Say whether two stems differ in a derived ending only: allergic and allergy."""
    letters = zip(first, second, strict=False)
    root = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], letters))
    return root >= _FUZZY_FROM and {first[root:], second[root:]} <= _ENDINGS


def _one_letter_apart(first: str, second: str) -> bool:
    """Say whether one letter less, more or different makes two words equal."""
    if abs(len(first) - len(second)) > 1 or first[0] != second[0] or first.isdigit():
        return False
    start = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if start is None:
        return True
    rest_a, rest_b = first[start:], second[start:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


@lru_cache(maxsize=8192)
def _sound(word: str) -> str:
    """Return a rough spelling by sound: Katherine and Catherine, Jon and John agree."""
    if len(word) <= 2 or word.isdigit():  # noqa: PLR2004 (letters: too short to be misheard alike)
        return word
    spelled = word.replace("ph", "f").replace("ck", "k").replace("q", "k")
    spelled = re.sub(r"c(?=[eiy])", "s", spelled).replace("c", "k").replace("z", "s")
    spelled = spelled[0] + spelled[1:].replace("h", "").replace("y", "i")
    return re.sub(r"(.)\1+", r"\1", spelled)


def best_match(asked: str, heard: Iterable[str]) -> float:
    """Return the best `likeness` of a stem among those heard."""
    return max((likeness(asked, word) for word in heard), default=0.0)


def rarity(asked: Sequence[str], corpus: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the weight of each stem: the fewer of the texts hold it, the heavier."""
    found = {word: sum(best_match(word, text) > 0 for text in corpus) for word in asked}
    return {
        word: (0.3 if word in ATTRIBUTES else 1.0) * (1 + log((len(corpus) + 1) / (count + 1)))
        for word, count in found.items()
    }


def coverage(weights: dict[str, float], heard: Sequence[str]) -> float:
    """Return which share of the weighted stems a text has, 0 to 1."""
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weight * best_match(word, heard) for word, weight in weights.items()) / total
