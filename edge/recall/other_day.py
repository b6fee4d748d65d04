"""Is a sentence of another day than its question? "Tomorrow", said on Monday, is Tuesday. Pure."""

import re
from datetime import date, timedelta
from typing import Final

from edge.evidence import Note, Question, date_of
from edge.recall.stance import is_done
from edge.search.when import DAYS, stretch

_PART: Final = re.compile(
    r"\bthis (?:morning|noon|afternoon|evening)\b|\btonight\b|\bright now\b", re.IGNORECASE
)
_OF_DAY: Final = re.compile(
    r"\b(yesterday) (?:morning|noon|afternoon|evening|night)\b", re.IGNORECASE
)
_WEEK: Final = 7


def clashes(question: Question, sentence: str, note: Note) -> bool:
    """Say whether a question names a day or a stretch of time, and a sentence is of another."""
    now_s = question.now.wall_s
    asked = _OF_DAY.sub(r"\1", _PART.sub("today", question.text.lower()))
    wanted = _named(asked, now_s, is_past=is_done(asked))
    told = _named(sentence.lower(), note.at_wall_s, is_past=False)
    if wanted and told:
        return not wanted & told
    if wanted:
        return date_of(note.at_wall_s) not in wanted
    past = stretch(asked, now_s)
    if past is None or past.holds(note.at_wall_s):
        return False
    spoken = stretch(sentence, note.at_wall_s)
    return spoken is None or not spoken.meets(past)


def _named(text: str, at_s: float, *, is_past: bool) -> set[date]:
    """Return the days that a text of some moment names: today, tomorrow, a weekday."""
    today = date_of(at_s)
    words = set(re.findall(r"[a-z]+", text))
    found: set[date] = set()
    for word, ahead in (("today", 0), ("tonight", 0), ("tomorrow", 1), ("yesterday", -1)):
        if word in words:
            found.add(today + timedelta(days=ahead))
    for place, name in enumerate(DAYS):
        if name in words:
            ahead = (place - today.weekday()) % _WEEK
            days = (ahead - _WEEK, ahead) if is_past or not ahead else (ahead, ahead - _WEEK)
            found |= {today + timedelta(days=each) for each in (days[:1] if is_past else days)}
    return found
