from pathlib import Path

import pytest

from edge.companion import pages


def test_a_request_names_a_file_of_the_app_or_nothing() -> None:
    found = pages.pages()
    assert {"/", "/index.html", "/app.js", "/app.css"} <= set(found)
    assert all(".." not in path for path in found)


def test_the_app_is_small_and_asks_nobody_else() -> None:
    found = pages.pages()
    assert sum(len(page.content) for path, page in found.items() if path != "/") < 150_000
    for path in pages.APP.rglob("*.*"):
        if path.suffix in {".html", ".css", ".js"}:  # an SVG names its namespace
            assert "://" not in path.read_text("utf-8").replace("wss://${location.host}", "")


@pytest.mark.parametrize(
    ("host", "reached", "is_ours"),
    [
        ("192.168.1.4:8757", ("192.168.1.4", 8757), True),
        ("[fd00::2]:8757", ("fd00::2", 8757), True),
        ("Box.local:8757", ("192.168.1.4", 8757), True),
        ("localhost:8757", ("127.0.0.1", 8757), True),
        ("localhost:8757", ("192.168.1.4", 8757), False),
        ("192.168.1.4", ("192.168.1.4", 8757), False),
        ("evil.example:8757", ("192.168.1.4", 8757), False),
        ("192.168.1.5:8757", ("192.168.1.4", 8757), False),
        ("", ("192.168.1.4", 8757), False),
    ],
)
def test_a_host_is_the_address_that_was_reached(
    host: str, reached: tuple[str, int], is_ours: bool
) -> None:
    assert pages.is_ours(host, reached, ("box.local",)) is is_ours


def test_a_page_of_another_origin_opens_nothing() -> None:
    assert pages.is_same_origin("https://box.local:8757", "box.local:8757")
    assert pages.is_same_origin(None, "box.local:8757")
    for origin in ("null", "http://box.local:8757", "https://evil.example", "https://box.local"):
        assert not pages.is_same_origin(origin, "box.local:8757")


def test_every_file_of_the_app_has_a_type() -> None:
    assert {path.suffix for path in Path(pages.APP).rglob("*.*")} <= set(pages.TYPES)
