"""What do honest processes do after their seal? A chamber's thinking, a runtime's day.

    python seal_work.py chamber MODEL | capture FILE | runtime FOLDER PORT

Answers on descriptor 1 with one line of JSON, then lives until descriptor 0 is closed.
"""

import asyncio
import json
import os
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from edge import seal
from edge.audit.attack.system_calls import by_number, call, outcome

Work = Callable[[], dict[str, object]]
WRITABLE = {1}


def chamber(model: str) -> Work:
    """Warm up, then meet new shapes and start a new thread while sealed."""
    import cv2  # noqa: PLC0415 (the other modes do without)
    import numpy as np  # noqa: PLC0415
    import onnxruntime as ort  # noqa: PLC0415

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
    options.enable_cpu_mem_arena = False
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    cv2.setNumThreads(1)

    def think(rows: int) -> float:
        answer = session.run(None, {"x": np.ones((rows, 64), np.float32)})[0]
        picture = cv2.resize(np.full((rows * 8, 64, 3), 200, np.uint8), (32, 32))
        return float(np.linalg.norm(np.fft.rfft(answer[0])) + picture.mean())

    think(3)

    def work() -> dict[str, object]:
        found: dict[str, object] = {"here": think(5)}
        thread = threading.Thread(target=lambda: found.update(thread=think(7)), name="later")
        thread.start()
        thread.join()
        return {**found, "threads": threading.active_count()}

    return work


def capture(file: str) -> Work:
    """Read files, write none; send records to the slot only."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def work() -> dict[str, object]:
        rows: dict[str, Callable[[], object]] = {
            "read": lambda: Path(file).read_bytes(),
            "write": lambda: Path(file).write_bytes(b""),
            "send a record": lambda: ours.send(b"record"),
            "send back": lambda: theirs.send(b"record"),
            "receive": lambda: theirs.recv(9),
            "socket": socket.socket,
            "play": lambda: call("ioctl", 0, 0x40184150, 0),
            "listen": lambda: call("ioctl", 0, 0x80184151, 0),
            "look": lambda: call("ioctl", 0, 0xC0585611, 0),
        }
        return {name: outcome(attempt) for name, attempt in rows.items()}

    WRITABLE.add(ours.fileno())
    return work


def runtime(folder: str, port: str) -> Work:
    """Remember, talk to the network; nothing that takes over another process."""

    def remember() -> None:
        notes = sqlite3.connect(f"{folder}/notes.db")
        notes.execute("PRAGMA journal_mode=WAL")
        notes.execute("CREATE TABLE note (text)")
        notes.close()

    async def talk() -> None:
        await asyncio.get_running_loop().getaddrinfo("localhost", int(port))
        _, writer = await asyncio.open_connection("127.0.0.1", int(port))
        writer.close()
        await asyncio.to_thread(time.sleep, 0)

    def work() -> dict[str, object]:
        rows: dict[str, Callable[[], object]] = {
            "remember": remember,
            "talk": lambda: asyncio.run(talk()),
            "write elsewhere": lambda: Path(folder, "../elsewhere").write_bytes(b""),
            "open a device": lambda: os.open("/dev/full", os.O_RDONLY),
            "raw socket": lambda: call("socket", socket.AF_INET, 3, 1),
            "routing socket": lambda: call("socket", socket.AF_NETLINK, 3, 0),
            "fork": os.fork,
            "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
            "memory as a file": lambda: os.memfd_create("x"),
            "ptrace": lambda: call("ptrace", 0x4206, os.getppid(), 0, 0),
            "io_uring": lambda: call("io_uring_setup", 4, bytes(120)),
            "signal": lambda: os.kill(os.getppid(), 0),
            "ioctl of a microphone": lambda: call("ioctl", 0, 0x4140, 0),
        }
        return {name: outcome(attempt) for name, attempt in rows.items()}

    return work


def another_set_of_calls() -> Work:
    return lambda: {"getpid": by_number(0x40000000 | 39)}


WORK: dict[str, Callable[..., Work]] = {
    "chamber": chamber,
    "capture": capture,
    "runtime": runtime,
    "x32": another_set_of_calls,
}


def main(mode: str, *arguments: str) -> None:
    work = WORK[mode](*arguments)
    seal.silence_stderr()
    seal.seal(mode if mode in seal.PROFILES else "chamber", writable_fds=WRITABLE)
    os.write(1, json.dumps(work()).encode() + b"\n")
    os.read(0, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
