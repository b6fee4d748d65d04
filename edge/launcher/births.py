"""With what is each process started? Its command line, its descriptors, and what it may reach."""

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

import msgspec

import models.manifest
from edge import config, footprints, tune
from edge.capture import sources
from edge.capture.sources import Source
from edge.launcher import shares, voice_program
from edge.launcher.child import Birth
from edge.launcher.doorway import NO_DESCRIPTOR, TAKES_ANSWERS, Doorway, HomeDoor
from edge.launcher.shares import Shares
from edge.launcher.voice_program import VoiceProgram
from edge.messages import LANGUAGE_MODEL, Enrol
from edge.mind import language as thinking

PROJECT: Final = Path(__file__).resolve().parents[2]
SOUND_DEVICES: Final = Path("/dev/snd")
PLAYS, CONTROLS = "pcmC*D*p", "controlC*"
"""ALSA's names of what plays, and of what each card says of itself."""
EMBEDDER: Final = "minilm"
"""The mind's model."""
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
    secret: bytes = field(default=b"", repr=False)
    """What the notes are encrypted with; empty takes the owner's (`edge/notes/keys.py`)."""
    doorway: Doorway | None = None
    """Where a source is a wearable."""
    home: HomeDoor | None = None
    """Where the house comes in, to have sound made text and text sound."""

    @property
    def is_live(self) -> bool:
        """Whether a device is among the sources, or somebody in the house may send sound."""
        return self.home is not None or any(source.live for source in self.sources)

    @property
    def speaks(self) -> bool:
        """Whether answers are to be spoken: where somebody is there to hear them."""
        wanted = self.config.voice.enabled
        hears = any(source.live and source.kind == "audio" for source in self.sources)
        is_wanted = hears if wanted == "auto" else wanted
        return is_wanted and not self.fast and not self.enrol

    @property
    def speaks_by_wearable(self) -> bool:
        """Whether the wearable plays the answers: unless a loudspeaker is named."""
        is_able = self.doorway is not None and self.doorway.link in TAKES_ANSWERS
        return self.speaks and is_able and not self.config.voice.device

    def watched(self) -> Self:
        """Return the same run with somebody looking at its levels."""
        return replace(self, levels=True)


@dataclass(frozen=True, slots=True)
class RuntimeFds:
    """Where the runtime hears and speaks, beside its standard descriptors."""

    airlock: int
    key: int
    """Where it reads what the notes are encrypted with; no other process is given that."""
    mind: Sequence[int] = ()
    language: Sequence[int] = ()
    voice: Sequence[int] = ()
    tools: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Of each server of tools whose program was started."""


def runtime(run: Run, program: str, run_id: str, fds: RuntimeFds) -> Birth:
    """Return the birth of the text side: the one process that is given the reasoner's key."""
    keys = config.config_path().parent
    return Birth(
        name="runtime",
        profile="runtime",
        argv=_argv(
            run,
            program,
            airlock_fd=fds.airlock,
            key_fd=fds.key,
            data=str(run.data),
            run=run_id,
            mind_fds=",".join(map(str, fds.mind)) or False,
            language_fds=",".join(map(str, fds.language)) or False,
            voice_fds=",".join(map(str, fds.voice)) or False,
            worn=run.speaks_by_wearable,
            tool_fds=";".join(f"{n}:{a},{b}" for n, (a, b) in fds.tools.items()) or False,
            fast=run.fast,
            live=run.is_live,
            home=run.home is not None,
            announced=(run.home and run.home.announced) or False,
            keys=str(keys),
        ),
        pass_fds=(
            *(fds.airlock, fds.key, *fds.mind, *fds.language, *fds.voice),
            *(end for pipes in fds.tools.values() for end in pipes),
        ),
        readable=_readable(keys),
        writable=(run.data,),
    )


def mind(run: Run, program: str) -> Birth:
    """Return the birth of what thinks about texts; its pipes are its standard descriptors."""
    return Birth(
        name="mind",
        profile="mind",
        argv=[sys.executable, "-m", program],
        readable=_readable(models.manifest.folder()),
        withheld=withheld(run),
    )


def language(run: Run, program: str) -> Birth:
    """Return the birth of the language model; its pipes are its standard descriptors."""
    wanted = run.config.language_model
    assert wanted
    assert wanted.weights
    weights = wanted.weights
    argv = [sys.executable, "-m", program, "--model", str(weights)]
    argv += ["--context", str(run.config.context.tokens)]
    argv += ["--most-mb", str(language_room_mb(run.config))]
    return Birth(
        name=LANGUAGE_MODEL,
        profile="mind",
        argv=argv,
        readable=_readable(weights),
        withheld=withheld(run),
    )


def voice(
    run: Run, program: str, slot_fd: int, epoch: int, piper: VoiceProgram | None = None
) -> Birth:
    """Return the birth of what speaks: no microphone among its devices, no file to write.

    The slot is the chamber's, for what a loudspeaker plays; or that of the wearable that plays it.
    """
    ends = (piper.text_fd, piper.sound_fd) if piper else ()
    of_piper = ",".join(map(str, (*ends, piper.rate_hz))) if piper else False
    settings = voice_program.spoken_by_espeak(run.config)
    return Birth(
        name="voice",
        profile="voice",
        argv=_argv(
            replace(run, config=settings),
            program,
            slot_fd=False if run.speaks_by_wearable else slot_fd,
            worn_fd=run.speaks_by_wearable and slot_fd,
            epoch=epoch,
            piper=of_piper,
        ),
        pass_fds=(slot_fd, *ends),
        readable=_readable(),
        devices=() if run.speaks_by_wearable else _loudspeakers(),
        withheld=withheld(run),
    )


