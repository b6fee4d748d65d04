from hypothesis import given
from hypothesis import strategies as st

from edge.context import (
    Context,
    due,
    fold,
    forgotten,
    is_repeat,
    render,
    resumed,
    sight,
    token_count,
)
from edge.evidence import Kind, Note, Question, Timer
from edge.messages import (
    ContextPacket,
    Hello,
    Model,
    Seen,
    SourceKind,
    SourceState,
    TextLine,
    Thing,
    Transcript,
)

BOX = (0, 0, 1000, 1000)


def note(text: str, at_s: float, kind: Kind = "said") -> Note:
    return Note(kind, text, round(at_s * 1000), 1000 + at_s, "r", "tiny", 90)


def minded(*notes: Note) -> Context:
    context = Context(run="r", wall_at_zero_s=1000.0)
    for each in notes:
        context = fold(context, each)
    return context


def state(
    stream_s: float, monotonic_s: float, *, live: bool = True, kind: SourceKind = "audio"
) -> SourceState:
    return SourceState(kind, "running", "x", round(stream_s * 16_000), 0, 0, monotonic_s, live)


def packet(question: str, *notes: Note, at_s: float = 60, budget: int = 400) -> ContextPacket:
    context = minded(*notes)
    return render(context, Question(question, context.now_at(round(at_s * 1000))), (), budget)


KEYS = note("I put the keys in the blue bowl.", 10)
TALK = note("The weather is lovely.", 55)


def test_times_are_relative_to_the_question() -> None:
    assert (
        "Heard 21 s ago: I put the keys in the blue bowl."
        in packet("Where are my keys?", KEYS, at_s=31).text
    )


def test_lines_stand_in_the_order_of_time_and_the_question_last() -> None:
    lines = packet("Where are my keys?", TALK, KEYS).text.split("\n")
    assert [line.split()[0] for line in lines] == ["Now", "Heard", "Heard", "Question:"]
    assert "keys" in lines[1]


def test_what_is_relevant_survives_a_small_budget() -> None:
    chatter = [note(f"We talked about subject number {n}.", 20 + n) for n in range(30)]
    text = packet("Where are my keys?", KEYS, *chatter, budget=40).text
    assert "blue bowl" in text


@given(
    texts=st.lists(st.text(max_size=200), max_size=12),
    question=st.text(min_size=1, max_size=300),
    budget=st.integers(1, 500),
)
def test_the_budget_is_never_exceeded(texts: list[str], question: str, budget: int) -> None:
    notes = [note(text, n) for n, text in enumerate(texts)]
    got = packet(question, *notes, budget=budget)
    assert token_count(got.text) == got.tokens <= budget


def test_a_token_is_four_bytes_rounded_up() -> None:
    assert [token_count(t) for t in ("", "a", "abcd", "abcde", "éé€")] == [0, 1, 1, 2, 2]


def test_the_same_words_are_given_once_and_as_the_newest() -> None:
    text = packet("keys?", KEYS, note("i put the KEYS in the blue bowl", 40)).text
    assert text.count("bowl") == 1
    assert "20 s ago" in text


def test_the_question_is_not_its_own_context() -> None:
    question = "Where are my keys?"
    assert packet(question, KEYS, note(question, 59, "asked")).text.count(question) == 1


def test_a_running_timer_is_told() -> None:
    context = fold(minded(), Timer(90_000, "tea"))
    got = render(context, Question("How long?", context.now_at(60_000)), (), 400)
    assert "Timer (tea): 30 s left." in got.text


def test_a_picture_is_noted_once_while_it_stays() -> None:
    cup = Seen(1000, (Thing("cup", 80, BOX),), (TextLine("EXIT", 90, BOX),), 0, 0)
    context = fold(minded(), Hello((Model("eyes", "0" * 16),)))
    first = sight(context, cup)
    assert first
    assert (first.text, first.source, first.confidence) == ("cup\nEXIT", "eyes", 90)
    context = fold(fold(context, cup), first)
    later = Seen(5000, cup.things, cup.lines, 0, 0)
    assert sight(context, later) is None
    assert fold(context, later).seen[-1].at_ms == 5000


def test_an_empty_picture_is_no_note() -> None:
    assert sight(minded(), Seen(1000, (), (), 0, 0)) is None


def test_a_microphone_that_came_back_goes_on_in_the_run_s_time() -> None:
    context = fold(Context(wall_minus_monotonic_s=500), state(60, 160))
    context = fold(context, state(1, 181))
    heard = fold(context, Transcript("hi", 1000, 2000, 90, 0))
    assert heard.now_ms == 82_000
    assert heard.wall_at_zero_s == 600


def test_a_fast_file_does_not_shift_the_clock() -> None:
    context = fold(fold(Context(), state(0, 100, live=False)), state(60, 101, live=False))
    assert context.audio_shift_ms == 0
    assert context.now_ms == 60_000


def test_an_utterance_that_comes_again_is_a_repeat() -> None:
    heard = Transcript("hi", 1000, 2000, 90, 0)
    context = fold(minded(), heard)
    assert is_repeat(context, heard)
    assert not is_repeat(context, Transcript("ho", 2100, 3000, 90, 0))


def test_a_run_goes_on_from_its_notes() -> None:
    notes = [KEYS, note("Where are my keys?", 31, "asked"), note("There.", 31, "told")]
    context = resumed(Context(run="r"), notes)
    assert context.wall_at_zero_s == 1000.0
    assert context.answered_until_ms == 31_000
    assert context.heard == (KEYS,)


def test_forgetting_takes_everything_since() -> None:
    context = forgotten(minded(KEYS, TALK, note("What?", 58, "asked")), 1020.0)
    assert context.heard == (KEYS,)
    assert context.dialogue == ()


def test_a_timer_is_due_at_its_moment() -> None:
    context = fold(minded(), Timer(5_000, ""))
    assert due(context, 4_999) == ()
    assert due(context, 5_000) == (Timer(5_000, ""),)
