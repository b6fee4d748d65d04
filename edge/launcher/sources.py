"""The processes that hold a device, a file or a link: started, checked, told to go, found again.

Their slots belong to a chamber; when that is replaced they are given new ones, and start anew.
"""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from edge.bridge import told
from edge.capture import sources, wishes
from edge.launcher import births
from edge.launcher.births import Run
from edge.launcher.camera_program import CameraProgram
from edge.launcher.child import Child, Death, end_all, readable_file, readable_once
from edge.launcher.doorway import NO_DESCRIPTOR, TAKES_ANSWERS, TAKES_WORDS
from edge.launcher.looking import BAD_SOURCE_EXIT, Looking
from edge.launcher.processes import Processes
from edge.launcher.sensing import Sensing
from edge.launcher.sparing import Sparing
from edge.messages import (
    Attend,
    Hush,
    Mute,
    PhoneLink,
    ReturnAnswer,
    ReturnWords,
    SourceState,
    Status,
    WearableState,
    WordsWanted,
)

CHAMBER_GONE_EXIT: Final = 5
"""Exit status of `edge.capture`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What only the launcher knows, asked each time; and what it wants to know."""

    may_sense: Callable[[], bool]
    """Whether anything is to be heard and seen."""
    may_go: Callable[[], bool]
    """Whether the chamber has been let go."""
    may_end: Callable[[], bool]
    """Whether a source that ends was asked to."""
    all_ended: Callable[[], None]
    """Called when no source will come again."""
    told: Callable[[Attend | Mute], None]
    """Called with what a wearable's wearer wants."""


