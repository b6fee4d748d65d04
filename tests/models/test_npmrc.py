"""Is npm's configuration understood as npm understands it?"""

import base64
from pathlib import Path

import pytest

from models.download import DownloadFailed
from models.npmrc import PUBLIC_REGISTRY, Npmrc, load, parse

SCOPED = "@somebody/thing"


def test_the_public_registry_holds_where_nothing_is_said() -> None:
    assert Npmrc({}).described_at(SCOPED) == PUBLIC_REGISTRY + "@somebody%2fthing"


def test_a_scope_may_have_its_own_registry() -> None:
    npmrc = Npmrc({"registry": "https://a.example/", "@somebody:registry": "https://b.example/npm"})
    assert npmrc.registry("thing") == "https://a.example/"
    assert npmrc.registry(SCOPED) == "https://b.example/npm/"


def test_a_mirror_serves_the_tarballs_that_name_the_public_host() -> None:
    npmrc = Npmrc({"registry": "https://mirror.example/npm/"})
    public = "https://registry.npmjs.org/thing/-/thing-1.0.0.tgz"
    assert npmrc.tarball("thing", public) == "https://mirror.example/npm/thing/-/thing-1.0.0.tgz"
    elsewhere = "https://files.example/thing-1.0.0.tgz"
    assert npmrc.tarball("thing", elsewhere) == elsewhere


def test_credentials_go_only_to_the_address_they_are_for() -> None:
    npmrc = Npmrc({"//mirror.example/npm/:_authToken": "secret"})
    bearer = {"Authorization": "Bearer secret"}
    assert npmrc.headers("https://mirror.example/npm/thing/-/thing-1.0.0.tgz") == bearer
    assert npmrc.headers("https://mirror.example/other") == {}
    assert npmrc.headers("https://mirror.example.evil/npm/thing") == {}


def test_name_and_password_become_basic_credentials() -> None:
    password = base64.b64encode(b"word").decode()
    npmrc = Npmrc({"//m.example/:username": "me", "//m.example/:_password": password})
    (header,) = npmrc.headers("https://m.example/thing").values()
    assert base64.b64decode(header.removeprefix("Basic ")) == b"me:word"


def test_variables_comments_and_lists_are_read_as_npm_reads_them() -> None:
    text = "; note\n# note\nregistry = ${HOST}/npm\n//x/:_authToken=${ABSENT}\nomit[]=dev\nbroken\n"
    assert dict(parse(text, {"HOST": "https://h.example"})) == {
        "registry": "https://h.example/npm",
        "//x/:_authToken": "${ABSENT}",
    }


def test_environment_outweighs_project_and_project_outweighs_user(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    for folder, text in (
        (home, "registry=user\nproxy=user\ncafile=user"),
        (project, "registry=p\nproxy=p"),
    ):
        folder.mkdir()
        (folder / ".npmrc").write_text(text)
    environment = {"HOME": str(home), "PATH": "", "NPM_CONFIG_REGISTRY": "environment"}
    settings = load(environment, project).settings
    assert (settings["registry"], settings["proxy"], settings["cafile"]) == (
        "environment",
        "p",
        "user",
    )


def test_underscores_of_the_environment_are_npms_dashes() -> None:
    environment = {"npm_config_https_proxy": "http://p.example", "HOME": "/nowhere", "PATH": ""}
    assert load(environment, Path("/nowhere")).settings["https-proxy"] == "http://p.example"


def test_a_missing_certificate_file_is_one_clear_error() -> None:
    with pytest.raises(DownloadFailed, match=r"cannot be read: /nowhere/ca\.pem"):
        Npmrc({"cafile": "/nowhere/ca.pem"}).door()
