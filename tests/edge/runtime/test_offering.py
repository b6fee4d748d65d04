"""Help that nobody asked for, in the real runtime: when it is offered, judged and forgotten."""

from pathlib import Path

from runtime_process import HELLO, SECRET, RuntimeProcess, at

from edge.config import Config, Help
from edge.messages import Forget, Judged, Notice, Offer, Reply, Shown, Speaker, Transcript
from edge.notes import Wish, opening

QUIET = Config(help=Help("quiet"))
TORCH = "The torch is clipped to the ladder."


def said(text: str, end_s: int, speaker: Speaker = Speaker.WEARER) -> Transcript:
    return Transcript(text, (end_s - 4) * 1000, end_s * 1000, 90, 0, (), speaker, 80)


def begun(data: Path, settings: Config = QUIET) -> RuntimeProcess:
    runtime = RuntimeProcess(data, settings=settings)
    runtime.tell(at(0))
    runtime.say(HELLO, said(TORCH, 10))
    return runtime


def offered(runtime: RuntimeProcess, end_s: int = 400) -> Offer:
    """Miss the torch, and return what is offered."""
    runtime.say(said("I can't find the torch.", end_s))
    offer = runtime.until(Offer)[-1]
    assert isinstance(offer, Offer)
    return offer


def words(shown: list[Shown]) -> list[str]:
    return [each.text for each in shown if isinstance(each, Reply | Notice)]


def test_an_offer_rests_on_notes_and_yes_please_brings_the_whole(tmp_path: Path) -> None:
    with begun(tmp_path) as runtime:
        offer = offered(runtime)
        assert offer.text == f"6 min ago: “{TORCH}”"
        runtime.say(said("Yes please.", 406))
        assert TORCH in words(runtime.until(Reply))[-1]
        runtime.summary()
    with opening.for_reading(tmp_path, SECRET) as notes:
        assert notes.verdicts() == {offer.number: 1}
        assert not [note for note in notes.recent(9, ("said",)) if "please" in note.text]


def test_only_the_wearer_judges_and_what_is_forgotten_is_gone_from_offers(tmp_path: Path) -> None:
    with begun(tmp_path) as runtime:
        offered(runtime)
        runtime.say(said("No, thank you.", 406, Speaker.OTHER))
        runtime.tell(Judged(999, "accept"))
        assert words(runtime.until(Notice))[-1] == "there is no offer 999"
        runtime.tell(Judged(0, "stop"))
        assert "never again" in words(runtime.until(Notice))[-1]
        with opening.for_reading(tmp_path, SECRET) as notes:
            assert list(notes.verdicts().values()) == [2]
        opening.leave_wish(tmp_path, SECRET, Wish(words=("ladder",)))
        runtime.tell_first(Forget(), at(0, raw_bytes=1))
        runtime.say(said("I still can't find the torch.", 500), said("What time is it?", 560))
        assert not any(isinstance(each, Offer) for each in runtime.until(Reply))
        runtime.summary()
    with opening.for_reading(tmp_path, SECRET) as notes:
        assert not notes.verdicts()
        assert not [note for note in notes.recent(99, ("told",)) if "ladder" in note.text]


def test_nothing_is_offered_beside_others(tmp_path: Path) -> None:
    with begun(tmp_path) as runtime:
        runtime.say(said("Nice weather.", 395, Speaker.OTHER))
        runtime.say(said("I can't find the torch.", 400), said("What time is it?", 410))
        assert not any(isinstance(each, Offer) for each in runtime.until(Reply))
