"""Which notes of the file are about a question? Few are looked at closely, however many there are.

The candidates are those that have the question's rarest words, those whose whole meaning is
closest, those of the time it names, and what was said around them. Where the mind is off, dead or
slow, there is no meaning to compare, and words alone decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from typing import Final

from edge.evidence import Kind, Note, Question
from edge.notes.reading import EVIDENCE, Reading
from edge.search import sought
from edge.search.meaning import closeness, unpacked
from edge.search.ranking import Found, Heard, Wanted, ranked
from edge.search.signs import Signs
from edge.search.sought import Understood
from edge.search.when import Stretch, stretch

MOST_CANDIDATES: Final = 50
"""Of each way to find some."""
MOST_HAVING: Final = 4000
"""A word that more notes have says little; of those the newest count."""
ENOUGH: Final = 1000
"""Notes that rare words nominate: then what has the commoner ones is not even read."""
AROUND: Final = range(-1, 3)
"""What is looked at beside a candidate: an answer follows what it answers."""
SURE: Final = 0.8
"""How close a word is to itself, where no meaning of the note is kept."""
Having = dict[str, set[int]]
"""The notes that have a word."""


class Finder:
    """Search over the notes of one file. It holds 56 bytes of each note, and no word."""

    def __init__(self, notes: Reading) -> None:
        self._notes = notes
        self._read_from: object = None
        self._wholes = Signs()

    def learn(self, number: int, whole: bytes) -> None:
        """Know what one more note means as a whole."""
        if self._read_from is self._notes.db:
            self._wholes.add(number, whole)

    def refresh(self) -> None:
        """Read what all notes mean: once, and again when they are in another file."""
        if self._read_from is self._notes.db:
            return
        self._read_from = self._notes.db
        self._wholes = Signs(self._notes.vectors())

    def find(
        self,
        question: Question,
        understood: Understood | None = None,
        limit: int = 20,
        kinds: Iterable[Kind] = EVIDENCE,
    ) -> list[Found]:
        """Return the notes that are about a question, the best first."""
        kinds = tuple(kinds)
        terms = sought.terms(question.text)
        total = max(1, self._notes.newest_id())
        counts = {
            word: self._notes.count_having(spellings, MOST_HAVING)
            for word, spellings in terms.items()
        }
        rarities = {word: sought.rarity(total, count) for word, count in counts.items()}
        rarest_first = sorted(terms, key=counts.__getitem__)
        having = self._having(
            {word: terms[word] for word in rarest_first}, ENOUGH if understood else None
        )
        named = stretch(question.text, question.now.wall_s)
        candidates = {
            *self._by_words(having, rarities, kinds),
            *self._by_meaning(understood),
            *self._by_time(named, kinds),
        }
        pool = self._pool(candidates, kinds)
        person = sought.person(question.text, pool)
        if understood:
            understood = sought.gist(understood, rarities)
            weights = sought.weights(understood.words, rarities)
            heard = self._compared(pool, understood, having)
        else:
            words = list(rarities)
            weights = sought.weights(words, rarities)
            heard = [Heard(note, _has(note, words, having)) for note in pool]
        return ranked(heard, Wanted(weights, person, named))[:limit]

    # --- candidates ----------------------------------------------------------------------------

    def _having(self, terms: Mapping[str, Iterable[str]], enough: int | None) -> Having:
        """Return the notes that have these words, up to the word with which there are enough."""
        found: Having = {}
        nominated = 0
        for word, spellings in terms.items():
            if enough is not None and nominated >= enough:
                break
            found[word] = set(self._notes.having(spellings, MOST_HAVING))
            nominated += len(found[word])
        return found

    def _by_words(
        self, having: Having, rarities: dict[str, float], kinds: Sequence[Kind]
    ) -> list[int]:
        """Return the notes with the rarest words.

        A common word nominates nobody once there are enough; it counts for who has been.
        """
        scores: dict[int, float] = {}
        for word, ids in having.items():
            counts = ids if len(scores) < ENOUGH else ids & scores.keys()
            for number in counts:
                scores[number] = scores.get(number, 0.0) + rarities[word]
        best = nlargest(3 * MOST_CANDIDATES, ((score, number) for number, score in scores.items()))
        numbers = [number for _, number in best]
        return self._notes.of_kinds(numbers, kinds)[:MOST_CANDIDATES]

    def _by_meaning(self, understood: Understood | None) -> list[int]:
        """Return the notes that mean most alike as a whole."""
        if understood is None:
            return []
        self.refresh()
        return self._wholes.closest(understood.meaning.whole, MOST_CANDIDATES)

    def _by_time(self, named: Stretch | None, kinds: Sequence[Kind]) -> list[int]:
        if named is None:
            return []
        ids = self._notes.numbers_between(named.since_s, named.until_s, 3 * MOST_CANDIDATES)
        return self._notes.of_kinds(ids, kinds)[:MOST_CANDIDATES]

    # --- a closer look -------------------------------------------------------------------------

    def _pool(self, candidates: Iterable[int], kinds: Sequence[Kind]) -> list[Note]:
        """Return candidates and what stands around them, in the order of their numbers."""
        numbers = sorted({number + step for number in candidates for step in AROUND})
        return [note for note in self._notes.get(numbers) if note.kind in kinds]

    def _compared(
        self, pool: Sequence[Note], understood: Understood, having: Having
    ) -> list[Heard]:
        """Compare each piece of the question with each note; words, where it has no meaning yet."""
        kept = self._notes.pieces(note.id for note in pool)
        asked = understood.meaning.pieces
        return [
            Heard(
                note,
                closeness(asked, unpacked(kept[note.id]))
                if note.id in kept
                else [SURE * had for had in _has(note, understood.words, having)],
            )
            for note in pool
        ]


def _has(note: Note, words: Sequence[str], having: Having) -> list[float]:
    """Return for each word whether a note has it."""
    return [float(note.id in having.get(word, ())) for word in words]
