"""What do notes become when they are looked back on? Episodes, people, promises, open questions.

Every note that is made here rests on those that it was made of: who forgets one of them forgets it
too, and the rest is looked back on again. Nothing that others said in passing is ever here: it was
never a note. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from edge.digest import people, sentences
from edge.digest.sentences import Sentence
from edge.evidence import Note, date_of, labels_of, lines_of, time_of_day
from edge.promises import KEPT_SOURCE, SOURCE, promise_in, promises
from edge.recall import words
from edge.repeats import distinct, is_same_line
from edge.search.ranking import CONVERSATION_GAP_S

EPISODE: Final = "episode"
PERSON: Final = "person"
OPEN_QUESTION: Final = "open question"
"""What made a `derived` note."""
MOST_NOTES: Final = 60
"""Of one episode: an hour of talk is several."""
NOTES_A_SENTENCE: Final = 4
"""An episode is told in two sentences, and in one more for so many notes."""
MOST_SENTENCES: Final = 5
MOST_OF_PERSON: Final = 3
MOST_SIGHTS: Final = 8
ANSWERED_WITHIN_S: Final = 60.0
FEWEST_OF_QUESTION: Final = 4
"""Words of a question that is worth keeping open."""
JOINT: Final = " · "
IN_VIEW: Final = "In view: "
NAMES: Final = {"wearer": "Wearer", "other": "Another"}


def episodes(notes: Iterable[Note]) -> list[list[Note]]:
    """Return what was said and seen in stretches without a long silence, of one day and one run."""
    found: list[list[Note]] = []
    for note in notes:
        last = found[-1] if found else []
        if last and len(last) < MOST_NOTES and _goes_on(last[-1], note):
            last.append(note)
        else:
            found.append([note])
    return found


def compacted(notes: Sequence[Note], promised: Sequence[Note] = ()) -> list[Note]:
    """Return the notes that `said` and `seen` ones become, the oldest first.

    `promised` are the derived notes that hold promises of before, which these may keep.
    """
    made: list[Note] = []
    for stretch in episodes(notes):
        made.append(_episode(stretch))
        made += _of_people(stretch)
        made += _open_questions(stretch)
    made += _promised([note for note in notes if note.kind == "said"], promised)
    return made


def _goes_on(last: Note, note: Note) -> bool:
    return (
        note.run == last.run
        and note.at_wall_s - last.at_wall_s <= CONVERSATION_GAP_S
        and date_of(note.at_wall_s) == date_of(last.at_wall_s)
    )


# --- an episode ----------------------------------------------------------------------------------


def _episode(stretch: Sequence[Note]) -> Note:
    """Return what happened: when, who spoke, what was in view, and the sentences that tell most."""
    said = [note for note in stretch if note.kind == "said"]
    most = min(MOST_SENTENCES, 2 + len(said) // NOTES_A_SENTENCE)
    told = sentences.key(sentences.of(said), most)
    first, last = (time_of_day(stretch[place].at_wall_s) for place in (0, -1))
    when = first if first == last else f"{first} to {last}"
    spoke = dict.fromkeys(NAMES.get(note.who, note.who) for note in said if note.who)
    lines = [JOINT.join(filter(None, (when, ", ".join(spoke))))]
    if view := in_view([note for note in stretch if note.kind == "seen"]):
        lines.append(f"{IN_VIEW}{view}")
    lines += (_quoted(sentence) for sentence in told)
    return _derived(EPISODE, "\n".join(lines), stretch)


def in_view(sights: Iterable[Note]) -> str:
    """Return what was in view, each thing and each line once, the latest sights first."""
    labels: dict[str, None] = {}
    lines: list[str] = []
    newest_first = sorted(sights, key=lambda note: -note.at_wall_s)
    for note, first in distinct(newest_first):
        if note is first:
            labels.update(dict.fromkeys(labels_of(note)))
            for line in lines_of(note):
                if not any(is_same_line(line, known) for known in lines):
                    lines.append(line)
    shown = [f'"{line}"' for line in lines[:MOST_SIGHTS]]
    return ", ".join([*list(labels)[:MOST_SIGHTS], *shown])


def _quoted(sentence: Sentence) -> str:
    who = NAMES.get(sentence.note.who, sentence.note.who)
    return f"{who}: {sentence.text}" if who else sentence.text


# --- people, questions, promises -----------------------------------------------------------------


def _of_people(stretch: Sequence[Note]) -> Iterator[Note]:
    """Yield what each person said, and of who was not there what was said of them."""
    notes = [note for note in stretch if note.kind == "said"]
    said = sentences.of(notes)
    present = {note.who for note in notes}
    for name in people.known(notes):
        of_them = [each for each in said if each.note.who == name]
        if name not in present:
            spoken_of = re.compile(rf"\b{re.escape(name)}\b")
            of_them = [each for each in said if spoken_of.search(each.text)]
        if told := sentences.key(of_them, MOST_OF_PERSON):
            text = "\n".join((name, *map(_quoted, told)))
            yield _derived(PERSON, text, [each.note for each in told], who=name)


def _open_questions(stretch: Sequence[Note]) -> Iterator[Note]:
    """Yield what somebody asked and nobody answered."""
    said = [note for note in stretch if note.kind == "said"]
    for place, note in enumerate(said):
        asked = words.sentences(note.text)[-1:]
        if not asked or not asked[0].endswith("?"):
            continue
        if len(asked[0].split()) >= FEWEST_OF_QUESTION and not _is_answered(
            note, said[place + 1 :]
        ):
            yield _derived(OPEN_QUESTION, asked[0], [note], who=note.who)


def _is_answered(question: Note, later: Sequence[Note]) -> bool:
    """Say whether another said something soon after; where nobody can tell, whether anybody did."""
    return any(
        note.at_wall_s - question.at_wall_s <= ANSWERED_WITHIN_S
        and (note.who != question.who or not note.who)
        for note in later[:2]
    )


def _promised(said: Sequence[Note], before: Sequence[Note]) -> Iterator[Note]:
    """Yield the promises of these notes, and which of those of before they keep."""
    for note in said:
        for sentence in words.sentences(note.text):
            if promise_in(sentence, note):
                yield _derived(SOURCE, sentence, [note], who=note.who)
    ours = {note.id for note in said}
    for promise in promises((*before, *said)):
        if promise.kept_by and promise.kept_by.kind == "said" and promise.kept_by.id in ours:
            grounds = [promise.said, promise.kept_by]
            yield _derived(KEPT_SOURCE, promise.kept_by.text, grounds, who=promise.kept_by.who)


def _derived(source: str, text: str, grounds: Sequence[Note], who: str = "") -> Note:
    """Return a note that rests on others, of the moment of the last of them."""
    last = grounds[-1]
    return Note(
        "derived",
        text,
        last.at_ms,
        last.at_wall_s,
        last.run,
        source,
        min(note.confidence for note in grounds),
        who=who,
        mark=last.mark,
        rests_on=tuple(dict.fromkeys(note.id for note in grounds if note.id)),
    )
