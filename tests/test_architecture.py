"""The house's import table, executable: what each room never imports."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NETWORK = {"socket", "ssl", "asyncio", "http", "urllib", "aiohttp", "ftplib", "smtplib", "requests"}
DATABASES = {"sqlite3", "sqlcipher3"}
MEDIA = {"edge.capture", "edge.chamber"}
TEXT_SIDE = {
    "edge.runtime",
    "edge.context",
    "edge.packet",
    "edge.digest",
    "edge.notes",
    "edge.search",
    "edge.reason",
    "edge.act",
    "edge.ledger",
    "edge.companion",
}

NEVER: dict[str, set[str]] = {
    "edge/messages.py": {"edge", "models", "firmware_bridge", "numpy"},
    "edge/airlock.py": {"socket", "asyncio", "os", "numpy"},
    "edge/signals.py": {"edge.messages", "msgspec", "pickle"},
    "edge/clock.py": {"edge", "numpy"},
    "edge/slot.py": {"edge.messages", "edge.airlock", "msgspec", "socket", "os"},
    "edge/config.py": {"edge", "models", "firmware_bridge", "numpy"},
    "edge/config_file.py": {"models", "firmware_bridge", "numpy", *MEDIA, *TEXT_SIDE},
    "edge/budget.py": {"socket", "os", "time", "asyncio", "numpy"},
    "edge/labels.py": {"edge", "models", "os", "numpy"},
    "edge/schedule.py": {"os", "time", "socket", "asyncio", "numpy", *MEDIA},
    "edge/mute.py": {"socket", "asyncio", "numpy", *MEDIA},
    "edge/control.py": {"asyncio", "numpy", *MEDIA},
    "edge/launcher/counter_rule.py": {"edge.ledger", "numpy", *MEDIA},
    "edge/seal": {"models", "firmware_bridge", "numpy", "msgspec"},
    "edge/capture": {"edge.chamber", *NETWORK - {"socket"}, *DATABASES, *TEXT_SIDE},
    "edge/bridge": {"edge.chamber", *DATABASES, "ssl", "http", "urllib", *TEXT_SIDE},
    "edge/chamber": {*NETWORK - {"socket"}, *DATABASES, "sounddevice", "soundfile", *TEXT_SIDE},
    "edge/mind": {*NETWORK, "edge.signals", "cv2", "sounddevice", "edge.capture", *TEXT_SIDE},
    "edge/launcher/lone_mind.py": {"numpy", "onnxruntime", "edge.mind", "edge.slot", *MEDIA},
    "edge/learning": {*NETWORK, *DATABASES, *MEDIA, *TEXT_SIDE},
    "edge/voice": {
        *NETWORK - {"socket"},
        *DATABASES,
        "cv2",
        "edge.capture",
        "edge.chamber",
        *TEXT_SIDE,
    },
    "edge/addressee.py": {"os", "time", "datetime", "socket", "asyncio", "numpy", *MEDIA},
    "edge/context.py": {"os", "time", "socket", "asyncio", "numpy", *MEDIA},
    "edge/packet.py": {"os", "time", "edge.notes", *NETWORK, "numpy", *MEDIA},
    "edge/standing.py": {"os", "time", "edge.notes", *NETWORK, "numpy", *MEDIA},
    "edge/repeats.py": {"os", "time", "edge.notes", *NETWORK, "numpy", *MEDIA},
    "edge/promises.py": {"os", "time", "edge.notes", *NETWORK, "numpy", *MEDIA},
    "edge/deadline.py": {"os", "time", "edge.notes", *NETWORK, "numpy", *MEDIA},
    "edge/digest": {"os", "time", "edge.runtime", *NETWORK, "numpy", *MEDIA},
    "edge/notes": {"edge.reason", "edge.companion", "edge.runtime", "numpy", *MEDIA},
    "edge/search": {"edge.reason", "edge.companion", "edge.runtime", "numpy", *NETWORK, *MEDIA},
    "edge/voice_profile.py": {"numpy", *MEDIA},
    "edge/reason": {"numpy", "cv2", "edge.mind", "edge.runtime", *MEDIA},
    "edge/reason/prompt.py": {"os", "time", "asyncio", "socket"},
    "edge/reason/withholding.py": {"os", "time", "asyncio", "socket", "aiohttp"},
    "edge/proactive": {
        *NETWORK,
        *("os", "time", "numpy", "cv2", "edge.reason", "edge.companion", "edge.runtime"),
        *MEDIA,
    },
    "edge/recall": {"numpy", "cv2", *MEDIA},
    "edge/providers.py": {"numpy", "onnxruntime", *MEDIA},
    "edge/act.py": {"edge.reason", "numpy", "cv2", *MEDIA},
    "edge/errand.py": {"os", "time", "asyncio", "numpy", "edge.notes", "edge.runtime", *MEDIA},
    "edge/agents": {"edge.reason", "edge.runtime", "numpy", "cv2", *MEDIA},
    "edge/tools": {"edge.reason", "edge.companion", "subprocess", "numpy", "cv2", *MEDIA},
    "edge/launcher/tool_programs.py": {"numpy", "edge.slot", "edge.tools", *MEDIA},
    "edge/ledger": {"edge.notes", "edge.runtime", "edge.reason", "numpy", *MEDIA},
    "edge/runtime": {"numpy", "cv2", "onnxruntime", *MEDIA},
    "edge/companion": {
        "numpy",
        "cv2",
        "edge.runtime",
        "edge.reason",
        "edge.act",
        "edge.control",
        "edge.config",
        "edge.config_file",
        *MEDIA,
    },
    "edge/mqtt": {"numpy", "cv2", "edge.notes", "edge.runtime", "edge.reason", *MEDIA},
    "edge/mqtt/state.py": {"os", "time", "socket", "asyncio", "aiomqtt"},
    "edge/mqtt/discovery.py": {"os", "time", "socket", "asyncio", "aiomqtt"},
    "edge/team": {*NETWORK, "aiomqtt", "numpy", "cv2", "edge.notes", "edge.runtime", *MEDIA},
    "edge/metrics.py": {"os", "time", *NETWORK, "edge.notes", "numpy", *MEDIA},
    "edge/launcher": {
        *("numpy", "cv2", "onnxruntime", "edge.slot", "edge.chamber", "edge.reason", "edge.view"),
        "edge.commands",
    },
    "edge/launcher/aside.py": MEDIA,
    "edge/launcher/asides.py": MEDIA,
    "edge/launcher/door.py": MEDIA,
    "edge/launcher/off_switch.py": MEDIA,
    "edge/launcher/own_folder.py": MEDIA,
    "edge/launcher/processes.py": MEDIA,
    "edge/launcher/shares.py": MEDIA,
    "edge/launcher/wearer.py": MEDIA,
    "edge/audit": {"edge.runtime", "aiohttp", "sounddevice", "cv2.VideoCapture"},
    "edge/systemd": {"numpy", *MEDIA, "edge.launcher"},
    "edge/systemd/handover.py": {"edge", "numpy"},
    "edge/view": {"numpy", "cv2", *MEDIA - {"edge.capture"}},
    "firmware_bridge": {"edge.chamber", "edge.capture", "edge.runtime", "numpy", *TEXT_SIDE},
    "models": {"edge", "firmware_bridge", "torch", "whisper"},
}
"""A name forbids the module and everything beneath it."""

TOP_LEVEL = {
    "pyproject.toml", "README.md", "edge", "firmware_bridge", "models", "tests", "deploy",
    "hardware.md", "LICENSE", "CHANGELOG.md", "docs", ".ci", "Makefile", "locks", ".gitignore",
}  # fmt: skip


def files_of(room: str) -> list[Path]:
    path = ROOT / room
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, forbidden: str) -> bool:
    return name == forbidden or name.startswith(f"{forbidden}.")


@pytest.mark.parametrize("room", NEVER)
def test_a_room_imports_nothing_that_it_must_not(room: str) -> None:
    guilty = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of(room)
        for name in imports_of(path)
        for forbidden in NEVER[room]
        if is_within(name, forbidden)
    ]
    assert guilty == []


def test_the_seal_knows_nothing_of_ours_but_its_own_tables() -> None:
    names = {name for path in files_of("edge/seal") for name in imports_of(path)}
    ours = {name for name in names if is_within(name, "edge")}
    assert {name for name in ours if not is_within(name, "edge.seal")} == set()


def test_the_top_level_holds_the_rooms_and_nothing_else() -> None:
    ignored = {".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}
    found = {path.name for path in ROOT.iterdir()} - ignored
    assert {name for name in found if not name.endswith(".egg-info")} <= TOP_LEVEL


@pytest.mark.parametrize("module", ["edge.launcher.run", "edge.runtime.__main__", "edge.cli"])
def test_the_text_side_never_loads_what_handles_media(module: str) -> None:
    heavy = {"numpy", "cv2", "onnxruntime", "sounddevice", "soundfile", "onnx"}
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {module}, sys; print(*sys.modules)"],
        capture_output=True, check=True, text=True,
    ).stdout.split()  # fmt: skip
    assert heavy & set(loaded) == set()


def test_names_that_say_nothing_are_not_used() -> None:
    vague = {"utils", "helpers", "common", "manager", "base", "misc"}
    assert [p for p in ROOT.glob("[em]*/**/*.py") if p.stem in vague] == []


def test_nobody_prints_but_the_commands() -> None:
    may = {"cli.py", "doctor/__init__.py", "bench/__init__.py", "view/__init__.py"}
    guilty = [
        str(path.relative_to(ROOT))
        for path in files_of("edge")
        if str(path.relative_to(ROOT / "edge")) not in may
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert guilty == []


def test_every_exception_is_caught_by_name() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in ("edge", "models", "firmware_bridge")
        for path in files_of(room)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]
    assert guilty == []


def test_media_is_never_kept_alive_by_a_caught_error() -> None:
    """A name bound by `except ... as` holds a traceback, and that holds every buffer in it."""
    guilty = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (*files_of("edge/chamber"), ROOT / "edge/slot.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler) and node.name
    ]
    assert guilty == []
