"""How does a language model come onto this device?"""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import tiny_gguf

from edge import cli
from edge.commands import mind as mind_commands
from edge.mind import gguf
from models import download, fetch, manifest
from models.manifest import Archive, Member, Source
from tests.models.failing_site import running


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(download, "PAUSES_S", ())
    return tmp_path


def test_each_is_openly_licensed_and_taught_to_answer() -> None:
    rows = mind_commands.offered()
    assert {row.licence for row in rows} <= {"Apache-2.0", "MIT"}
    assert all("instruct" in row.name and not row.default for row in rows)
    assert rows == sorted(rows, key=lambda row: row.bytes_on_disk)


def test_one_comes_whole_from_a_hub_that_breaks_off(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = tiny_gguf.write(empty / "tiny.gguf", template=tiny_gguf.TEMPLATE).read_bytes()
    digest, size = sha256(content).hexdigest(), len(content)
    with running() as site:
        row = mind_commands.offered()[0]
        (name,) = (file.name for file in row.files)
        archive = Archive(f"{site.address}/it.gguf", "", "", digest, size, {name: ""})
        local = replace(
            row,
            files=(replace(row.files[0], bytes=size, sha256=digest),),
            members=(Member(name, digest, size),),
            sources=(Source("url", (archive,)),),
        )
        monkeypatch.setattr(manifest, "_shipped", lambda: (local,))
        site.files["/it.gguf"], site.breaks = content, 0
        path = mind_commands.get()
    assert gguf.read(path).converses
    assert fetch.verify([row.name])[0].ok


def test_where_no_hub_can_be_reached_one_sentence_says_so(
    empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = mind_commands.offered()[0]
    (source,) = row.sources
    nowhere = replace(source.archives[0], location="http://127.0.0.1:9/it.gguf")
    local = replace(row, sources=(replace(source, archives=(nowhere,)),))
    monkeypatch.setattr(manifest, "_shipped", lambda: (local,))
    assert cli.main(["mind", "get"]) == cli.USER_ERROR
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"offrecord: not fetched: {row.name}")
    assert not (empty / "models" / row.name).exists()


def test_one_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["mind", "get", "nope"]) == cli.USER_ERROR
    assert "there is no language model 'nope'; there are qwen" in capsys.readouterr().err


def test_what_can_be_had_is_listed(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert empty.is_dir()
    assert cli.main(["mind", "list"]) == 0
    assert all("Apache-2.0" in line for line in capsys.readouterr().out.splitlines())
