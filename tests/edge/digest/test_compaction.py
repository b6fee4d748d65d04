from edge.digest.compaction import EPISODE, OPEN_QUESTION, PERSON, compacted, episodes
from edge.digest.people import known
from edge.evidence import Note
from edge.promises import KEPT_SOURCE, SOURCE

NOON_S = 1_764_072_000.0


def said(text: str, at_s: float, who: str = "", number: int = 0) -> Note:
    number = number or round(at_s) + 1
    return Note("said", text, round(1000 * at_s), NOON_S + at_s, "r", "m", 90, number, who)


def seen(text: str, at_s: float) -> Note:
    return Note("seen", text, round(1000 * at_s), NOON_S + at_s, "r", "eyes", 80, round(at_s) + 1)


TALK = [
    said("Hi Anna.", 0, "wearer"),
    said("The door code of the office in Leeds is 4711.", 10, "Anna"),
    said("Wow, cool!", 20, "wearer"),
    said("I'll send you the signed contract by Friday.", 30, "wearer"),
    said("My sister Clara moved to the coast and grows lemons there.", 40, "Anna"),
    seen("cup\nHARBOUR BAKERY", 45),
    seen("cup, person\nHARBOUR  BAKERY.", 50),
    said("When does the last ferry leave the harbour?", 60, "wearer"),
]


def made(notes: list[Note], source: str) -> list[Note]:
    return [note for note in compacted(notes) if note.source == source]


def test_an_episode_tells_when_who_what_was_in_view_and_the_key_sentences() -> None:
    (episode,) = made(TALK, EPISODE)
    first, view, *told = episode.text.split("\n")
    assert first.endswith(" · Wearer, Anna")
    assert view.startswith("In view: cup, person")
    assert view.count("BAKERY") == 1
    assert "Anna: The door code of the office in Leeds is 4711." in told
    assert not any("Wow" in line for line in told)


def test_an_episode_rests_on_all_that_was_said_and_seen_in_it() -> None:
    (episode,) = made(TALK, EPISODE)
    assert set(episode.rests_on) == {note.id for note in TALK}
    assert (episode.at_wall_s, episode.run) == (TALK[-1].at_wall_s, "r")


def test_a_silence_another_day_and_another_run_begin_another_episode() -> None:
    long, night = 3600.0, 12 * 3600.0
    notes = [said("one", 0), said("two", long), said("three", night - 1), said("four", night + 1)]
    assert len(episodes(notes)) == 4
    assert len(episodes([said("one", 0), Note("said", "two", 0, NOON_S + 1, "another")])) == 2


def test_people_are_who_spoke_and_of_whom_was_spoken() -> None:
    people = {note.who: note for note in made(TALK, PERSON)}
    assert set(people) == {"Anna", "Clara"}
    assert "grows lemons" in people["Clara"].text
    assert people["Clara"].rests_on == (41,)


def test_a_capital_letter_makes_no_name() -> None:
    text = "On Friday I called Tom. The Eiffel Tower in Paris. Call me, Mum said. Ask May about it."
    assert known([said(text, 0)]) == ["Tom"]


def test_a_promise_and_the_words_that_keep_it_become_notes() -> None:
    (promise,) = made(TALK, SOURCE)
    assert (promise.text, promise.who, promise.rests_on) == (TALK[3].text, "wearer", (31,))
    stored = Note("derived", promise.text, 0, promise.at_wall_s, source=SOURCE, id=90, who="wearer")
    later = said("I sent you the signed contract.", 5000, "wearer")
    (kept,) = (note for note in compacted([later], [stored]) if note.source == KEPT_SOURCE)
    assert kept.rests_on == (90, later.id)


def test_a_question_that_nobody_answered_stays_open() -> None:
    (question,) = made(TALK, OPEN_QUESTION)
    assert question.text == "When does the last ferry leave the harbour?"
    answered = [*TALK, said("At ten past nine.", 70, "Anna")]
    assert made(answered, OPEN_QUESTION) == []


def test_nothing_becomes_nothing() -> None:
    assert compacted([]) == []
