"""How is a model's file turned into something that can run? From bytes, frugally, quietly."""

import onnxruntime as ort


def session(model: bytes, threads: int) -> ort.InferenceSession:
    """Load an ONNX model on the CPU.

    From bytes, because after the seal nothing can be opened by its path. Without the arena, which
    keeps the peak of the longest run for ever; without spinning, which burns a board's other cores.
    """
    options = ort.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    made = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    made._model_bytes = None  # noqa: SLF001 (it keeps the file's bytes for ever: 38 MB of Whisper)
    return made
