"""With what is each process started? Its command line, its descriptors, and what it may reach."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import models.manifest
from edge import config, tune
from edge.capture import sources
from edge.capture.sources import Source
from edge.child import Birth
from edge.messages import Enrol

PROJECT: Final = Path(__file__).resolve().parent.parent
SOUND_DEVICES: Final = Path("/dev/snd")
PLAYS, CONTROLS = "pcmC*D*p", "controlC*"
"""ALSA's names of what plays, and of what each card says of itself."""
PROGRAMS_READ: Final = (PROJECT, Path(sys.prefix), Path(sys.base_prefix))
"""What every program of ours needs to read: itself, and Python."""


@dataclass(frozen=True, slots=True)
class Run:
    """What to run."""

    config: config.Config
    sources: Sequence[Source]
    data: Path
    """Folder of the notes and the ledger."""
    fast: bool = False
    levels: bool = False
    """Whether a screen watches the loudness."""
    picture_s: float = 2.0
    enrol: Enrol | None = None
    """What the run begins with: to learn the wearer's voice."""

    @property
    def is_live(self) -> bool:
        """Whether a device is among the sources."""
        return any(source.live for source in self.sources)

    @property
    def speaks(self) -> bool:
        """Whether answers are to be spoken: where somebody is there to hear them."""
        wanted = self.config.voice.enabled
        hears = any(source.live and source.kind == "audio" for source in self.sources)
        is_wanted = hears if wanted == "auto" else wanted
        return is_wanted and not self.fast and not self.enrol

    def watched(self) -> Self:
        """Return the same run with somebody looking at its levels."""
        return replace(self, levels=True)


@dataclass(frozen=True, slots=True)
class RuntimeFds:
    """Where the runtime hears and speaks, beside its standard descriptors."""

    airlock: int
    mind: Sequence[int] = ()
    voice: Sequence[int] = ()


def runtime(run: Run, program: str, run_id: str, fds: RuntimeFds) -> Birth:
    """Return the birth of the text side: the one process that is given the reasoner's key."""
    return Birth(
        name="runtime",
        profile="runtime",
        argv=_argv(
            run,
            program,
            airlock_fd=fds.airlock,
            data=str(run.data),
            run=run_id,
            mind_fds=",".join(map(str, fds.mind)) or False,
            voice_fds=",".join(map(str, fds.voice)) or False,
            fast=run.fast,
            live=run.is_live,
        ),
        pass_fds=(fds.airlock, *fds.mind, *fds.voice),
        readable=_readable(),
        writable=(run.data,),
    )


def mind(run: Run, program: str) -> Birth:
    """Return the birth of what thinks about texts; its pipes are its standard descriptors."""
    return Birth(
        name="mind",
        profile="mind",
        argv=[sys.executable, "-m", program],
        readable=_readable(models.manifest.folder()),
        withheld=_secrets(run),
    )


def voice(run: Run, program: str, slot_fd: int, epoch: int) -> Birth:
    """Return the birth of what speaks: no microphone among its devices, no file to write."""
    return Birth(
        name="voice",
        profile="voice",
        argv=_argv(run, program, slot_fd=slot_fd, epoch=epoch),
        pass_fds=(slot_fd,),
        readable=_readable(),
        devices=sorted(SOUND_DEVICES.glob(PLAYS)) + sorted(SOUND_DEVICES.glob(CONTROLS)),
        withheld=_secrets(run),
    )


def chamber(run: Run, program: str, slots: Sequence[int], senses: Collection[str]) -> Birth:
    """Return the birth of what hears and sees, through `slots`, and perhaps knows voices."""
    return Birth(
        name="chamber",
        profile="chamber",
        argv=_argv(
            replace(run, config=tune.applied(run.config)),
            program,
            slot_fds=",".join(map(str, slots)),
            senses=",".join(sorted(senses)),
            lockstep=len(run.sources) if run.fast else False,
        ),
        pass_fds=slots,
        readable=_readable(models.manifest.folder()),
        withheld=_secrets(run),
    )


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a source that is started (again) goes on."""

    slot_fd: int
    epoch: int
    skip_ms: int


def capture(run: Run, program: str, name: str, source: Source, begin: Beginning) -> Birth:
    """Return the birth of what holds one device or file."""
    needs = sources.needs(source)
    return Birth(
        name=name,
        profile="capture",
        argv=_argv(
            run,
            program,
            kind=source.kind,
            source=source.spec,
            slot_fd=begin.slot_fd,
            epoch=begin.epoch,
            skip_ms=begin.skip_ms,
            picture_s=run.picture_s,
            fast=run.fast,
        ),
        pass_fds=(begin.slot_fd,),
        readable=_readable(*needs.readable),
        devices=needs.devices,
        ports=needs.ports,
        withheld=_secrets(run),
    )


def _argv(wanted: Run, program: str, /, **options: str | float | bool) -> list[str]:
    """Return a command line; a true option is a bare flag, a false one is left out."""
    argv = [sys.executable, "-m", program]
    for name, value in (*options.items(), ("settings", config.to_argument(wanted.config))):
        if value is not False:
            argv += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    return argv


def _readable(*more: Path) -> list[Path]:
    """Return what a program needs to read; without its models the chamber says so itself."""
    return [*PROGRAMS_READ, *(path for path in more if path.exists())]


def _secrets(run: Run) -> tuple[str, ...]:
    """Return the variables that only `runtime` gets."""
    return (run.config.reasoner.api_key_env,)
