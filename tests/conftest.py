"""No test finds, or makes, the owner's own configuration, key and notes."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _somebody_elses_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("configuration")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield
