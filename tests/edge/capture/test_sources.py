from pathlib import Path

import pytest

from edge.capture import BadSource
from edge.capture.sources import Form, Source, describe, needs, shorten
from edge.config import Camera, Config, Microphone


def video(spec: object, device: str = "0") -> Source:
    return describe("video", str(spec), Config(camera=Camera(device=device)))


def test_a_microphone_is_the_configured_one() -> None:
    source = describe("audio", "mic", Config(microphone=Microphone(device="Desk")))
    assert (source.form, source.address, source.live) == (Form.MICROPHONE, "Desk", True)


@pytest.mark.parametrize(
    ("spec", "device", "form", "name"),
    [
        ("camera", "2", Form.CAMERA, "/dev/video2"),
        ("camera", "/dev/video7", Form.CAMERA, "/dev/video7"),
        ("/dev/video1", "0", Form.CAMERA, "/dev/video1"),
        ("camera", "http://a:b@cam.lan:81/x?t=1", Form.CAMERA_STREAM, "http://cam.lan:81/x"),
        ("http://[fe80::1]:81/x#y", "0", Form.CAMERA_STREAM, "http://[fe80::1]:81/x"),
        ("http://a:p@ss@cam/", "0", Form.CAMERA_STREAM, "http://cam/"),
        ("https://cam.lan/x", "0", Form.CAMERA_STREAM, "https://cam.lan/x"),
    ],
)
def test_a_camera_is_named_without_its_secrets(
    spec: str, device: str, form: Form, name: str
) -> None:
    source = video(spec, device)
    assert (source.form, source.name, source.live) == (form, name, True)


def test_a_file_is_what_its_name_says(tmp_path: Path) -> None:
    for name, form in (("a.PNG", Form.PICTURES), ("a.mp4", Form.VIDEO_FILE)):
        (tmp_path / name).write_bytes(b"x")
        assert video(tmp_path / name).form is form
    assert video(tmp_path).paths == (tmp_path / "a.PNG",)


def test_only_what_is_needed_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    assert needs(video(tmp_path)).readable == (tmp_path,)  # to list it, too
    assert needs(video("http://cam.lan/x")).ports == (80,)
    assert needs(video("https://cam.lan:8443/x")).ports == (8443,)
    assert needs(video("/dev/video77")).devices == ()


@pytest.mark.parametrize(
    "address", ["http://[broken", "http://a:port/", "http://", "http://a b/", "http://a:123456/"]
)
def test_a_broken_address_is_refused(address: str) -> None:
    with pytest.raises(BadSource):
        video(address)


def test_a_long_sentence_keeps_both_its_ends() -> None:
    assert shorten("abcdefghij", 7) == "ab…ghij"
    assert shorten("abcdefg", 7) == "abcdefg"
