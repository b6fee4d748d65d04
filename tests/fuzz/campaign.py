"""`make fuzz`: millions of inputs for every decoder, each led on by what it covers (atheris).

A decoder has a process of its own, because the fuzzer ends the one that it runs in. What fails is
written below `--keep` and said; the exit status is then 1.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
SLOW_S: Final = 10
MOST_MIB: Final = 1024
MOST_BYTES: Final = 4096


def main() -> int:
    """Run all rows, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000_000, help="over all decoders")
    parser.add_argument("--only", help="one row of wire_decoders.py")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--as-row", help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args()
    sys.path[:0] = [str(HERE), str(HERE.parents[1])]
    if options.as_row:
        _be_row(options.as_row, rest)
    from wire_decoders import BY_NAME  # noqa: PLC0415 (a row's process imports it instrumented)

    names = [options.only] if options.only else list(BY_NAME)
    options.keep.mkdir(parents=True, exist_ok=True)
    share = -(-options.inputs // len(names))
    return max(_run_row(name, [*BY_NAME[name].seeds], share, options.keep) for name in names)


def _run_row(name: str, seeds: list[bytes], inputs: int, keep: Path) -> int:
    """Run one decoder's process; say in one line how it went."""
    with tempfile.TemporaryDirectory() as corpus:
        for n, seed in enumerate(seeds):
            Path(corpus, str(n)).write_bytes(seed)
        command = [sys.executable, __file__, "--as-row", name, corpus, f"-runs={inputs}", "-seed=8"]
        limits = [f"-timeout={SLOW_S}", f"-rss_limit_mb={MOST_MIB}", f"-max_len={MOST_BYTES}"]
        found = [f"-artifact_prefix={keep}/{name.replace(' ', '-')}-"]
        run = subprocess.run(
            [*command, *limits, *found], capture_output=True, text=True, check=False
        )
    done = re.search(r"Done (\d+) runs in (\d+) second", run.stderr)
    covered = re.findall(r"cov: (\d+)", run.stderr)
    if run.returncode or not done:
        sys.stdout.write(f"{name}: FAILED\n{run.stderr[-3000:]}\n")
        return 1
    where = f"{covered[-1] if covered else '?'} places covered"
    sys.stdout.write(f"{name}: {done[1]} inputs in {done[2]} s, {where}\n")
    sys.stdout.flush()
    return 0


def _be_row(name: str, rest: list[str]) -> None:
    """Become the fuzzer of one decoder; never returns."""
    import atheris  # noqa: PLC0415 (only here: it has no wheel for every Python)

    with atheris.instrument_imports(include=["edge", "firmware_bridge"]):
        from wire_decoders import BY_NAME  # noqa: PLC0415 (see above)
    row = BY_NAME[name]

    def take(data: bytes) -> None:
        row.takes(data)

    atheris.Setup([sys.argv[0], *rest], take)
    atheris.Fuzz()


if __name__ == "__main__":
    os._exit(main())
