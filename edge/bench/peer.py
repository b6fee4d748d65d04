"""One recogniser of others, in a process of its own: sound comes in, text and cost go out.

Run as a script by the Python that has the peers, which has nothing of ours: only the standard
library and numpy are used besides the peer. Each is set up as it ships: its own defaults, the
language named, one thread.
"""

import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

LENGTH = struct.Struct("<i")
SAMPLE_RATE_HZ = 16_000
POSITIONS_PER_S = 50
MOST_POSITIONS = 1500
WARM_UP_S = 3
Hear = Callable[[Any], str]


def main(name: str, folder: str) -> int:
    """Answer each sound with one JSON line, the first one of which says that it is ready."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whisper.cpp speaks on standard output
    try:
        import numpy as np  # noqa: PLC0415 (the peers' Python may have nothing at all)

        hear = PEERS[name](Path(folder))
    except ModuleNotFoundError as absent:
        answers.write(json.dumps({"missing": absent.name}) + "\n")
        return 0
    hear(np.zeros(WARM_UP_S * SAMPLE_RATE_HZ, np.float32))
    answers.write(json.dumps({"missing": None}) + "\n")
    answers.flush()
    while head := sys.stdin.buffer.read(LENGTH.size):
        sound = np.frombuffer(sys.stdin.buffer.read(4 * LENGTH.unpack(head)[0]), np.float32)
        began_s, worked_s = perf_counter(), process_time()
        text = hear(sound)
        spent_s, worked_s = perf_counter() - began_s, process_time() - worked_s
        took = {"text": text, "ms": 1000 * spent_s, "cpu_s": worked_s, "rss_mb": resident_mb()}
        answers.write(json.dumps(took) + "\n")
        answers.flush()
    return 0


def resident_mb() -> float:
    """Return how much memory this process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def openai_whisper(folder: Path) -> Hear:
    """`model.transcribe`: greedy, with its fallback to higher temperatures."""
    import numpy as np  # noqa: PLC0415 (see above, and so for each peer)
    import torch  # noqa: PLC0415
    from whisper.model import ModelDimensions, Whisper  # noqa: PLC0415

    torch.set_num_threads(1)
    with np.load(folder / "torch.npz") as stored:
        named = {name: torch.from_numpy(stored[name]).float() for name in stored}
    model = Whisper(ModelDimensions(*named.pop("sizes").int().tolist()))
    model.load_state_dict(named)
    model.eval()
    return lambda sound: str(model.transcribe(sound.copy(), language="en", fp16=False)["text"])


def faster_whisper(folder: Path, beam_size: int) -> Hear:
    """`WhisperModel.transcribe` in int8."""
    from faster_whisper import WhisperModel  # noqa: PLC0415

    model = WhisperModel(str(folder / "ct2"), device="cpu", compute_type="int8", cpu_threads=1)

    def hear(sound: Any) -> str:  # noqa: ANN401 (an array; numpy may be absent)
        segments, _ = model.transcribe(sound, language="en", beam_size=beam_size)
        return "".join(segment.text for segment in segments)

    return hear


def whisper_cpp(folder: Path, more_s: float) -> Hear:
    """Its own defaults, in a window that ends `more_s` after the sound."""
    from pywhispercpp.model import Model  # noqa: PLC0415

    model = Model(
        str(folder / "ggml.bin"), n_threads=1, language="en", print_progress=False,
        redirect_whispercpp_logs_to=None,
    )  # fmt: skip

    def hear(sound: Any) -> str:  # noqa: ANN401 (an array; numpy may be absent)
        positions = int((len(sound) / SAMPLE_RATE_HZ + more_s) * POSITIONS_PER_S)
        segments = model.transcribe(sound, audio_ctx=min(positions, MOST_POSITIONS))
        return " ".join(segment.text for segment in segments)

    return hear


PEERS: dict[str, Callable[[Path], Hear]] = {
    "faster-whisper-int8-greedy": lambda folder: faster_whisper(folder, 1),
    "faster-whisper-int8-beam5": lambda folder: faster_whisper(folder, 5),
    "openai-whisper": openai_whisper,
    # One second is its fastest setting, and it repeats itself; four is the fastest that is right.
    "whisper.cpp-1s": lambda folder: whisper_cpp(folder, 1.0),
    "whisper.cpp": lambda folder: whisper_cpp(folder, 4.0),
}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
