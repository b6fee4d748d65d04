from edge import config
from edge.chamber.gate import PAUSE_CHUNKS, Edge, Gate, chunks_of

ENDPOINTING = config.Gate(onset_ms=96, hangover_ms=160)  # three chunks, five chunks


def edges(pattern: str) -> list[tuple[int, Edge]]:
    """'#' is a chunk of speech, '.' one of silence."""
    gate = Gate(ENDPOINTING)
    found = ((position, gate.update(mark == "#")) for position, mark in enumerate(pattern))
    return [(position, edge) for position, edge in found if edge]


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


def test_a_pause_is_told_once_before_the_end() -> None:
    gate = Gate(config.Gate(onset_ms=32, hangover_ms=600))
    found = [gate.update(mark == "#") for mark in "##" + "." * 20]
    assert [(at, edge) for at, edge in enumerate(found) if edge] == [
        (0, Edge.BEGAN),
        (1 + PAUSE_CHUNKS, Edge.PAUSED),
        (20, Edge.ENDED),
    ]
