"""Does anything stay of what was heard and seen? A run of which every sample is known is searched.

A real `offrecord run` hears speech and sees a picture that exist only here. Two seconds after the
utterance its memory is read; while it hears a second one it is crashed; in the end everything that
changed on this machine meanwhile is named, attributed and searched.
"""

import contextlib
import os
import signal
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from edge import config, seal
from edge.audit import Check, bait, changes, controls, memory, player, traces, weakest, witness
from edge.audit.bait import Bait
from edge.audit.changes import Changed, Walk
from edge.audit.player import Player
from edge.audit.stayed import Found, Heard, judged
from edge.audit.traces import Trace
from edge.audit.witness import Witness

HEARD_WITHIN_S: Final = 90.0
"""From the start of the run to the first words, on a small board."""
RETENTION_S: Final = 2.0
"""After the end of an utterance nothing of it may be left."""
SECOND_WITHIN_S: Final = 30.0
SECOND_HEARD_S: Final = 1.5
CRASH_WITHIN_S: Final = 20.0
HOLDS_MEDIA: Final[tuple[str, ...]] = ("chamber", "capture.audio", "capture.video")
LOG_FOLDERS: Final = ("/var/log/", "/run/log/")
"""Written by a program that anybody may tell something."""


def checks(settings: config.Config) -> tuple[list[Check], str]:
    """Play the canary and search for it; return what was seen, and the run's level.

    Takes about 40 s. The detectors are tried on planted leaks first.
    """
    tried = controls.checks()
    with tempfile.TemporaryDirectory(prefix="offrecord-canary-") as name:
        folder = Path(name)
        laid = bait.lay(folder)
        places = changes.places()
        start_ns = changes.moment_ns(folder)
        with Witness(places) as watching:
            with Player(laid.sound, laid.pictures, bait.PICTURE_S, folder, settings) as run:
                heard = _listen(run, laid, settings)
            if isinstance(heard, Check):
                return [*tried, heard], "D"
            walk = changes.since(start_ns, places, [folder])
        found = _searched(laid, heard, walk, watching, folder)
    return [*tried, *judged(heard, found)], weakest(heard.levels)


# --- while it lives ------------------------------------------------------------------------------


def _listen(run: Player, laid: Bait, settings: config.Config) -> Heard | Check:
    """Let it hear the canary, look into its memory, let it hear the second one, and crash it."""
    if not run.wait_for("Transcript", HEARD_WITHIN_S, lambda _: True):
        return Check("canary: heard", "unchecked", _why_not(run))
    ended_s = run.moment_s(laid.ends_at_s + settings.gate.hangover_ms / 1000)
    run.listen_until(ended_s + RETENTION_S)
    searched_after_s = time.monotonic() - ended_s
    left = {name: memory.share_left(pid, laid.canary) for name, pid in run.pids.items()}
    walls = {name: _walls(name, run.pids[name]) for name in HOLDS_MEDIA if name in run.pids}
    texts = tuple(line["text"] for line in run.shown if line["type"] == "Transcript")
    run.wait_for("SpeechStarted", SECOND_WITHIN_S, lambda _: True)
    run.listen_until(time.monotonic() + SECOND_HEARD_S)
    chamber = run.pids["chamber"]
    second = memory.share_left(chamber, laid.second)
    with contextlib.suppress(ProcessLookupError):
        os.kill(chamber, signal.SIGSEGV)
    died = run.wait_for("ChildDied", CRASH_WITHIN_S, lambda line: line["process"] == "chamber")
    run.end()
    return Heard(
        texts=texts,
        sights=sum(line["type"] == "Seen" for line in run.shown),
        searched_after_s=searched_after_s,
        left=left,
        walls=walls,
        second=second,
        crash=died["reason"] if died else "",
        levels=tuple(line["level"] for line in run.shown if line["type"] == "SealState"),
        pids=frozenset(run.all_pids),
        log=run.log,
    )


def _why_not(run: Player) -> str:
    run.end()
    lines = run.log.decode("utf-8", "replace").strip().splitlines()
    return f"no words came out of the run: {lines[-1] if lines else 'it said nothing'}"


def _walls(name: str, pid: int) -> seal.Inspection:
    return seal.inspect(pid, name.partition(".")[0])


# --- when it has ended ---------------------------------------------------------------------------


def _searched(laid: Bait, heard: Heard, walk: Walk, watching: Witness, folder: Path) -> Found:
    data = folder / player.DATA
    own = changes.since(0, [data])
    searchers = traces.Searcher(laid.canary), traces.Searcher(laid.second)
    who = witness.attribute(walk.changed, heard.pids, watching)
    logs = [change for change in who.others if str(change.path).startswith(LOG_FOLDERS)]
    return Found(
        walk=walk,
        who=who,
        is_watched=watching.is_watching,
        deeds=watching.deeds(heard.pids, [folder, data]),
        traces=[*_traces(walk.changed, searchers), *_in_log(heard.log, searchers)],
        in_data=[*_traces(own.changed, searchers)],
        data_files=own.files,
        wordy=[*_wordy([*who.ours, *who.unknown, *logs], " . ".join(heard.texts))],
        cores=[change.path for change in walk.changed if traces.is_core(change)],
    )


def _traces(changed: Sequence[Changed], searchers: Sequence[traces.Searcher]) -> Iterator[Trace]:
    for change in changed:
        for searcher in searchers:
            yield from searcher.in_file(change)


def _in_log(log: bytes, searchers: Sequence[traces.Searcher]) -> Iterator[Trace]:
    for searcher in searchers:
        yield from (Trace(Path("the log of the run"), how) for how in searcher.in_bytes(log))


def _wordy(changed: Sequence[Changed], words: str) -> Iterator[Path]:
    for change in changed:
        is_file = stat.S_ISREG(change.status.st_mode)
        if is_file and traces.words_in(traces.content(change.path), words):
            yield change.path
