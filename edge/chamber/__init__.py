"""The sealed process that hears and sees: media in, small typed messages out, nothing else.

Two libraries are told how to behave before anything imports them: onnxruntime reports home unless
it is asked not to, and OpenBLAS starts a thread a core to multiply matrices too small to share
(a log-mel took 12 ms on a busy machine, and takes 1 ms without).
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
