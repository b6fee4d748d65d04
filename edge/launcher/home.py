"""The house's link and its voice: started with each chamber, checked, told to go, found again.

The link holds the sound that the house sends, so it is a sealed process of its own, and its slot is
the chamber's. What speaks for the house is another, and knows nobody but the link: a pair of
sockets joins the two. Where nothing can speak the link goes without.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Final

import msgspec

from edge import config
from edge.launcher import births
from edge.launcher.births import Run
from edge.launcher.child import Birth, Child, Death, end_all
from edge.launcher.processes import Processes
from edge.launcher.sources import CHAMBER_GONE_EXIT
from edge.launcher.voice_program import spoken_by_espeak
from edge.messages import Go, HomeAsks, HomeHeard, HomeVoice

LINK: Final = "firmware_bridge.home"
VOICE: Final = "voice.home"


class Home:
    """Both processes, from the first chamber of a run to its last."""

    def __init__(self, run: Run, programs: Mapping[str, str], processes: Processes) -> None:
        """Prepare them."""
        self._run, self._programs, self._processes = run, programs, processes
        self.may_sense: Callable[[], bool] = lambda: False
        """Says whether anything is to be heard."""
        self.may_go: Callable[[], bool] = lambda: False
        """Says whether the chamber has been let go."""
        self._slot: socket.socket | None = None
        self._epoch = 0
        self._pair: tuple[socket.socket, socket.socket] | None = None
        self._link: Child | None = None
        self._voice: Child | None = None
        self._is_ready = False

    @property
    def is_listening(self) -> bool:
        """Whether the link is there, or is being born."""
        return self._link is not None or self._voice is not None

    def take_slot(self, slot: socket.socket) -> None:
        """Write to another chamber from now on."""
        self._slot = slot

    def start(self) -> None:
        """Start both, unless they run or nothing is to be heard: first what speaks."""
        if self.is_listening or not self._slot or not self.may_sense():
            return
        self._pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._voice = child = Child(self._voice_birth(self._pair[1].fileno()))
        self._processes.living[VOICE] = child
        child.on_line(lambda _: self._voice_is_ready(child))
        child.on_death(lambda death: self._voice_died(child, death))

    def release(self) -> None:
        """Say GO, if it is ready and the chamber was let go."""
        if self._is_ready and self.may_go():
            self._tell(Go())
            self._is_ready = False

    def answer(self, message: HomeVoice | HomeHeard) -> None:
        """Hand on what was found, once the runtime has entered it."""
        self._tell(message)

    def end(self) -> None:
        """End both at once; they are not started again for that."""
        for name in (LINK, VOICE):
            self._processes.drop_plan(name)
        end_all([child for child in (self._link, self._voice) if child])
        self._link = self._voice = None
        self._close_pair()
        self._is_ready = False

    def close(self) -> None:
        """End them, and let the chamber find that nothing more will come."""
        self.end()
        if self._slot:
            self._slot.close()
            self._slot = None

    def _tell(self, message: Go | HomeVoice | HomeHeard) -> None:
        """Tell the link; one that does not listen hears nothing, and nobody waits for it."""
        if self._link and self._link.stdin >= 0:
            with contextlib.suppress(BrokenPipeError, BlockingIOError):
                os.write(self._link.stdin, msgspec.json.encode(message) + b"\n")

    # --- what speaks ---------------------------------------------------------------------------

    def _voice_is_ready(self, child: Child) -> None:
        if child is self._voice and self._processes.check(child, "voice"):
            self._start_link()

    def _voice_died(self, child: Child, death: Death) -> None:
        if child is not self._voice:
            return
        has_spoken = self._link is not None
        self.end()
        if has_spoken and self._processes.plan(VOICE, death, death.reason, self.start):
            return
        self._processes.notice(f"the house is listened to, but not answered aloud: {death.reason}")
        self._start_link()

    # --- the link ------------------------------------------------------------------------------

    def _start_link(self) -> None:
        self._link = child = Child(self._link_birth())
        self._close_pair()  # each has its end: it finds out when the other is gone
        os.set_blocking(child.stdin, False)
        self._processes.living[LINK] = child
        child.on_line(lambda line: self._hear(child, line))
        child.on_death(lambda death: self._link_died(child, death))

    def _hear(self, child: Child, line: bytes) -> None:
        if child is not self._link:
            return
        asked = msgspec.json.decode(line, type=HomeAsks)
        if asked.number:
            self._processes.tell_runtime(asked)
        elif self._processes.check(child, "firmware_bridge"):
            self._is_ready = True
            self.release()

    def _link_died(self, child: Child, death: Death) -> None:
        if child is not self._link:
            return
        self.end()
        if death.code == CHAMBER_GONE_EXIT:  # with a new chamber it starts anew
            return
        if LINK not in self._processes.seals:
            self._processes.fail(death.reason)
        elif not self._processes.plan(LINK, death, death.reason, self.start):  # the wearer's go on
            self._processes.notice(f"no house any more, its link died too often: {death.reason}")

    def _close_pair(self) -> None:
        for each in self._pair or ():
            each.close()
        self._pair = None

    # --- births --------------------------------------------------------------------------------

    def _link_birth(self) -> Birth:
        assert self._slot
        assert self._run.home
        self._epoch += 1
        slot_fd, listener_fd = self._slot.fileno(), self._run.home.listener.fileno()
        options: dict[str, int | str] = {
            "slot-fd": slot_fd,
            "epoch": self._epoch,
            "listener-fd": listener_fd,
            "version": version("offrecord"),
        }
        given: tuple[int, ...] = (slot_fd, listener_fd)
        if self._pair:
            options["voice-fd"] = self._pair[0].fileno()
            given = (*given, self._pair[0].fileno())
        return self._birth(LINK, options, given)

    def _voice_birth(self, pair_fd: int) -> Birth:
        return self._birth(VOICE, {"pair-fd": pair_fd}, (pair_fd,))

    def _birth(self, name: str, options: Mapping[str, int | str], given: tuple[int, ...]) -> Birth:
        settings = config.to_argument(spoken_by_espeak(self._run.config))
        argv = [sys.executable, "-m", self._programs[name]]
        for option, value in (*options.items(), ("settings", settings)):
            argv += [f"--{option}", str(value)]
        return Birth(
            name=name,
            profile=name.partition(".")[0],
            argv=argv,
            pass_fds=given,
            readable=births.PROGRAMS_READ,
            withheld=births.withheld(self._run),
        )
