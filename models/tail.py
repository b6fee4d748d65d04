"""What does Whisper's decoder see of silence after speech? Keys and values, kept once.

The recogniser encodes exactly the sound there is, and appends these cross-attention keys and values
of silence, so that the decoder sees that nothing more is said and stops (without, it repeats
itself). They are computed once here: 5 s of synthesised speech (`primer.flac`), then silence up to
30 s. Of the 8 s of silence from the middle on, every fourth position is kept: to the decoder it
stands for four, and is read, at every step, as one.
"""

from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
from numpy.typing import NDArray

from models.log_mel import HOP_LENGTH, SAMPLE_RATE_HZ, log_mel

PRIMER = Path(__file__).with_name("primer.flac")
PRIMER_S = 5
WINDOW_S = 30
POSITION_SAMPLES = 2 * HOP_LENGTH  # 20 ms
FIRST_POSITION = WINDOW_S * SAMPLE_RATE_HZ // POSITION_SAMPLES // 2  # 750 of 1500
STANDS_FOR = 4
POSITIONS = 100


def silence_tail(encoder: bytes) -> NDArray[np.float16]:
    """Return (2 * layers, heads, 100, 64) float16: cross keys of all layers, then values."""
    samples, rate_hz = soundfile.read(PRIMER, dtype="float32")
    assert rate_hz == SAMPLE_RATE_HZ
    window = np.zeros(WINDOW_S * SAMPLE_RATE_HZ, np.float32)
    primer = samples[: PRIMER_S * SAMPLE_RATE_HZ]
    window[: len(primer)] = primer
    results = session(encoder).run(None, {"mel": log_mel(window)[None]})
    keys, values = results[: len(results) // 2], results[len(results) // 2 :]
    upright = [key.swapaxes(2, 3) for key in keys]
    last = FIRST_POSITION + POSITIONS * STANDS_FOR
    kept = np.concatenate([*upright, *values])[:, :, FIRST_POSITION:last:STANDS_FOR]
    return np.ascontiguousarray(kept, np.float16)


def session(graph: bytes) -> onnxruntime.InferenceSession:
    """Open a graph the way the product does: one thread, no arena, no spinning."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
