"""axe-core, which looks at a page as somebody would who cannot see it, or not well.

`python tests/edge/axe.py` brings it into the cache, by npm; tests use what is there. It is never
part of the product.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from chromium import Chromium

VERSION = "4.10.3"
SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"
"""Of `axe.min.js`."""
UNCHECKED = (
    "UNCHECKED: axe-core is not in the cache; apt install npm, and run python tests/edge/axe.py"
)
SIZES = ((390, 844), (1280, 800))
MEMBER = "package/axe.min.js"


def script() -> str:
    """Return the program, or nothing where it is not in the cache."""
    content = path().read_bytes() if path().exists() else b""
    return content.decode() if hashlib.sha256(content).hexdigest() == SHA256 else ""


def path() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "offrecord" / "tests" / f"axe-core-{VERSION}.min.js"


async def serious(page: Chromium) -> list[str]:
    """Return what is seriously wrong with a page, at both sizes, in light and dark."""
    await page.value(script())
    found = []
    for size in SIZES:
        for is_dark in (False, True):
            await page.show(size, is_dark=is_dark)
            running = "axe.run().then((found) => JSON.stringify(found.violations))"
            answer = await page.do("Runtime.evaluate", expression=running, awaitPromise=True)
            for each in json.loads(answer["result"]["value"]):
                if each["impact"] in {"serious", "critical"}:
                    where = ", ".join(str(node["target"]) for node in each["nodes"])
                    found.append(f"{size} dark={is_dark} {each['id']}: {each['help']}: {where}")
    return found


def fetch() -> None:
    """Bring it into the cache. Raises SystemExit: it is another than was looked at."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"axe-core@{VERSION}", "--pack-destination", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            file = archive.extractfile(MEMBER)
            assert file
            content = file.read()
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"axe-core {VERSION} is not the one whose hash is in {__file__}; look at it first")
    path().parent.mkdir(parents=True, exist_ok=True)
    path().write_bytes(content)


if __name__ == "__main__":
    if not script():
        fetch()
