"""Bytes <-> messages at the chamber's only exit. No I/O in here.

One message is one packet of at most `MAX_MESSAGE_BYTES` (the pipe is in packet mode, so that a
packet is whole or absent). The receiver checks everything again: length, type, every cap, the
form of every text, the names of things; `edge/runtime/border.py` goes on with times and budgets.
Any `Violation` ends the chamber, never the runtime.

A text leaves in its plain form only, which shows a reader all that is in it.
"""

import re
import unicodedata
from typing import Final, TypeVar

import msgspec

from edge import labels
from edge.messages import Enters, Hello, HomeHeard, Leaves, Saying, Seen, Transcript

MAX_MESSAGE_BYTES: Final = 2048
"""Below PIPE_BUF (4096), so a write is atomic."""

CHARACTERS_PER_S: Final = 25
"""Of claimed speech. Nobody speaks faster; the recogniser's own limit is some 40."""
CHARACTERS_BESIDES: Final = 80
"""The recogniser's 20 tokens besides, of four characters each: words at the edges of speech, which
the gate did not count as such. 28 s, the longest utterance, come to 780 characters."""

MOST_MARKS: Final = 5
"""Accents, vowel signs and the like upon one letter: Burmese needs so many."""
UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U00016fe4"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What takes no room on a page, or shows nothing in it: joiners, variation selectors, tags,
fillers, blanks. Many of them count as printable letters, and any of them could carry bits."""

MAYBE_MARKS: Final = re.compile(rf"[^\w\s]{{{MOST_MARKS + 1}}}")
"""Too many of what is neither a letter, nor a digit, nor a space: marks, or only dots."""

_T = TypeVar("_T")
_encoder = msgspec.msgpack.Encoder()
_leaves: "msgspec.msgpack.Decoder[Leaves]" = msgspec.msgpack.Decoder(Leaves)
_enters: "msgspec.msgpack.Decoder[Enters]" = msgspec.msgpack.Decoder(Enters)


class Violation(ValueError):
    """The peer said something that is not on the list."""


class CannotLeave(TypeError):
    """We tried to say something that is not on the list: a bug of ours."""


def encode(message: Leaves | Enters) -> bytes:
    """Return the packet of a message; raise CannotLeave for anything that is none."""
    if not isinstance(message, Leaves | Enters):
        raise CannotLeave(f"{type(message).__name__} is not a message")
    try:
        packet = _encoder.encode(message)
    except TypeError:
        raise CannotLeave(f"{type(message).__name__} holds something that is no message") from None
    if len(packet) > MAX_MESSAGE_BYTES:
        raise CannotLeave(f"{type(message).__name__} of {len(packet)} bytes is over the cap")
    decoder = _leaves if isinstance(message, Leaves) else _enters
    try:
        decoder.decode(packet)  # msgspec checks types and caps when decoding, not when building
    except msgspec.ValidationError as error:
        raise CannotLeave(str(error)) from None
    return packet


def fitting(message: Leaves) -> Leaves:
    """Return a message without those of its last words for which a packet has no room."""
    while (over := len(_encoder.encode(message)) - MAX_MESSAGE_BYTES) > 0:
        if isinstance(message, Seen) and message.lines:
            message = msgspec.structs.replace(message, lines=message.lines[:-1])
        elif isinstance(message, Transcript | HomeHeard) and message.text:
            kept = message.text.encode()[:-over].decode("utf-8", "ignore")
            message = msgspec.structs.replace(message, text=kept.rstrip())
        else:
            break
    return message


def decode_leaving(packet: bytes) -> Leaves:
    """Check and decode what the chamber sent; raise Violation."""
    message = _decode(_leaves, packet)
    if not all(map(is_plain, _texts(message))):
        raise Violation("a text that is not in its plain form")
    if isinstance(message, Seen) and not {thing.label for thing in message.things} <= labels.KNOWN:
        raise Violation("a thing that is not in the vocabulary")
    return message


def decode_entering(packet: bytes) -> Enters:
    """Check and decode what the chamber is told; raise Violation."""
    return _decode(_enters, packet)


def _decode(decoder: "msgspec.msgpack.Decoder[_T]", packet: bytes) -> _T:
    if len(packet) > MAX_MESSAGE_BYTES:
        raise Violation(f"a packet of {len(packet)} bytes, the cap is {MAX_MESSAGE_BYTES}")
    try:
        return decoder.decode(packet)
    except msgspec.MsgspecError as error:
        raise Violation(f"not a message: {error}") from None
    except UnicodeDecodeError:  # msgspec's own it is not
        raise Violation("not a message: a text that is no UTF-8") from None


def _texts(message: Leaves) -> tuple[str, ...]:
    match message:
        case Transcript() | Saying() | HomeHeard():
            return (message.text,)
        case Seen():
            return tuple(line.text for line in message.lines)
        case Hello():
            return tuple(model.name for model in message.models)
        case _:
            return ()


def most_characters(start_ms: int, end_ms: int) -> int:
    """Return the longest text that can have been said in a stretch of speech."""
    return CHARACTERS_BESIDES + CHARACTERS_PER_S * max(0, end_ms - start_ms) // 1000


def plain(text: str, most: int | None = None) -> str:
    """Return the form in which a text may leave, cut to so many characters if that is asked.

    NFC, single spaces, nothing invisible, and few marks upon one letter. A plain text stays as it
    is, also without its end.
    """
    if not (text.isascii() and text.isprintable()):
        text = _with_few_marks(unicodedata.normalize("NFC", visible(text)))
    return " ".join(text.split())[:most].rstrip()


def is_plain(text: str) -> bool:
    """Say whether a text shows a reader all that is in it."""
    return plain(text) == text


def visible(text: str) -> str:
    """Return a text without what shows a reader nothing; line ends and controls become spaces."""
    text = UNSEEN.sub("", text)
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def _with_few_marks(text: str) -> str:
    if not MAYBE_MARKS.search(text):
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