def _loudspeakers() -> list[Path]:
    return sorted(SOUND_DEVICES.glob(PLAYS)) + sorted(SOUND_DEVICES.glob(CONTROLS))


@dataclass(frozen=True, slots=True)
class Powers:
    """What a chamber is to be able to do."""

    senses: Collection[str]
    memory_mb: int = 0
    """For its models together; 0 means that all of them stay."""
    without: Collection[str] = ()
    """Specialists that hung time and again."""
    opening_key_fd: int = NO_DESCRIPTOR
    """From which it reads the key to what a wearable encrypts."""


def chamber(run: Run, program: str, slots: Sequence[int], powers: Powers) -> Birth:
    """Return the birth of what hears and sees, through `slots`, and perhaps knows voices."""
    memory = msgspec.structs.replace(run.config.memory, budget_mb=powers.memory_mb)
    settings = msgspec.structs.replace(tune.applied(run.config), memory=memory)
    return Birth(
        name="chamber",
        profile="chamber",
        argv=_argv(
            replace(run, config=settings),
            program,
            slot_fds=",".join(map(str, slots)),
            senses=",".join(sorted(powers.senses)),
            without=",".join(sorted(powers.without)) or False,
            lockstep=len(run.sources) if run.fast else False,
            opening_key_fd=powers.opening_key_fd,
        ),
        pass_fds=tuple({*slots, powers.opening_key_fd} - {NO_DESCRIPTOR}),
        readable=_readable(models.manifest.folder()),
        withheld=withheld(run),
    )


def divided(settings: config.Config) -> Shares:
    """Return how much memory the models of each process may take.

    Nobody asked for a mind that starts by itself: it takes no room that others are short of.
    """
    machine_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    whole_mb = shares.budget_mb(settings.memory, machine_bytes)
    language_mb = thinking.share_mb(settings) if whole_mb else 0  # it reads the model's whole head
    left_mb = shares.HEARING_MB if settings.notes.meaning is True else shares.COMFORTABLE_MB
    return shares.divide(whole_mb, _mind_mb(settings), language_mb, mind_leaves_mb=left_mb)


def language_room_mb(settings: config.Config) -> int:
    """Return how much of a memory budget the language model may take; 0 where there is none."""
    chamber_mb, _, language_mb = divided(settings)
    return max(1, chamber_mb + language_mb - shares.HEARING_MB) if chamber_mb else 0


def _mind_mb(settings: config.Config) -> int:
    """Return what the sentence embedding takes at work; it is loaded when nobody else is yet."""
    wanted = settings.notes.meaning
    if not wanted or (wanted == "auto" and not models.manifest.receipt(EMBEDDER)):
        return 0
    (file,) = (each for each in models.manifest.row(EMBEDDER).files if each.job)
    name = footprints.name_of(models.manifest.row(EMBEDDER), file)
    sizes = footprints.read().get(name) or file.job
    assert sizes
    return -(-sizes.working_bytes // shares.MIB)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a source that is started (again) goes on."""

    slot_fd: int
    epoch: int
    skip_ms: int
    pictures_fd: int = NO_DESCRIPTOR
    """Where a camera's program writes them."""


def capture(run: Run, program: str, name: str, source: Source, begin: Beginning) -> Birth:
    """Return the birth of what holds one device or file, or what a camera's program gives."""
    needs = sources.needs(source)
    pictures = () if begin.pictures_fd == NO_DESCRIPTOR else (begin.pictures_fd,)
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
            pictures_fd=begin.pictures_fd,
        ),
        pass_fds=(begin.slot_fd, *pictures),
        readable=_readable(*needs.readable),
        devices=needs.devices,
        ports=needs.ports,
        withheld=withheld(run),
    )


@dataclass(frozen=True, slots=True)
class BridgeFds:
    """What a wearable's link is given."""

    token: int
    way: int = NO_DESCRIPTOR
    """By which a wearable comes."""
    key: int = NO_DESCRIPTOR
    """Of the file with this device's key."""
    voice: int = NO_DESCRIPTOR
    """From which it has what a wearable is to play."""

    @property
    def given(self) -> tuple[int, ...]:
        """Those that are closed here when it has them."""
        return tuple({self.token, self.way, self.key} - {NO_DESCRIPTOR})


def bridge(run: Run, program: str, begins: Mapping[str, Beginning], fds: BridgeFds) -> Birth:
    """Return the birth of what holds a wearable's link: begins by kind of source."""
    assert run.doorway
    return Birth(
        name="firmware_bridge",
        profile="firmware_bridge",
        argv=_argv(
            run,
            program,
            slots=",".join(f"{kind}:{b.slot_fd}:{b.epoch}" for kind, b in begins.items()),
            link=run.doorway.link,
            way_fd=fds.way,
            where=run.doorway.where,
            token_fd=fds.token,
            key_fd=fds.key,
            voice_fd=fds.voice,
            origin=run.doorway.origin,
            skip_ms=max(begin.skip_ms for begin in begins.values()),
        ),
        pass_fds=(
            *fds.given,
            *({fds.voice} - {NO_DESCRIPTOR}),
            *(begin.slot_fd for begin in begins.values()),
        ),
        readable=_readable(),
        withheld=withheld(run),
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


def withheld(run: Run) -> tuple[str, ...]:
    """Return the variables that only `runtime` gets."""
    of_servers = (name for each in run.config.tool_server for name in each.env)
    of_reasoners = (each.api_key_env for each in run.config.reasoner)
    return (*of_reasoners, *of_servers, run.config.home.password_env)
