"""Is a model on this device whole or not at all, and is damage found?"""

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from failing_site import Site

from models import download, fetch, manifest, sources
from models.download import WrongHash
from models.manifest import Archive, Member, Row, Source

PUBLISHED = b"what was published"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSES_S", ())


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def row_of(*given: Source, content: bytes = PUBLISHED) -> Row:
    """The row of a model of one file, which is copied from `given`."""
    file = manifest.File("file", len(content), "copied", digest(content), (), ())
    member = Member("file", digest(content), len(content))
    return replace(manifest.row("silero-vad"), files=(file,), members=(member,), sources=given)


def archive_of(location: str, content: bytes, inside: str, version: str = "") -> Archive:
    return Archive(location, version, "", digest(content), len(content), {"file": inside})


def tarball(inside: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as packed:
        entry = tarfile.TarInfo(inside)
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def installed(own_folder: Path, fetched: Callable[[str], Path]) -> Path:
    """A copy of a fetched model, to be spoiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("OFFRECORD_MODELS")
        source = fetched("silero-vad")
    return Path(shutil.copytree(source, own_folder / "silero-vad"))


def test_a_second_run_fetches_nothing(installed: Path) -> None:
    said: list[str] = []
    before = installed.stat().st_mtime_ns
    fetch.fetch(["silero-vad"], said.append)
    assert said == ["silero-vad: already here"]
    assert installed.stat().st_mtime_ns == before


def test_verify_finds_every_state(installed: Path) -> None:
    states = {result.name: result for result in fetch.verify()}
    assert states["silero-vad"].state == "ok"
    assert (states["centernet"].state, states["centernet"].ok) == ("missing", False)
    assert (states["whisper-base"].state, states["whisper-base"].ok) == ("missing", True)
    content = bytearray((installed / "silero_vad.onnx").read_bytes())
    content[1000] ^= 1
    (installed / "silero_vad.onnx").write_bytes(content)
    (damaged,) = fetch.verify(["silero-vad"])
    assert (damaged.state, damaged.detail) == ("corrupt", "silero_vad.onnx is damaged")


def test_a_forged_receipt_does_not_make_a_copied_file_right(installed: Path) -> None:
    (installed / "silero_vad.onnx").write_bytes(b"other")
    receipt = installed / manifest.RECEIPT
    row = manifest.row("silero-vad").files[0]
    forged = receipt.read_text().replace(row.sha256, digest(b"other")).replace(str(row.bytes), "5")
    receipt.write_text(forged)
    assert fetch.verify(["silero-vad"])[0].state == "corrupt"


def test_a_shortened_file_is_not_in_place(installed: Path) -> None:
    (installed / "silero_vad.onnx").write_bytes(b"")
    assert not fetch._is_in_place(manifest.row("silero-vad"))


@pytest.mark.usefixtures("installed")
def test_an_older_recipe_is_built_again() -> None:
    assert fetch._is_in_place(manifest.row("silero-vad"))
    assert not fetch._is_in_place(replace(manifest.row("silero-vad"), recipe=99))


def test_the_next_source_is_tried_and_the_model_is_put_in_place(
    site: Site, own_folder: Path
) -> None:
    site.files["/there"] = PUBLISHED
    gone = Source("url", (archive_of(f"{site.address}/gone", PUBLISHED, ""),))
    there = Source("url", (archive_of(f"{site.address}/there", PUBLISHED, ""),))
    said: list[str] = []
    fetch._install_all([row_of(gone, there)], said.append)
    assert any("404" in line for line in said)
    assert (own_folder / "silero-vad" / "file").read_bytes() == PUBLISHED
    assert [path.name for path in (own_folder / fetch.PARTIAL).iterdir()] == []


def test_no_source_is_one_sentence_with_what_still_works(own_folder: Path) -> None:
    nobody = Source("url", (archive_of("http://127.0.0.1:9/file", PUBLISHED, ""),))
    with pytest.raises(fetch.FetchFailed) as raised:
        fetch._install_all([row_of(nobody)], lambda _: None)
    sentence = str(raised.value)
    assert sentence.startswith("not fetched: silero-vad (no source could be reached)")
    assert "without silero-vad nothing is heard, but pictures are understood" in sentence
    assert sentence.endswith("`offrecord models fetch silero-vad`")
    assert not (own_folder / "silero-vad").exists()


def test_a_wrong_file_is_said_and_nothing_is_installed(site: Site, own_folder: Path) -> None:
    site.files["/file"] = PUBLISHED[::-1]
    source = Source("url", (archive_of(f"{site.address}/file", PUBLISHED, ""),))
    with pytest.raises(fetch.FetchFailed, match="not what was recorded"):
        fetch._install_all([row_of(source)], lambda _: None)
    assert not (own_folder / "silero-vad").exists()


def npm_site(site: Site, packed: bytes) -> None:
    dist = {"tarball": "https://registry.npmjs.org/@x/y/-/y-1.0.0.tgz"}
    described = {"versions": {"1.0.0": {"dist": dist}}}
    site.files["/npm/@x%2fy"] = json.dumps(described).encode()
    site.files["/npm/@x/y/-/y-1.0.0.tgz"] = packed


def test_npms_registry_and_token_come_from_npms_configuration(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tarball("package/file", PUBLISHED)
    npm_site(site, packed)
    token = f"{site.address.removeprefix('http:')}/npm/:_authToken=secret"
    (tmp_path / "npmrc").write_text(f"@x:registry={site.address}/npm/\n{token}\n")
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    source = Source("npm", (archive_of("@x/y", packed, "package/file", "1.0.0"),))
    members = sources.members(row_of(source), source, tmp_path)
    assert members["file"].read_bytes() == PUBLISHED
    assert {headers["Authorization"] for _, headers in site.asked} == {"Bearer secret"}


def test_an_archive_is_hashed_before_it_is_opened(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_site(site, b"no tarball at all, and of another hash")
    monkeypatch.setenv("npm_config_registry", f"{site.address}/npm")
    expected = archive_of("@x/y", site.files["/npm/@x/y/-/y-1.0.0.tgz"][::-1], "f", "1.0.0")
    source = Source("npm", (expected,))
    with pytest.raises(WrongHash):
        sources.members(row_of(source), source, tmp_path)


def test_a_registry_without_the_version_is_one_sentence(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_site(site, b"")
    monkeypatch.setenv("npm_config_registry", f"{site.address}/npm")
    source = Source("npm", (archive_of("@x/y", b"", "f", "2.0.0"),))
    with pytest.raises(download.DownloadFailed, match=r"no @x/y 2\.0\.0"):
        sources.members(row_of(source), source, tmp_path)


def wheel(folder: Path, name: str, content: bytes) -> Archive:
    """Write a wheel that pip takes, and say how it would stand in the manifest."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{name}/part", content)
        packed.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        packed.writestr(f"{about}/WHEEL", tags)
        packed.writestr(f"{about}/RECORD", "")
    whole = path.read_bytes()
    return Archive(name, "1.0", path.name, digest(whole), len(whole), {"file": f"{name}/part"})


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip's own environment points to; no index."""
    (tmp_path / "shop").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shop"))
    return tmp_path / "shop"


