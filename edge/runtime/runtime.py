"""What is done with each packet that leaves the chamber, and with each line of the launcher?

What left goes into the ledger, the context, the notes, an answer, in this order.
"""

import time
from typing import TYPE_CHECKING, Final

import msgspec

from edge import airlock, config
from edge.clock import SAMPLE_RATE_HZ
from edge.context import is_repeat, sight
from edge.ledger import Leaving
from edge.messages import (
    LINE_CHARACTERS,
    Airlocked,
    ChildDied,
    Control,
    CountBytes,
    CounterGap,
    Enrol,
    Forget,
    Hello,
    HomeHeard,
    HomeVoice,
    Leaves,
    Look,
    Overheard,
    OwnVoice,
    SealState,
    Seen,
    Shown,
    SourceKind,
    SourceState,
    Transcript,
    VoiceProfile,
)
from edge.recall.answer import shortened
from edge.runtime import names
from edge.runtime.agents import Agents
from edge.runtime.alarm import Alarm
from edge.runtime.answers_back import AnswersBack
from edge.runtime.border import Border
from edge.runtime.clocks import Clocks
from edge.runtime.companion import Companion
from edge.runtime.conversation import Conversation, Turn
from edge.runtime.day import Day
from edge.runtime.figures import SAID_EVERY_S
from edge.runtime.hindsight import Hindsight
from edge.runtime.home_wyoming import HomeWyoming
from edge.runtime.keeping import Keeping
from edge.runtime.looking import Looking
from edge.runtime.mouth import Mouth
from edge.runtime.present import Present, Show
from edge.runtime.tally import Tally
from edge.runtime.whereabouts import Whereabouts
from edge.runtime.words_back import WordsBack
from edge.tools.toolbox import Tools

if TYPE_CHECKING:  # where help is off, nothing of it is loaded
    from edge.runtime.home_mqtt import HomeMqtt
    from edge.runtime.offering import Offering
    from edge.runtime.team import TeamRoom

AIRLOCKED_EVERY_S: Final = 0.25
LAST_ANSWER_S: Final = 10.0
"""How long the end waits for an answer that is still coming."""


