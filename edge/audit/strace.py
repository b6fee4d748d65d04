"""What did every process of a run ask of the kernel? Reads strace's files; runs nothing.

strace writes one file a thread (`-ff`). A thread belongs to the program that its process last
became (execve), and before that to the program that made it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LAUNCHER: Final = "launcher"
BIRTH: Final = "birth.py"
"""Stage 0 of `edge/seal`: it already counts as the program that it becomes."""
MAKES_THREADS: Final = frozenset({"clone", "clone3", "fork", "vfork"})
_CALL: Final = re.compile(r"^(?P<name>\w+)\((?P<rest>.*)$")
_RESULT: Final = re.compile(r"\)\s+= (?P<result>-?\w+.*)$")
_MODULE: Final = re.compile(r'"-m", "edge\.(?P<module>\w+)')
_KIND: Final = re.compile(r'"--kind", "(?P<kind>\w+)"')
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one thread."""

    name: str
    arguments: tuple[str, ...]
    """As strace writes them."""
    result: str

    @property
    def failed(self) -> bool:
        return self.result.startswith("-1")

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments)})"


@dataclass(frozen=True, slots=True)
class Span:
    """What one thread did while it was one program."""

    program: str
    """`chamber`, `capture.audio`, `runtime`, `launcher`, or the path of what is none of ours."""
    calls: Sequence[Call]


def spans(folder: Path, prefix: str) -> list[Span]:
    """Return all that was traced into `folder` under `prefix`.PID."""
    threads = {int(path.suffix[1:]): read(path) for path in folder.glob(f"{prefix}.*")}
    makers = {
        int(made): (thread, place)
        for thread, calls in threads.items()
        for place, call in enumerate(calls)
        if call.name in MAKES_THREADS and (made := call.result.split()[0]).isdigit()
    }
    named = {thread: list(_named(calls)) for thread, calls in threads.items()}
    return [
        Span(program or _inherited(thread, makers, named), calls[begin:end])
        for thread, calls in threads.items()
        for begin, end, program in named[thread]
    ]


_Named = Mapping[int, Sequence[tuple[int, int, str]]]


def _inherited(thread: int, makers: Mapping[int, tuple[int, int]], named: _Named) -> str:
    """Return what the maker of a thread was when it made it."""
    while thread in makers:
        thread, place = makers[thread]
        program = next(program for begin, end, program in named[thread] if begin <= place < end)
        if program:
            return program
    return LAUNCHER


def _named(calls: Sequence[Call]) -> Iterator[tuple[int, int, str]]:
    """Yield from where to where a thread was which program; an empty one is its maker's."""
    births = [n for n, call in enumerate(calls) if call.name == "execve" and not call.failed]
    programs = [program_of(calls[place]) for place in births]
    for number in reversed(range(len(programs) - 1)):
        if programs[number] == BIRTH:
            programs[number] = programs[number + 1]
    borders = [0, *births, len(calls)]
    yield from zip(borders[:-1], borders[1:], ["", *programs], strict=True)


def program_of(execve: Call) -> str:
    """Return which of our programs an execve starts, else the path of the program."""
    path, argv = execve.arguments[:2]
    if BIRTH in argv:
        return BIRTH
    if module := _MODULE.search(argv):
        kind = _KIND.search(argv)
        name = LAUNCHER if module["module"] == "cli" else module["module"]
        return f"{name}.{kind['kind']}" if kind else name
    return path.strip('"')


# --- one file ----------------------------------------------------------------------------------


def read(path: Path) -> list[Call]:
    """Return a thread's calls in their order."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        return list(parse(lines))


def parse(lines: Iterable[str]) -> Iterator[Call]:
    """Yield the calls of strace's lines; signals and ends are passed over.

    A call that did not come back, because its thread was killed in it, has an empty result.
    """
    for line in lines:
        if found := _CALL.match(line.rstrip("\n")):
            arguments, rest = split(found["rest"])
            result = _RESULT.match(rest)
            yield Call(found["name"], arguments, result["result"] if result else "")


def split(rest: str) -> tuple[tuple[str, ...], str]:
    """Return the arguments at the beginning of what follows a call's `(`, and what follows them."""
    arguments: list[str] = []
    depth = begin = place = 0
    while place < len(rest):
        character = rest[place]
        if character == '"':
            place = _end_of_string(rest, place)
        elif character == "<" and depth >= 0 and (end := rest.find(">", place)) >= 0:
            place = end  # the path of a descriptor: 3</dev/null>
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            if depth == 0:
                break
            depth -= 1
        elif character == "," and depth == 0:
            arguments.append(rest[begin:place].strip())
            begin = place + 1
        place += 1
    last = rest[begin:place].strip()
    return tuple([*arguments, last] if last else arguments), rest[place:]


def _end_of_string(text: str, start: int) -> int:
    """Return the place of the quote that ends a string, which may hold escaped ones."""
    place = start + 1
    while place < len(text) and text[place] != '"':
        place += 2 if text[place] == "\\" else 1
    return place
