"""Every model: where it comes from, how it is built, whether it is here."""

import os

# onnxruntime reads this when it is imported, and phones home without it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
