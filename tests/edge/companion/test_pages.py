import re
from pathlib import Path

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
            ours = re.compile(r"wss://\$\{location\.host(name)?\}")
            assert "://" not in ours.sub("", path.read_text("utf-8"))


def test_a_page_of_another_origin_opens_nothing() -> None:
    assert pages.is_same_origin("https://box.local:8757", "box.local:8757")
    assert pages.is_same_origin(None, "box.local:8757")
    for origin in ("null", "http://box.local:8757", "https://evil.example", "https://box.local"):
        assert not pages.is_same_origin(origin, "box.local:8757")


def test_a_page_may_connect_to_the_phones_link_where_there_is_one_and_nowhere_else() -> None:
    def policy(link_port: int) -> str:
        return pages.headers("box.local:8757", link_port)["Content-Security-Policy"]

    assert "connect-src 'self' wss://box.local:8758;" in policy(8758)
    assert "connect-src 'self';" in policy(0)


def test_every_file_of_the_app_has_a_type() -> None:
    assert {path.suffix for path in Path(pages.APP).rglob("*.*")} <= set(pages.TYPES)
