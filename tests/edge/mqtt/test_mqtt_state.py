from edge.messages import (
    Control,
    MuteState,
    Notice,
    Reply,
    Seen,
    SourceState,
    Transcript,
    WearableState,
)
from edge.mqtt.state import State, event, fold

RUNS = SourceState("audio", "running", "microphone", 0, 0, 0, 0.0, live=True)


def told(*messages: Control) -> dict[str, str | int | None]:
    state = State()
    for message in messages:
        state = fold(state, message)
    return state.payload()


def test_who_is_muted_neither_hears_nor_sees() -> None:
    assert told(RUNS)["hearing"] == "ON"
    muted = told(RUNS, MuteState(muted=True))
    assert (muted["hearing"], muted["seeing"], muted["muted"]) == ("OFF", "OFF", "ON")


def test_a_battery_is_unknown_until_a_wearable_says_it() -> None:
    assert told()["battery"] is None
    assert told(WearableState("pendant", connected=True, battery=57))["battery"] == 57


def test_an_event_is_a_kind_and_no_word() -> None:
    assert event(Transcript("my secret", 0, 1000, 90, 0)) == "heard"
    assert event(Reply("bowl", "recall", ())) == "answered"
    assert event(Reply("bo", "recall", (), partial=True)) is None
    assert event(Seen(0, (), (), 0, 0)) is None
    assert event(Notice("something of its own")) is None
