import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.companion import wire
from edge.companion.wire import Garbled, read


def test_every_request_has_the_scope_that_it_needs() -> None:
    requests = set(wire.Request.__args__)
    assert set(wire.NEEDS) == requests
    assert set(wire.NEEDS.values()) <= set(wire.SCOPES)


def test_every_noun_has_a_name_of_its_own() -> None:
    said = {*wire.ToPhone.__args__, *wire.FromPhone.__args__, *wire.Item.__args__}
    names = [noun.__struct_config__.tag for noun in said]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "{}",
        '{"type":"ask"}',
        '{"type":"ask","id":"1","text":""}',
        '{"type":"ask","id":"1","text":"' + "x" * 801 + '"}',
        '{"type":"ask","id":"../..","text":"x"}',
        '{"type":"ask","id":"1","text":"x","more":1}',
        '{"type":"hello","token":"../../etc/passwd"}',
        '{"type":"revoke","id":"1","phone":"../../notes"}',
        '{"type":"mute","id":"1","minutes":-1}',
        '{"type":"place","id":"1","name":"' + "x" * 25 + '"}',
        '{"type":"place","id":"1","name":"a\\nb"}',
        '{"type":"place","id":"1","name":"home","latitude":52.5}',
        '{"type":"motion","id":"1","kind":"flying"}',
        "[" * 5000,
    ],
)
def test_what_is_no_noun_is_refused(frame: str) -> None:
    with pytest.raises(Garbled):
        read(frame)


@given(st.text(max_size=200))
def test_no_garbage_is_believed(frame: str) -> None:
    with pytest.raises(Garbled):
        read(frame)


def test_what_is_spelled_is_read() -> None:
    for request in (wire.Ask("1", "Where?"), wire.Mute("2", 5), wire.Day("3", "2026-11-20", 7)):
        assert read(wire.spell(request)) == request  # type: ignore[arg-type]