class SourceProcesses:
    """All sources of a run."""

    def __init__(
        self, run: Run, programs: Mapping[str, str], processes: Processes, ask: Ask
    ) -> None:
        self._run, self._programs, self._processes, self._ask = run, programs, processes, ask
        self.sensing = [Sensing(source) for source in run.sources]
        self._looking = Looking(processes, self._start)
        worn = [s.source.form is sources.Form.WEARABLE for s in self.sensing if _sees(s)]
        self.sparing = Sparing(processes.notice, self._wish, is_seen_by_wearable=any(worn))
        self.words_wanted: WordsWanted | None = None
        """What a wearable said last; None before one did."""
        self.spoken_fd = NO_DESCRIPTOR
        """From which a wearable's link reads what it is to play."""
        self.understood_ms = 0
        """Up to where sound has been understood: a file that is played again goes on there."""

    @property
    def kinds(self) -> set[str]:
        return {sensing.source.kind for sensing in self.sensing}

    def also_open(self, name: str) -> tuple[str, ...]:
        """Return what a process of ours may hold beyond its profile's row."""
        form = next((s.source.form for s in self.sensing if s.name == name), None)
        if form is sources.Form.CAMERA_STREAM:
            return ("connection",)  # opened before, only read since
        if form is sources.Form.CAMERA_PROGRAM:
            return ("pipe",)  # only read
        doorway = self._run.doorway if form is sources.Form.WEARABLE else None
        if doorway and doorway.link == "omi":
            return ("sound server",)  # its word for any service of this machine: the system bus
        return ("serial line",) if doorway and doorway.baud else ()

    @property
    def phone_link(self) -> PhoneLink | None:
        """Where a paired phone may come in; None where none may."""
        doorway = self._run.doorway
        return PhoneLink(doorway.port, doorway.token.hex()) if doorway and doorway.key else None

    def ask_for_another_token(self) -> None:
        """Let nobody in any more who knows what a wearable had to bring until now."""
        if doorway := self._run.doorway:
            self._run = replace(self._run, doorway=doorway.with_another_token())
            self.end()
            self.start()

    # --- the chamber's side --------------------------------------------------------------------

    def take_slots(self, slots: Sequence[socket.socket]) -> None:
        """Write to another chamber from now on; a slot is the end that is written to."""
        for slot, sensing in zip(slots, self.sensing, strict=True):
            sensing.take_slot(slot)

    def start(self) -> None:
        """Start all that have not ended; let the chamber find the end of the others."""
        for sensing in self.sensing:
            if sensing.ended:
                sensing.close_slot()
            else:
                self._start(sensing)

    def release(self) -> None:
        """Say GO to the sources together, once all are ready: their streams share a beginning."""
        begun = [s for s in self.sensing if not s.ended]
        if not self._ask.may_go() or not all(s.waits_for_go or s.released for s in begun):
            return
        for sensing in begun:
            if sensing.waits_for_go and sensing.child:
                sensing.waits_for_go, sensing.released = False, True
                sensing.child.tell(wishes.GO)
        if self.sparing.why:
            self._wish(wishes.SELDOM)

    def look_now(self) -> None:
        """Have a picture taken at once."""
        self._wish(wishes.PICTURE_NOW)

    def _wish(self, wish: bytes) -> None:
        for sensing in self.sensing:
            if sensing.child and _sees(sensing) and not sensing.waits_for_go:
                sensing.child.tell(wish)

    def return_words(self, words: ReturnWords | ReturnAnswer) -> None:
        """Hand words to the wearable's link; one that does not listen is not waited for."""
        for sensing in self.sensing[:1]:
            if sensing.child and sensing.source.form is sources.Form.WEARABLE:
                sensing.child.offer(told.line(words))

    @property
    def have_ended(self) -> bool:
        """Whether the chamber has nothing more to expect of any: each closed, or said its last."""
        return all(sensing.ended or sensing.slot is None for sensing in self.sensing)

    # --- the end -------------------------------------------------------------------------------

    def ask_to_end(self) -> None:
        """Let each say its last."""
        for sensing in self.sensing:
            if sensing.child:
                sensing.child.ask_to_end()
            else:
                sensing.ended = True
        self._close_slots_when_all_ended()

    def end(self) -> bool:
        """End what holds a device or a file, at once; say whether there was any."""
        ended = {sensing.child for sensing in self.sensing if sensing.child}
        for sensing in self.sensing:
            sensing.child = None
        end_all(ended)
        for sensing in self.sensing:
            sensing.end_program()
        return bool(ended)

    def leave_out(self) -> None:
        """End them, and never go back to what lies before this moment of their streams."""
        sensed = [sensing for sensing in self.sensing if sensing.child]
        self.end()
        for sensing in sensed:
            sensing.leave_out(fast=self._run.fast)

    def close(self) -> None:
        """Give the slots back."""
        for sensing in self.sensing:
            sensing.close_slot()

    # --- one source ----------------------------------------------------------------------------

    def _start(self, sensing: Sensing) -> None:
        """Start it, unless it runs already or nothing is to be heard and seen."""
        mates = self._mates(sensing)
        if any(each.child for each in mates) or not self._ask.may_sense():
            return
        begins: dict[str, births.Beginning] = {
            each.source.kind: births.Beginning(
                each.slot.fileno(), each.epoch, each.resume_ms(self.understood_ms)
            )
            for each in mates
            if each.slot
        }
        if len(begins) < len(mates):
            return
        try:
            way_fd = self._opened(sensing)
        except OSError:  # the device is not there, or not yet
            self._looking.again(sensing)
            return
        child = self._born(sensing, begins, way_fd)
        for each in mates:
            each.epoch += 1
            each.child, each.waits_for_go = child, False
        self._processes.living[sensing.name] = child
        child.on_line(lambda line: self._hear(mates, child, line))
        child.on_death(lambda death: self._died(mates, child, death))

    def _mates(self, sensing: Sensing) -> list[Sensing]:
        """Return the sources that come by the same process: all of a wearable's."""
        return [each for each in self.sensing if each.name == sensing.name]

    def _opened(self, sensing: Sensing) -> int:
        """Return a descriptor by which it comes, where it has one; raise OSError."""
        if sensing.source.form is sources.Form.CAMERA_PROGRAM:
            if not sensing.released:
                self._processes.notice(CameraProgram.introduced(sensing.source))
            sensing.program = CameraProgram(sensing.source)
            return sensing.program.read_end
        doorway = self._run.doorway if sensing.source.form is sources.Form.WEARABLE else None
        return doorway.opened() if doorway else NO_DESCRIPTOR

    def _born(self, sensing: Sensing, begins: Mapping[str, births.Beginning], way_fd: int) -> Child:
        if sensing.source.form is not sources.Form.WEARABLE:
            (begin,) = (replace(begin, pictures_fd=way_fd) for begin in begins.values())
            program = self._programs["capture"]
            child = Child(births.capture(self._run, program, sensing.name, sensing.source, begin))
            if way_fd != NO_DESCRIPTOR:
                os.close(way_fd)
            return child
        doorway, program = self._run.doorway, self._programs["firmware_bridge"]
        assert doorway
        key_fd = readable_file(doorway.key) if doorway.key else NO_DESCRIPTOR
        fds = births.BridgeFds(readable_once(doorway.token), way_fd, key_fd, self.spoken_fd)
        child = Child(births.bridge(self._run, program, begins, fds))
        for descriptor in fds.given:
            os.close(descriptor)
        return child

    def _hear(self, mates: Sequence[Sensing], child: Child, line: bytes) -> None:
        if mates[0].child is not child:
            return
        message = msgspec.json.decode(line, type=Status)
        match message:
            case SourceState(kind=kind):
                sensing = next(each for each in mates if each.source.kind == kind)
                self._hear_state(sensing, mates, child, message)
            case WearableState():
                self.sparing.worn(message)
                self._processes.tell_runtime(message)
                self._processes.show(message)
            case WordsWanted() if self._run.doorway and self._run.doorway.link in TAKES_WORDS:
                takes = self._run.doorway.link in TAKES_ANSWERS
                wanted = msgspec.structs.replace(message, takes_answers=takes)
                self.words_wanted = wanted
                self._processes.tell_runtime(wanted)
            case Hush():
                self._processes.tell_runtime(message)
            case Attend() | Mute():
                self._ask.told(message)

    def _hear_state(
        self, sensing: Sensing, mates: Sequence[Sensing], child: Child, state: SourceState
    ) -> None:
        if state.phase == "failed" and sensing.may_return:
            self._looking.cannot_open(sensing, state.detail)
            return
        sensing.state = state
        if state.phase == "ready":
            is_last = sensing is mates[-1]
            profile = sensing.name.partition(".")[0]
            if is_last and self._processes.check(child, profile, self.also_open(sensing.name)):
                for each in mates:
                    each.waits_for_go = True
                self.release()
        elif state.phase == "ended":
            sensing.ended = True
        elif state.phase == "failed":
            self._processes.fail(state.detail)
        self._processes.tell_runtime(state)
        self._processes.show(state)

    def _died(self, mates: Sequence[Sensing], child: Child, death: Death) -> None:
        sensing = mates[0]
        if sensing.child is not child:
            return
        for each in mates:
            each.child = None
            each.end_program()
        if death.code == CHAMBER_GONE_EXIT:  # it starts again with the chamber
            return
        if death.code == BAD_SOURCE_EXIT and not sensing.may_return:
            self._processes.fail(sensing.state.detail if sensing.state else death.reason)
            return
        if death.code == 0 or self._ask.may_end():
            for each in mates:
                each.ended = True
            self._close_slots_when_all_ended()
            return
        lost = sensing.state and sensing.state.phase == "lost"
        reason = sensing.state.detail if lost and sensing.state else death.reason
        if self._looking.after_death(sensing, death, reason):
            return
        self._processes.start_again(child.name, death, reason, lambda: self._start(sensing))

    def _close_slots_when_all_ended(self) -> None:
        if all(sensing.ended for sensing in self.sensing):
            self.close()
            self._ask.all_ended()


def _sees(sensing: Sensing) -> bool:
    return sensing.source.kind == "video"
