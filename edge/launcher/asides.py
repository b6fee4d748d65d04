"""What has a run beside hearing and seeing? The mind, the language model, the voice.

The run can do without each of them (`edge/launcher/aside.py`). They share memory with the chamber:
what one of them held that was given up is the chamber's.
"""

import socket
from collections.abc import Callable, Mapping, Sequence

from edge.launcher import births, voice_program
from edge.launcher.aside import Aside
from edge.launcher.births import Run
from edge.launcher.child import Birth, Death
from edge.launcher.doorway import NO_DESCRIPTOR
from edge.launcher.home import Home
from edge.launcher.processes import Processes
from edge.launcher.voice_program import NoPiper, PiperVoice, VoiceProgram
from edge.messages import LANGUAGE_MODEL, PIPER_FAILED_EXIT, ChildDied


class Asides:
    """Those of one run; one that is not configured is None."""

    def __init__(
        self,
        run: Run,
        programs: Mapping[str, str],
        processes: Processes,
    ) -> None:
        """Make those that are wanted."""
        self._run, self._processes = run, processes
        self.on_given_up: Callable[[], None] = lambda: None
        """Is called when one will not come again: what it held is free."""
        self._shares = births.divided(run.config)
        self.mind: Aside | None = None
        self.language: Aside | None = None
        self.voice: Aside | None = None
        self._voice_program = programs["voice"]
        self._voice_slot: socket.socket | None = None
        self._voice_epoch = 0
        self._worn: tuple[socket.socket, socket.socket] | None = None
        """From the voice to the wearable's link: for who writes, and for who reads."""
        self._piper: VoiceProgram | None = None
        self._piper_voice: PiperVoice | None = None
        if self._shares.mind_mb:
            mind = programs["mind"]
            self.mind = Aside(
                "mind", processes, lambda: births.mind(run, mind), given_up=self._given_up
            )
        if run.config.language_model:
            thinks = programs[LANGUAGE_MODEL]
            self.language = Aside(
                LANGUAGE_MODEL,
                processes,
                lambda: births.language(run, thinks),
                given_up=self._given_up,
            )
        self.home = Home(run, programs, processes) if run.home else None
        """The house's link, and what speaks for it."""
        if run.speaks:
            is_missed = run.config.voice.enabled is True
            self.voice = Aside(
                "voice",
                processes,
                self._born_voice,
                is_missed=is_missed,
                given_up=self._end_piper,
                differs=self._is_without_piper,
            )
            self._piper_voice = self._found_piper(run.config.voice.voice)
        if run.speaks_by_wearable:
            self._worn = ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.shutdown(socket.SHUT_RD)
            theirs.shutdown(socket.SHUT_WR)
            theirs.setblocking(False)  # noqa: FBT003 (its only parameter)

    def start(self) -> None:
        """Start those that need no chamber."""
        if self._run.config.notes.meaning is True and not self.mind:
            self._processes.notice("no mind: [memory] budget_mb has no room for it")
        for aside in (self.mind, self.language):
            if aside:
                aside.start()

    def pipes_of_runtime(self) -> list[Sequence[int]]:
        """Return where the runtime speaks with mind, language model and voice, in this order."""
        return [aside.pipes.of_runtime if aside else () for aside in self._all()]

    def tell_runtime(self) -> None:
        """Tell a runtime that was just started who will not come again."""
        for aside in self._all():
            if aside and aside.is_given_up:
                self._processes.tell_runtime(ChildDied(aside.name, "it died too often"))

    def close(self) -> None:
        """Give all pipes back."""
        self.fall_silent()
        for aside in self._all():
            if aside:
                aside.close()
        for end in self._worn or ():
            end.close()

    @property
    def spoken_fd(self) -> int:
        """From which a wearable's link reads what it is to play."""
        return self._worn[1].fileno() if self._worn else NO_DESCRIPTOR

    def chamber_mb(self) -> int:
        """Return what the chamber's models may take; also what others held who live no more."""
        mine, mind, language = self._shares
        if not mine:
            return 0
        others = ((self.mind, mind), (self.language, language))
        return mine + sum(held for aside, held in others if aside and aside.is_given_up)

    # --- the voice -----------------------------------------------------------------------------

    def take_slot(self, slots: list[socket.socket]) -> None:
        """Take the last slots of a new chamber, for what the voice plays and for the house."""
        if self.voice and not self._worn:
            self._voice_slot = slots.pop()
        if self.home:
            self.home.take_slot(slots.pop())

    def speak(self) -> None:
        """Start the voice, and the house's link, in place of those that still run."""
        if self.voice:
            self.voice.start()
        if self.home:
            self.home.start()

    def fall_silent(self) -> None:
        """End voice and house's link, so that the chamber expects nothing of them any more."""
        if self.home:
            self.home.close()
        if self.voice:
            self.voice.end()
        if self._voice_slot:
            self._voice_slot.close()
            self._voice_slot = None
        self._end_piper()

    def _born_voice(self) -> Birth:
        slot = self._worn[0] if self._worn else self._voice_slot
        assert slot
        self._voice_epoch += 1
        slot_fd = slot.fileno()
        self._end_piper()
        if self._piper_voice:
            self._piper = VoiceProgram(self._piper_voice, self._run.config.voice.speed_wpm)
        return births.voice(self._run, self._voice_program, slot_fd, self._voice_epoch, self._piper)

    def _found_piper(self, voice: str) -> PiperVoice | None:
        """Return a voice of Piper's, if one is named; say so where it cannot be had."""
        try:
            return PiperVoice.find(voice) if voice_program.is_named(voice) else None
        except NoPiper as refusal:
            self._processes.notice(f"espeak-ng speaks, where it is installed: {refusal}")
            return None

    def _is_without_piper(self, death: Death) -> bool:
        """Say whether Piper was the reason; then espeak-ng speaks for the rest of the run."""
        if death.code != PIPER_FAILED_EXIT:
            return False
        self._piper_voice = None
        self._processes.seals.pop("voice", None)
        self._processes.notice(
            "Piper ended or made no speech: from here on espeak-ng speaks, or, where it is not "
            "installed, answers are text"
        )
        return True

    def _end_piper(self) -> None:
        if self._piper:
            self._piper.end()
            self._piper = None

    def _given_up(self) -> None:
        self.on_given_up()

    def _all(self) -> tuple[Aside | None, ...]:
        return self.mind, self.language, self.voice
