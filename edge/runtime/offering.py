"""When is help offered that nobody asked for? What may be wanted waits until the gate opens.

Made only where `[help] level` asks for it. It follows what leaves the chamber and the notes made of
it; what others said in passing it does not know. An offer is written down before it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge import config
from edge.evidence import Note, Question
from edge.messages import (
    Control,
    Judged,
    Leaves,
    Offer,
    OfferVerdict,
    Reply,
    ResetOffers,
    Shown,
    Speaker,
    Transcript,
)
from edge.notes import NotesUnwritable
from edge.notes.retention import DAY_S
from edge.proactive import Candidate, Kind, around, gate, offers, sought
from edge.proactive.around import Around
from edge.proactive.gate import Past
from edge.proactive.offers import Offered
from edge.proactive.spoken import verdict
from edge.proactive.taste import Judged as Lesson
from edge.proactive.taste import Space, Taste, Vector, Verdict, learn
from edge.recall.answer import because
from edge.runtime.conversation import Conversation
from edge.runtime.present import Present, Show
from edge.runtime.wants import Wants

LEARNT_FROM_S: Final = 30 * DAY_S
"""For so long offers are remembered."""
ANSWERED_MS: Final = 15_000
"""So long after an offer "yes please" is about it."""
IGNORED_MS: Final = 120_000
"""Who has said nothing to an offer by then has passed it over."""
TOLD_MS: Final = 5 * 60_000
"""What was told so lately is known."""
ANSWERING_MS: Final = 20_000
DUE_EVERY_MS: Final = 10_000
"""Promises are looked through so often."""


@dataclass(frozen=True, slots=True)
class Made:
    """The newest offer, and where its matter lies."""

    offered: Offered
    at_ms: int
    places: Mapping[Space, Vector]


class Offering:
    """What might be offered, and what was."""

    def __init__(
        self,
        present: Present,
        conversation: Conversation,
        settings: config.Help,
        show: Show,
        say: Show,
    ) -> None:
        """Show offers; at the level `helpful` say them too, if `say` has a voice."""
        self._say = say if settings.level == "helpful" else _unsaid
        self._present, self._conversation, self._settings = present, conversation, settings
        self._show = show
        self._around = Around()
        self._pending: dict[str, tuple[Candidate, Mapping[Space, Vector]]] = {}
        self._newest_id = present.notes.newest_id()
        self._looked_ms = 0
        self._made: list[Offered] = []
        self._latest: Made | None = None
        self._lessons: list[Lesson] = []
        self._taste = Taste()
        self._keys: set[str] = set()
        """Of all that was offered, or might have been: nothing is thought of twice."""
        self._wants = Wants(present, conversation)

    def begin(self) -> None:
        """Know what was offered, learnt and promised before; also after something was forgotten."""
        notes, now_s = self._present.notes, self._now_s()
        self._pending.clear()
        self._latest = None
        self._made = offers.offered(notes, now_s - LEARNT_FROM_S)
        for each in self._made:
            if each.verdict is Verdict.OPEN:
                self._keep(each.note.id, Verdict.IGNORED)
        self._made = offers.offered(notes, now_s - LEARNT_FROM_S)
        self._keys = {each.key for each in self._made}
        self._wants.begin()
        self._learn_again()

    # --- what happens ------------------------------------------------------------------------

    def observed(self, message: Leaves) -> None:
        """Take what left the chamber, once its notes are made."""
        point = self._conversation.gaze.point
        now_ms = self._present.context.now_ms
        self._around = around.fold(self._around, message, now_ms, point)
        for note in self._news():
            self._add(self._wants.of(note))
            if note.kind == "remembered":  # it may state an aim
                self._learn_again()
        self.passed()

    def passed(self) -> None:
        """Know that time has passed: something may be due, or the gate open."""
        context = self._present.context
        view_ms = context.sights[-1].until_ms if context.sights else around.NEVER
        self._around = around.passed(self._around, context.now_ms, view_ms)
        if self._latest and context.now_ms - self._latest.at_ms > IGNORED_MS:
            self._judge(self._latest, Verdict.IGNORED)
        if texts := self._around.in_view():
            self._add(self._wants.of_view(texts))
        if context.now_ms - self._looked_ms >= DUE_EVERY_MS:
            self._looked_ms = context.now_ms
            self._add(self._wants.due())
        if self._pending:
            self._decide()

    def answered(self, heard: Transcript) -> bool:
        """Take what the wearer says to the newest offer; False where it is about something else."""
        made, end_ms = self._latest, heard.end_ms + self._present.context.audio_shift_ms
        if made is None or heard.speaker is Speaker.OTHER or end_ms - made.at_ms > ANSWERED_MS:
            return False
        if self._around.others_until_ms > made.at_ms:
            return False  # it may well be said to them
        said = verdict(heard.text)
        if said is None:
            return False
        self._present.fold(heard)
        self.told(Judged(made.offered.note.id, said))
        return True

    def told(self, message: Control) -> None:
        """Take a verdict, or the wish that all of them teach no more."""
        match message:
            case Judged(number=number, verdict=said):
                self._take_verdict(number, said)
            case ResetOffers():
                self._keep_moments(offers.forgotten_lessons(self._now_s()))
                self._learn_again()
            case _:
                pass

    def _news(self) -> list[Note]:
        """Return the notes that were made since the last time, the oldest first."""
        context = self._present.context
        kept = (*context.heard[-4:], *context.seen[-1:], *context.dialogue[-2:])
        news = sorted((n for n in kept if n.id > self._newest_id), key=lambda note: note.id)
        if news:
            self._newest_id = news[-1].id
        return news

    # --- decision ----------------------------------------------------------------------------

    def _add(self, candidates: Sequence[Candidate]) -> None:
        for each in candidates:
            if each.key not in self._keys:
                self._keys.add(each.key)
                where = offers.places(self._present.notes, each.told, each.grounds)
                self._pending[each.key] = (each, where)

    def _decide(self) -> None:
        """Offer the likeliest of what may be offered; drop what never will be."""
        past, level = self._past(), self._settings.level
        best: tuple[float, str] | None = None
        for key, (candidate, where) in tuple(self._pending.items()):
            probability = self._taste.probability(candidate, where)
            reason = gate.shut(candidate, probability, self._around, past, level)
            if reason in gate.FOR_GOOD or self._is_said_since(candidate):
                del self._pending[key]
            elif reason is None and (best is None or probability > best[0]):
                best = probability, key
        if best:
            self._offer(*self._pending.pop(best[1]))

    def _past(self) -> Past:
        context = self._present.context
        now_ms, now_s = context.now_ms, self._now_s()
        told = [n for n in context.dialogue if n.kind == "told" and now_ms - n.at_ms <= TOLD_MS]
        lately = [e for e in self._made if now_s - e.note.at_wall_s <= TOLD_MS / 1000]
        asked = context.dialogue[-1:]
        return Past(
            offered_ms=tuple(
                now_ms - round(1000 * (now_s - each.note.at_wall_s)) for each in self._made[-8:]
            ),
            attention_left_s=self._settings.attention_s - offers.spent_s(self._made[-99:], now_s),
            told=tuple(note.text for note in (*told, *(each.note for each in lately))),
            is_answering=bool(asked)
            and asked[0].kind == "asked"
            and now_ms - asked[0].at_ms < ANSWERING_MS,
        )

    def _is_said_since(self, candidate: Candidate) -> bool:
        is_sought = candidate.kind in {Kind.LOST, Kind.ANSWER}
        heard = [note for note in self._present.context.heard if note.kind == "said"]
        return is_sought and sought.is_said_since(candidate, heard)

    def _offer(self, candidate: Candidate, where: Mapping[Space, Vector]) -> None:
        """Write an offer down, show it, and say it where that is wanted."""
        if self._latest:
            self._judge(self._latest, Verdict.IGNORED)
        context = self._present.context
        now = context.now_at(context.now_ms)
        source, grounds = offers.source_of(candidate.kind), candidate.grounds
        told = Note("told", candidate.text, now.ms, now.wall_s, now.run, source, rests_on=grounds)
        note = self._present.write(told)
        if not note.id:
            return  # what cannot be remembered might be offered again and again
        made = Offered(note, candidate.kind, Verdict.OPEN)
        self._made.append(made)
        self._latest = Made(made, now.ms, where)
        reasons = because(self._present.notes.get(grounds), Question("", now))
        self._show(Offer(note.id, candidate.kind, candidate.text, reasons))
        self._say(Reply(candidate.text, "offer", reasons))

    # --- verdicts ----------------------------------------------------------------------------

    def _take_verdict(self, number: int, said: OfferVerdict) -> None:
        made = self._latest
        if number and (made is None or made.offered.note.id != number):
            made = self._earlier(number)
        if made is None:
            self._present.tell(f"there is no offer {number}" if number else "nothing was offered")
            return
        self._judge(made, offers.VERDICTS[said])
        kind = made.offered.kind
        if said == "stop":
            self._keep_moments({f"{offers.STOPPED}{kind}": self._now_s()})
            self._learn_again()
            self._present.tell("never again, until `offrecord offers reset`")
        elif said == "accept":
            self._tell_more(made.offered)

    def _earlier(self, number: int) -> Made | None:
        for each in self._made:
            if each.note.id == number:
                note = each.note
                where = offers.places(self._present.notes, note.text, note.rests_on)
                return Made(each, note.at_ms, where)
        return None

    def _judge(self, made: Made, said: Verdict) -> None:
        """Keep what became of an offer, and learn from it."""
        if self._latest and self._latest.offered.note.id == made.offered.note.id:
            self._latest = None
        number = made.offered.note.id
        self._keep(number, said)
        self._made = [replace(e, verdict=said) if e.note.id == number else e for e in self._made]
        if made.offered.verdict is Verdict.OPEN:
            self._lessons.append(Lesson(made.offered.kind, said, made.places))
            self._taste = learn(self._lessons, self._aims(), self._taste.stopped)
        else:
            self._learn_again()

    def _tell_more(self, offered: Offered) -> None:
        """Show all that an accepted offer rests on."""
        context = self._present.context
        grounds = self._present.notes.get(offered.note.rests_on)
        reasons = because(grounds, Question("", context.now_at(context.now_ms)))
        whole = next((note.text.replace("\n", " / ") for note in grounds), offered.note.text)
        reply = Reply(whole, "offer", reasons)
        self._show(reply)
        self._say(reply)

    def _learn_again(self) -> None:
        notes = self._present.notes
        self._lessons = offers.judged(notes, self._made)
        self._taste = learn(self._lessons, self._aims(), offers.stopped(notes))

    def _aims(self) -> tuple[str, ...]:
        return (*self._settings.aims, *self._wants.aims)

    def _keep(self, number: int, said: Verdict) -> None:
        try:
            self._present.notes.keep_verdict(number, said)
        except NotesUnwritable as error:
            self._present.tell(str(error))

    def _keep_moments(self, moments: Mapping[str, float]) -> None:
        try:
            self._present.notes.keep_facts(moments)
        except NotesUnwritable as error:
            self._present.tell(str(error))

    def _now_s(self) -> float:
        """Return the moment by the clock that notes have too."""
        context = self._present.context
        return context.wall_s(context.now_ms)


def _unsaid(message: Shown) -> None:
    """Say nothing."""
    del message