def test_pip_follows_its_own_configuration_and_parts_are_joined(shop: Path, tmp_path: Path) -> None:
    parts = (wheel(shop, "offrecord_one", b"what was "), wheel(shop, "offrecord_two", b"published"))
    source = Source("pip", parts)
    members = sources.members(row_of(source), source, tmp_path / "members")
    assert members["file"].read_bytes() == PUBLISHED


def test_a_wheel_of_another_hash_is_refused(shop: Path, tmp_path: Path) -> None:
    archive = replace(wheel(shop, "offrecord_one", PUBLISHED), sha256=digest(b"other"))
    source = Source("pip", (archive,))
    with pytest.raises(WrongHash, match="offrecord_one"):
        sources.members(row_of(source), source, tmp_path / "members")


def test_a_member_longer_than_recorded_is_refused(shop: Path, tmp_path: Path) -> None:
    source = Source("pip", (wheel(shop, "offrecord_one", PUBLISHED * 1000),))
    with pytest.raises(WrongHash):
        sources.members(row_of(source), source, tmp_path / "members")


def test_an_archive_without_the_member_is_one_sentence(shop: Path, tmp_path: Path) -> None:
    archive = replace(wheel(shop, "offrecord_one", PUBLISHED), members={"file": "absent"})
    source = Source("pip", (archive,))
    with pytest.raises(download.DownloadFailed, match="does not hold absent"):
        sources.members(row_of(source), source, tmp_path / "members")
