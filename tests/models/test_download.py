"""Does a download survive a bad network, and does nothing wrong survive the download?"""

import hashlib
from pathlib import Path

import pytest
from failing_site import Site

from models import download as downloads
from models.download import Door, DownloadFailed, Wanted, WrongHash, document, download

CONTENT = bytes(range(256)) * 5000


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "PAUSES_S", (0, 0, 0))


def wanted(site: Site, content: bytes = CONTENT) -> Wanted:
    return Wanted(f"{site.address}/file", hashlib.sha256(content).hexdigest(), len(content))


def fetch(site: Site, target: Path, content: bytes = CONTENT) -> list[int]:
    seen: list[int] = []
    download(wanted(site, content), target, Door(), seen.append)
    return seen


def test_brings_the_file_and_says_how_far_it_is(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT
    assert fetch(site, tmp_path / "file")[-1] == len(CONTENT)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_goes_on_where_the_connection_broke(site: Site, tmp_path: Path) -> None:
    site.files["/file"], site.breaks = CONTENT, 2
    fetch(site, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    ranges = [headers.get("Range") for _, headers in site.asked]
    assert ranges == [None, f"bytes={len(CONTENT) // 2}-", f"bytes={len(CONTENT) * 3 // 4}-"]


def test_starts_over_where_the_server_cannot_resume(site: Site, tmp_path: Path) -> None:
    site.files["/file"], site.breaks, site.resumes = CONTENT, 1, False
    fetch(site, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_an_interrupted_download_leaves_no_file_that_looks_whole(
    site: Site, tmp_path: Path
) -> None:
    site.files["/file"], site.breaks = CONTENT, 9
    with pytest.raises(DownloadFailed, match="ended after"):
        fetch(site, tmp_path / "file")
    assert not (tmp_path / "file").exists()
    site.breaks = 0
    fetch(site, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_part_of_something_else_is_thrown_away(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT
    (tmp_path / "file.part").write_bytes(b"of an older version")
    fetch(site, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_whole_file_is_not_asked_for_again_unless_it_is_damaged(
    site: Site, tmp_path: Path
) -> None:
    site.files["/file"] = CONTENT
    fetch(site, tmp_path / "file")
    fetch(site, tmp_path / "file")
    assert len(site.asked) == 1
    (tmp_path / "file").write_bytes(CONTENT[:-1])
    fetch(site, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_another_file_is_refused_and_removed(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT[::-1]
    with pytest.raises(WrongHash, match="not what was recorded"):
        fetch(site, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_longer_file_is_cut_off_and_removed(site: Site, tmp_path: Path) -> None:
    site.files["/file"] = CONTENT * 2
    with pytest.raises(DownloadFailed, match="longer than"):
        fetch(site, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_is_not_asked_for_again(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="404"):
        fetch(site, tmp_path / "file")
    assert len(site.asked) == 1


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1:9/x: .*refused"):
        document("http://127.0.0.1:9/x", Door())


def test_only_web_addresses_are_opened() -> None:
    with pytest.raises(DownloadFailed, match="not a web address"):
        document("file:///etc/hostname", Door())
