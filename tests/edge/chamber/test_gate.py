from edge import config
from edge.chamber.gate import PAUSE_CHUNKS, Edge, Gate, chunks_of

ENDPOINTING = config.Gate(onset_ms=96, hangover_ms=160)  # three chunks, five chunks
PROBABILITY = {"#": 1.0, "-": 0.6, ".": 0.0}


def edges(pattern: str) -> list[tuple[int, Edge]]:
    """'#' is a chunk of speech, '-' one of perhaps speech, '.' one of silence."""
    gate = Gate(ENDPOINTING, config.Turn())
    found = ((position, gate.update(PROBABILITY[mark])) for position, mark in enumerate(pattern))
    return [(position, edge) for position, edge in found if edge]


def test_what_may_be_speech_begins_nothing_but_goes_on_with_what_began() -> None:
    assert edges("-" * 100) == []
    assert edges("###" + "-" * 100) == [(2, Edge.BEGAN)]


def test_silence_changes_nothing() -> None:
    assert edges("." * 100) == []


def test_a_click_is_not_speech() -> None:
    assert edges("..##......") == []


def test_scattered_clicks_are_not_speech() -> None:
    assert edges("#...#...#...#...") == []


def test_enough_speech_within_the_window_begins() -> None:
    assert edges("..#.#.#") == [(6, Edge.BEGAN)]


def test_a_breath_does_not_end_an_utterance() -> None:
    assert edges("###....###.....") == [(2, Edge.BEGAN), (14, Edge.ENDED)]


def test_the_end_of_one_utterance_does_not_begin_the_next() -> None:
    assert edges("###.....##...") == [(2, Edge.BEGAN), (7, Edge.ENDED)]


def test_two_utterances() -> None:
    assert edges("###.....###.....") == [
        (2, Edge.BEGAN),
        (7, Edge.ENDED),
        (10, Edge.BEGAN),
        (15, Edge.ENDED),
    ]


def test_a_part_of_a_chunk_counts_as_a_whole_one() -> None:
    assert [chunks_of(duration) for duration in (1, 32, 33, 500)] == [1, 1, 2, 16]


def pause(finished: float | None) -> list[tuple[int, Edge]]:
    """Return what changes after a word, when the words are known at the pause."""
    gate = Gate(
        config.Gate(onset_ms=32, hangover_ms=600), config.Turn(finished_ms=400, unfinished_ms=1000)
    )
    found = [gate.update(1.0)]
    found += [gate.update(0.0, finished if at > PAUSE_CHUNKS else None) for at in range(1, 40)]
    return [(at, edge) for at, edge in enumerate(found) if edge]


def test_a_pause_is_told_once_before_the_end() -> None:
    assert pause(None) == [(0, Edge.BEGAN), (PAUSE_CHUNKS, Edge.PAUSED), (19, Edge.ENDED)]


def test_after_a_whole_sentence_the_end_comes_sooner_and_after_half_a_one_later() -> None:
    assert [pause(finished)[-1] for finished in (0.95, 0.5, 0.05)] == [
        (13, Edge.ENDED),
        (19, Edge.ENDED),
        (32, Edge.ENDED),
    ]
