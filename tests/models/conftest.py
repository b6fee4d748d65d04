"""A folder of models for a test alone, the fetched ones, and a web server that can fail."""

from collections.abc import Callable, Iterator
from pathlib import Path

import failing_site
import pytest

from models import fetch, manifest


@pytest.fixture
def site() -> Iterator[failing_site.Site]:
    """Serve files at an address of this machine."""
    with failing_site.running() as held:
        yield held


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep models in a folder of this test's own."""
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture(scope="session")
def fetched() -> Callable[[str], Path]:
    """Return the folder of a model, fetching it first if this device lacks it."""

    def folder_of(name: str) -> Path:
        try:
            fetch.fetch([name])
        except fetch.FetchFailed as error:
            pytest.skip(str(error))
        return manifest.folder() / name

    return folder_of