class Runtime:
    """The text side of one run, as long as its process lives."""

    def __init__(
        self,
        present: Present,
        conversation: Conversation,
        settings: config.Config,
        show: Show,
        *,
        is_fast: bool,
    ) -> None:
        self._is_fast = is_fast
        self._present = present
        self._conversation = conversation
        self._show = show
        self._tally = Tally()
        answered = present.notes.count(present.run, "asked")
        self._tally.resume(present.entered, answered=answered, joined=present.joined)
        self._border = Border(
            settings.airlock, present.enter, conversation.is_request, conversation.is_passing
        )
        if present.is_resumed and present.context.models:
            self._border.know(len(present.context.models))
        self._bytes_before = self._tally.airlock_bytes
        self._clocks = Clocks(time.monotonic(), is_fast=is_fast)
        self._day = Day(self._border, present, show)
        words = settings.recogniser.vocabulary
        self._names = names.Names(words, self._spelt(), show)
        present.on_forget = self._forget
        self._looking = Looking(conversation.answer, lambda: show(Look()))
        conversation.on_taken_back = self._looking.drop
        self._told_bytes_s = self._told_figures_s = float("-inf")
        self._control: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)
        self._alarm = Alarm(present, conversation.ring)
        self.keeping = Keeping(present)
        self.whereabouts = Whereabouts(present)
        self._hindsight = Hindsight(present)
        self.mouth: Mouth | None = None
        """None where nothing is to be spoken."""
        self.tools: Tools | None = None
        """None where no reasoner can use them."""
        self.companion: Companion | None = None
        """None where phones are not to connect."""
        self.agents: Agents | None = None
        """None until it is set: who is told what the wearer grants."""
        self.home_wyoming: HomeWyoming | None = None
        """None where nobody in the house is listened to."""
        self.words_back: WordsBack | None = None
        """None until it is set: what a wearable that sends sound as a question is answered with."""
        self.answers_back: AnswersBack | None = None
        """None until it is set: what a wearable shows, and may say, of answers."""
        self.home_mqtt: HomeMqtt | None = None
        """None where the house is told nothing of how sensing stands."""
        self.team: TeamRoom | None = None
        """None where there is no broker to reach others by."""
        self.offering = self._offer_help(settings.help)
        """None where nothing is offered that nobody asked for."""
        conversation.on_reply = self._tally.reply

    def begin(self) -> None:
        """Look after the notes, and what is to ring, from now on."""
        self.keeping.begin()
        self._hindsight.begin()
        self._alarm.begin()
        if self.tools:
            self.tools.begin()
        for each in (self.companion, self.home_wyoming, self.home_mqtt, self.team):
            if each:
                each.begin()
        if self.offering:
            self.offering.begin()

    def serve(self, companion: Companion) -> None:
        """Do what phones ask, and know what they say."""
        companion.on_ask, companion.on_control = self.ask, self.obey
        companion.on_whereabouts = self.whereabouts.take
        self.companion = companion

    def _offer_help(self, wanted: config.Help) -> "Offering | None":
        """Return what offers help; where none is wanted, nothing of it is even loaded."""
        if wanted.level == "off":
            return None
        from edge.runtime.offering import Offering  # noqa: PLC0415 (see above)

        return Offering(self._present, self._conversation, wanted, self._show, self._say)

    def _say(self, message: Shown) -> None:
        if self.mouth:
            self.mouth.shown(message)

    def _spelt(self) -> list[str]:
        """Return the notes in which a name may be spelt."""
        found = self._present.notes.search(names.WORDS_TO_FIND, names.MOST_SPELT, names.KINDS)
        return [note.text for note in found]

    def _forget(self) -> None:
        """Let nobody have in mind what was just forgotten."""
        self._conversation.forget()
        self._names.begin_again(self._spelt())
        if self.companion:
            self.companion.forgotten()
        if self.offering:
            self.offering.begin()

    # --- from the chamber ----------------------------------------------------------------------

    def packet(self, packet: bytes) -> None:
        """Take one packet of the airlock."""
        now = self._clocks.moment(time.monotonic(), self._present.mark)
        try:
            message = self._border.admit(packet, now)
        except airlock.Violation as violation:
            self._present.tell(f"chamber violated the airlock: {violation}")
            reason = shortened(f"airlock violation: {violation}", LINE_CHARACTERS)
            self._show(ChildDied("chamber", reason))
            return
        finally:
            self.keeping.written()
            self._hindsight.written()
            self._tally.airlock_bytes = self._present.entered.left_chamber_bytes
            self._count_for_the_screen()
            self._day.look()
        if isinstance(message, HomeVoice | HomeHeard):
            if self.home_wyoming:
                self.home_wyoming.answer(message)
        elif message is not None:
            self._take(message)
            if self.offering:
                self.offering.observed(message)
            if self._conversation.meanings:
                self._conversation.meanings.look()

    def _take(self, message: Leaves) -> None:
        present = self._present
        if self.mouth:
            self.mouth.observed(message)
        if isinstance(message, Transcript):
            self._take_words(message)
            self._alarm.ring()
            return
        if isinstance(message, Seen):
            self._time("picture", "video", message.at_ms)
            note = sight(present.context, message)
            present.fold(message)
            if note:
                present.keep(note)
        else:
            present.fold(message)
            self._conversation.judge.observed(message)
        self._tally.count(message)
        if isinstance(message, VoiceProfile):
            present.keep_voice(message)
        self._show(message)
        if isinstance(message, Seen):
            self._looking.seen(present.context)
        if isinstance(message, Hello):
            self._day.say()
            self._names.say()
        self._alarm.ring()

    def _take_words(self, heard: Transcript) -> None:
        if is_repeat(self._present.context, heard):
            return
        self._tally.count(heard)
        self._time("words", "audio", heard.end_ms)
        if self.mouth and self.mouth.is_own(heard, self._spoken_s(heard)):
            self._show(OwnVoice(heard.start_ms, heard.end_ms))
            return
        if self._conversation.is_passing(heard):
            self._conversation.overhear(heard)
            self._show(Overheard(heard.start_ms, heard.end_ms))
            return
        if self.agents and self.agents.grants.heard(heard, self._spoken_s(heard)):
            self._present.fold(heard)
            self._show(heard)
            return
        if self.offering and self.offering.answered(heard):
            self._show(heard)
            return
        turn = self._conversation.note(heard, self._spoken_s(heard))
        self._names.heard(heard.text)
        self._show(heard)  # what is shown is noted: a kill -9 now loses nothing
        if self.words_back:
            self.words_back.heard(heard)
        if turn:
            self._take_turn(turn, heard)

    def ask(self, text: str) -> None:
        """Answer what the wearer typed on a paired phone."""
        self._take_turn(self._conversation.typed(text))

    def _take_turn(self, turn: Turn, heard: Transcript | None = None) -> None:
        if self.answers_back:
            self.answers_back.asked(heard)
        video = self._clocks.state("video")
        is_live = video is not None and video.live and not self._is_fast
        self._looking.take(turn, self._present.context, is_live=is_live)

    async def look(self) -> None:
        """Return when a fresh picture was understood, where a camera is watched live."""
        video = self._clocks.state("video")
        if video and video.live:
            await self._looking.fresh()

    def forget_wishes(self) -> None:
        """Forget what the notes say is to be forgotten."""
        self._conversation.forget()  # an answer that is coming may rest on it
        self._present.forget_wishes()

    def caught_up(self) -> None:
        """Know that no packet is waiting."""
        self._clocks.catch_up(time.monotonic())

    def _spoken_s(self, heard: Transcript) -> float:
        """Return the monotonic moment at which an utterance ended."""
        clock = self._clocks.state("audio")
        if self._is_fast or clock is None:
            return time.monotonic()
        return _happened_s(clock, heard.end_ms)

    def _time(self, step: str, kind: SourceKind, at_ms: int) -> None:
        """Count how long ago a live moment was; a file is read faster."""
        clock = self._clocks.state(kind)
        if clock and clock.live:
            self._tally.took(step, 1000 * (time.monotonic() - _happened_s(clock, at_ms)))

    def _count_for_the_screen(self) -> None:
        if time.monotonic() - self._told_bytes_s >= AIRLOCKED_EVERY_S:
            self._tell_bytes()

    def _tell_bytes(self) -> None:
        self._told_bytes_s = time.monotonic()
        self._show(Airlocked(self._tally.raw_bytes, self._tally.airlock_bytes))
        if self._told_bytes_s - self._told_figures_s >= SAID_EVERY_S:
            self._told_figures_s = self._told_bytes_s
            self._show(self._tally.figures())

    # --- from the launcher ---------------------------------------------------------------------

    def control(self, line: bytes) -> None:
        """Take one line of the launcher."""
        self.obey(self._control.decode(line))

    def obey(self, message: Control) -> None:
        """Do what the launcher says, or a paired phone."""
        self._pass_on(message)
        match message:
            case SourceState():
                self._clock(message)
            case ChildDied(process="chamber"):
                self._border.expect_another()
            case CounterGap():
                self._close_gap(message)
            case CountBytes():
                self._tell_bytes()
            case Enrol():
                self._border.enrolment_asked()
            case Forget():
                self.forget_wishes()
            case _:
                pass
        self._count(message)

    def _pass_on(self, message: Control) -> None:
        of_the_network = (self.companion, self.home_wyoming, self.home_mqtt, self.team)
        others = (self.mouth, self.offering, self.tools, self.whereabouts, *of_the_network)
        wearables = (self.words_back, self.answers_back)
        for who in (self._conversation, self.agents, *wearables, *others):
            if who:
                who.told(message)

    def _count(self, message: Control) -> None:
        if isinstance(message, SourceState | SealState):
            self._tally.count(message)
            self._count_for_the_screen()

    def _clock(self, state: SourceState) -> None:
        if state.live:
            self._present.mark = "live"
        self._clocks.note(state)
        if state.phase == "ready":
            self._border.source_started(state.kind, self._clocks.file_s)
        elif state.phase == "running":
            self._present.fold(state)
            self._alarm.ring()
            if self.offering:
                self.offering.passed()
        self._day.keep(self._clocks.file_day)

    def _close_gap(self, gap: CounterGap) -> None:
        """Enter what the runtime before this one read and did not live to enter."""
        lost_bytes = gap.read_bytes - self._bytes_before
        if lost_bytes > 0:
            why = "read by a runtime that died before it entered them; content unknown"
            self._present.enter(Leaving("CounterGap", lost_bytes, why))
            self._day.count(lost_bytes)
            self._tally.airlock_bytes = self._present.entered.left_chamber_bytes

    # --- the end -------------------------------------------------------------------------------

    async def finish(self) -> None:
        """Let a pending answer come, ring nothing more, and show the summary."""
        self._alarm.cancel()
        self._looking.give_up()
        await self._conversation.finish(LAST_ANSWER_S)
        self._hindsight.finish()
        for asking in (self.agents, self.tools):
            if asking:
                await asking.close()
        self._tally.context_tokens = self._conversation.context_tokens
        self._show(self._tally.summary())
        for each in (self.companion, self.home_wyoming, self.home_mqtt, self.team):
            if each:
                await each.close()


def _happened_s(clock: SourceState, at_ms: int) -> float:
    """Return when a moment of a stream was, in monotonic seconds."""
    return clock.monotonic_s + at_ms / 1000 - clock.samples / SAMPLE_RATE_HZ
