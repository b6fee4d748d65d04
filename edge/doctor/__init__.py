"""Whether Offrecord can work on this machine and, if not, the one command that helps."""

import ctypes.util
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge import (
    config,
    config_file,
    footprints,
    mute,
    providers,
    schedule,
    seal,
    tune,
    voice_profile,
)
from edge.commands import specialists as specialists_command
from edge.doctor.finding import Finding, Verdict
from edge.launcher import voice_program
from edge.notes import keys, vault
from edge.view.specialists_page import refusals
from models import fetch, manifest

NEEDED_DISK_MB: Final = 300
"""Room for fetching and building the default models."""
NEEDED_MEMORY_MB: Final = 400
ESPEAK: Final = "espeak-ng"
MARKS: Final[dict[Verdict, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "note": ("•", "yellow"),
    "fail": ("✗", "bold red"),
}


def examine(config_path: Path | None) -> list[Finding]:
    """Check everything; a `fail` means that the demo cannot run."""
    findings: list[Finding] = [*_configuration(config_path)]
    checks: Sequence[Callable[[], Iterator[Finding]]] = (
        _python, _walls, _models, _provider, _microphone, _camera, _room,
    )  # fmt: skip
    for check in checks:
        findings += check()
    own = (_mute, _notes, _voice, _spoken, _specialists, _reasoner, _house)
    return [*findings, *(finding for check in own for finding in check(config_path))]


def exit_status(findings: Sequence[Finding]) -> int:
    """Return 0 when the demo can run."""
    return int(any(finding.verdict == "fail" for finding in findings))


def report(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print the findings."""
    if as_json:
        ok = not exit_status(findings)
        print(json.dumps({"ok": ok, "checks": [asdict(finding) for finding in findings]}))
        return
    table = Table.grid(padding=(0, 1))
    for finding in findings:
        found = Text(finding.found)
        if finding.remedy:
            found.append(f"\n→ {finding.remedy}", "dim" if finding.verdict == "ok" else "bold")
        table.add_row(Text(*MARKS[finding.verdict]), finding.name, found)
    Console(highlight=False).print(table)
    if exit_status(findings):
        print("\nThe demo cannot run yet: mend what is marked ✗.")


def _configuration(path: Path | None) -> Iterator[Finding]:
    where = path or config.config_path()
    try:
        config_file.load(path)
    except config_file.BadConfig as refusal:
        yield Finding("configuration", "fail", str(refusal), "offrecord config --check FILE")
        return
    found = str(where) if where.exists() else f"defaults (none at {where})"
    yield Finding("configuration", "ok", found)


def _mute(path: Path | None) -> Iterator[Finding]:
    try:
        settings = config_file.load(path)
    except config_file.BadConfig:
        return
    stretches = schedule.read(settings.mute.schedule)
    said, guessed = mute.load(config.data_folder(settings.notes))
    clock = mute.read_clock()
    state = mute.standing(said, stretches, clock)
    planned = f"; schedule: {', '.join(settings.mute.schedule)}" if stretches else ""
    if guessed:
        yield Finding("mute", "note", f"{guessed}{planned}", "offrecord unmute")
    elif state.muted:
        words = f"muted {mute.until(state, clock.wall_s)}: nothing is heard or seen{planned}"
        yield Finding("mute", "note", words, "offrecord unmute")
    else:
        yield Finding("mute", "ok", f"not muted{planned}")


def _notes(_path: Path | None) -> Iterator[Finding]:
    kept = keys.where()
    if not kept:
        yield Finding("your notes", "ok", "encrypted; their key is made with the first of them")
    elif keys.home() == "file":
        found = f"encrypted; their key is {kept}: who steals the whole disk has both"
        yield Finding("your notes", "note", found, "offrecord notes key --passphrase")
    else:
        yield Finding("your notes", "ok", f"encrypted; their key is {kept}")


def _voice(path: Path | None) -> Iterator[Finding]:
    try:
        settings = config_file.load(path)
        folder = config.data_folder(settings.notes)
        known = voice_profile.load(folder, keys.secret(keys.nobody, may_make=False))
    except config_file.BadConfig:
        return
    except keys.NoKey:
        is_kept = voice_profile.is_kept(folder)
        found = "known, and locked" if is_kept else "not known: everybody's words are heard alike"
        yield Finding("your voice", "note", found, "" if is_kept else "offrecord enroll")
        return
    except (voice_profile.UselessVoice, vault.WrongKey, OSError) as refusal:
        yield Finding("your voice", "fail", str(refusal), "offrecord enroll")
        return
    mode = settings.privacy.mode
    if known and mode == "auto":
        yield Finding("your voice", "ok", "known: only your own words leave the chamber")
    elif known:
        yield Finding("your voice", "ok", f"known; [privacy] mode is {mode}")
    else:
        found = "not known: everybody's words are heard alike"
        yield Finding("your voice", "note", found, "offrecord enroll")


def _spoken(path: Path | None) -> Iterator[Finding]:
    """Say whether answers are spoken, and by what."""
    name, ours = "spoken answers", "answers are shown as text"
    try:
        settings = config_file.load(path).voice
    except config_file.BadConfig:
        return
    if settings.enabled is False:
        yield Finding(name, "ok", f"off ([voice] enabled = false); {ours}")
        return
    speaks, refusal = _speaks(settings.voice)
    if refusal:
        yield Finding(name, "note", f"espeak-ng speaks, where it is installed: {refusal}")
    needed = (("espeak-ng", "espeak-ng"), ("portaudio", "libportaudio2"))[speaks != ESPEAK :]
    for library, package in needed:
        if not ctypes.util.find_library(library):
            found = f"{library} is not installed; {ours}"
            yield Finding(name, "note", found, f"sudo apt install {package}")
            return
    from edge.voice import loudspeaker  # noqa: PLC0415 (PortAudio is loaded when this is imported)

    names = ", ".join(loudspeaker.names())
    if names:
        yield Finding(name, "ok", f"{speaks}, through {names}")
    else:
        yield Finding(name, "note", f"no loudspeaker was found; {ours}")


def _speaks(voice: str) -> tuple[str, str]:
    """Return what a voice is spoken by, and why not by Piper if that is what was named."""
    if not voice_program.is_named(voice):
        return ESPEAK, ""
    try:
        return f"Piper ({voice_program.PiperVoice.find(voice).model.stem})", ""
    except voice_program.NoPiper as refusal:
        return ESPEAK, str(refusal)


def _python() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.machine()}")


def _walls() -> Iterator[Finding]:
    walls = seal.walls()
    if walls.seccomp:
        yield Finding("wall 1: seccomp", "ok", "the kernel refuses what is not on the list")
    else:
        yield Finding(
            "wall 1: seccomp",
            "fail",
            "this kernel has no seccomp filters; nothing can be sealed",
            "use a kernel with CONFIG_SECCOMP_FILTER, as all distributions' kernels have",
        )
    if walls.landlock_abi:
        yield Finding("wall 2: Landlock", "ok", f"version {walls.landlock_abi}: level A")
    else:
        yield Finding("wall 2: Landlock", "note", "absent: level C (seccomp alone)")
    if os.geteuid() != 0 and not walls.user_namespaces:
        yield Finding(
            "check from outside",
            "note",
            "user namespaces are forbidden here: what a sealed process holds stays unchecked",
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        )


def _models() -> Iterator[Finding]:
    for result in fetch.verify():
        if result.state == "ok":
            yield Finding(f"model {result.name}", "ok", f"{result.bytes / 1e6:.0f} MB")
        else:
            row = manifest.row(result.name)
            yield Finding(
                f"model {result.name}",
                "fail" if row.default else "note",
                f"{result.state}; {row.without}",
                f"offrecord models fetch {result.name}",
            )
    yield _recogniser()


def _recogniser() -> Finding:
    found = tune.read()
    if not found:
        words = "int8 on one thread; not measured on this device"
        return Finding("recogniser", "note", words, "offrecord tune")
    each = [
        f"{model} {choice.precision}, threads {choice.threads} and {choice.decoder_threads}, "
        f"5 s of speech in {choice.utterance_ms:.0f} ms"
        for model, choice in found.choices.items()
    ]
    return Finding("recogniser", "ok", f"{found.model}: {'; '.join(each)} ({found.day})")


def _provider() -> Iterator[Finding]:
    """Say on what the graphs run, and on what else they could."""
    others = [name for name in providers.installed() if name != providers.CPU]
    has = f"{providers.runtime()} has {', '.join(others) or 'nothing else'}"
    choice = providers.chosen(footprints.machine())
    remedy = f"offrecord tune --provider {others[0]}" if others and not choice else ""
    yield Finding("graphs", "ok", f"{providers.summary(choice)}; {has}", remedy)


def _specialists(path: Path | None) -> Iterator[Finding]:
    """Say who does not fit the memory budget, and whom the last chamber could not use."""
    try:
        settings = config_file.load(path)
    except config_file.BadConfig:
        return
    machine_bytes = specialists_command.machine_bytes()
    _, lines = specialists_command.page(settings, machine_bytes, footprints.read())
    told = specialists_command.newest(config.data_folder(settings.notes))
    sentences = [line.why for line in lines if line.why]
    sentences += [f"in the last run: {each}" for each in refusals(told)] if told else []
    for sentence in sentences:
        yield Finding("specialist", "note", sentence, "offrecord specialists")
    if not sentences:
        yield Finding("specialists", "ok", f"{len(lines)} can be used")


def _microphone() -> Iterator[Finding]:
    if not ctypes.util.find_library("portaudio"):
        yield Finding(
            "microphone",
            "note",
            "the library PortAudio is missing; files and the demo work without it",
            "sudo apt install libportaudio2",
        )
        return
    from edge.capture import devices  # noqa: PLC0415 (PortAudio is loaded when this is imported)

    found = devices.list_devices()
    names = ", ".join(microphone.name for microphone in found.microphones)
    if names:
        yield Finding("microphone", "ok", names)
    else:
        yield Finding("microphone", "note", "none found; `--audio FILE` and the demo work without")


def _camera() -> Iterator[Finding]:
    cameras = sorted(str(path) for path in Path("/dev").glob("video*"))
    if not cameras:
        yield Finding("camera", "note", "none found; `--video FILE|FOLDER|URL` works without")
    elif not all(os.access(camera, os.R_OK | os.W_OK) for camera in cameras):
        yield Finding("camera", "note", f"{cameras[0]} is not yours to open",
                      "sudo usermod -aG video $USER, then log in again")  # fmt: skip
    else:
        yield Finding("camera", "ok", ", ".join(cameras))


def _room() -> Iterator[Finding]:
    folder = next(p for p in (manifest.folder(), *manifest.folder().parents) if p.exists())
    free_mb = shutil.disk_usage(folder).free >> 20
    enough = free_mb >= NEEDED_DISK_MB
    yield Finding("disk", "ok" if enough else "note", f"{free_mb} MB free at {folder}")
    lines = Path("/proc/meminfo").read_text().splitlines()
    available_kb = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    enough = available_kb >> 10 >= NEEDED_MEMORY_MB
    yield Finding("memory", "ok" if enough else "note", f"{available_kb >> 10} MB available")


def _reasoner(config_path: Path | None) -> Iterator[Finding]:
    try:
        settings = config_file.load(config_path)
    except config_file.BadConfig:
        return
    from edge.doctor import reasoners  # noqa: PLC0415 (no other check needs a web client)

    yield from reasoners.reasoners(settings)


def _house(config_path: Path | None) -> Iterator[Finding]:
    try:
        settings = config_file.load(config_path)
    except config_file.BadConfig:
        return
    from edge.doctor import house  # noqa: PLC0415 (few have a broker)

    yield from house.house(settings)
