"""docs/adding-a-wearable.md, followed to the letter: its Murmur is heard by the sealed bridge."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from edge.capture.wishes import GO
from edge.launcher.child import readable_once
from edge.signals import AudioChunk
from edge.slot import MAX_RECORD_BYTES, SlotReader
from firmware_bridge import tty

GUIDE = Path("docs/adding-a-wearable.md")
FILE = re.compile(r"^`([a-z_/]+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEGIN = """
import os, sys, edge.bridge, firmware_bridge
edge.bridge.__path__.append({folder!r} + "/edge/bridge")
firmware_bridge.__path__.append({folder!r} + "/firmware_bridge")
from edge.bridge import links
links.LINKS["murmur"] = "edge.bridge.over_murmur"
from edge.bridge.__main__ import main
os._exit(main(sys.argv[1:]))
"""
"""The guide's files lie beside ours, not among them, and its row is added as it says."""
SOUND = (np.sin(np.arange(16_000) / 9) * 20_000).astype("<i2")


@pytest.fixture
def followed(tmp_path: Path) -> Path:
    """Write the guide's files where it says, below a folder."""
    for path, code in FILE.findall(GUIDE.read_text("utf-8")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(code)
    return tmp_path


@pytest.fixture
def module(followed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    room = import_module("firmware_bridge")
    monkeypatch.setattr(room, "__path__", [*room.__path__, str(followed / "firmware_bridge")])
    yield
    for name in [name for name in sys.modules if name.startswith("firmware_bridge.murmur")]:
        del sys.modules[name]


@pytest.mark.usefixtures("module")
def test_its_protocol_passes_what_it_asks_of_every_protocol() -> None:
    murmur, emulator = (
        import_module(f"firmware_bridge.{name}") for name in ("murmur", "murmur_emulator")
    )
    stream = b"".join(emulator.said(SOUND.tobytes(), 71))
    whole = list(murmur.Decoder().feed(stream))
    decoder = murmur.Decoder()
    assert [noun for byte in stream for noun in decoder.feed(bytes([byte]))] == whole
    heard = np.frombuffer(b"".join(whole[1:]), "<i2")
    assert np.abs(heard[::2] - SOUND[::2]).max() < 256
    for wrong in (b"S 8\n", b"B 101\n", b"\xff\n", b"S 80" * 1000):
        with pytest.raises(murmur.BadLine):
            list(murmur.Decoder().feed(wrong))


@pytest.mark.usefixtures("module")
def test_its_murmur_is_heard_through_the_sealed_bridge(followed: Path) -> None:
    board, end = os.openpty()
    line = tty.opened(os.ttyname(end), 115_200)
    slot, chamber = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    token = readable_once(bytes(32))
    options = ("--slots", f"audio:{slot.fileno()}:0", "--link", "murmur", "--token-fd", str(token))
    bridge = subprocess.Popen(
        [sys.executable, "-c", BEGIN.format(folder=str(followed)), *options, "--way-fd", str(line)],
        pass_fds=(slot.fileno(), token, line),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert bridge.stdin
    assert bridge.stdout
    assert b"ready" in bridge.stdout.readline()
    status = Path(f"/proc/{bridge.pid}/status").read_text("ascii")
    assert "Seccomp:\t2" in status
    bridge.stdin.write(GO)
    bridge.stdin.flush()
    for said in import_module("firmware_bridge.murmur_emulator").said(SOUND.tobytes(), 71):
        os.write(board, said)
        time.sleep(0.02)  # its own pace
    chamber.settimeout(20)
    reader, samples = SlotReader(), 0
    while samples < len(SOUND) // 2:  # on a busy machine some comes too late
        signal = reader.feed(chamber.recv(MAX_RECORD_BYTES))
        samples += len(signal.samples) if isinstance(signal, AudioChunk) else 0
    for descriptor in (board, end, line, token):
        os.close(descriptor)
    assert bridge.wait(timeout=20) == 3
    for each in (slot, chamber):
        each.close()
    assert b"not there any more" in bridge.communicate()[0]
