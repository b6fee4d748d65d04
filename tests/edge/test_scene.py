"""Scenes are read, refused and scored; those that ship are complete and small."""

import itertools
from pathlib import Path

import pytest
import soundfile

from edge import scene
from edge.scene import Answer, BadScene, Question, Scene, Score

DEMO_BYTES = 3_000_000
ALL_BYTES = 8_000_000
ROOM_FOR_AN_ANSWER_S = 3.0

KEYS = Question("Where are the keys?", 10.0, ("blue bowl",), ("dentist",))
CAPITAL = Question("What is the capital of Mongolia?", 30.0, ("language model",))


def asked(*questions: Question) -> Scene:
    return Scene("s", "S", None, None, 2.0, (), questions)


def score(*replies: tuple[float, str]) -> Score:
    """Score replies given as (seconds, text) to `KEYS` at 10 s and `CAPITAL` at 30 s."""
    answers = [Answer(round(at_s * 1000), text) for at_s, text in replies]
    return scene.score(asked(KEYS, CAPITAL), answers)


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "scene.toml").write_text(text)
    return folder


def test_the_expected_words_are_right_in_any_case_of_letters() -> None:
    assert score((10.1, 'You said: "In the Blue Bowl."')) == Score(2, 1, 0, 0)


def test_other_words_are_wrong() -> None:
    assert score((10.1, "In the green box.")) == Score(2, 0, 1, 0)


def test_a_rejected_word_makes_an_answer_wrong() -> None:
    assert score((10.1, "In the blue bowl, at the dentist.")) == Score(2, 0, 1, 0)


@pytest.mark.parametrize(
    "honest",
    [
        "I do not know.",
        "I have not heard or seen anything about keys.",
        "For that a language model must be connected.",
    ],
)
def test_not_knowing_is_neither_right_nor_wrong(honest: str) -> None:
    assert score((10.1, honest)) == Score(2, 0, 0, 0)


def test_not_knowing_is_right_where_nobody_could_know() -> None:
    assert score((30.1, "For that a language model must be connected.")) == Score(2, 1, 0, 0)


def test_a_reply_belongs_to_the_question_before_it() -> None:
    assert score((10.1, "The blue bowl."), (30.1, "A language model.")) == Score(2, 2, 0, 0)


def test_a_question_heard_to_end_a_little_early_is_still_that_question() -> None:
    assert score((9.5, "The blue bowl.")).answered_right == 1


def test_a_reply_that_nobody_asked_for_is_unwanted() -> None:
    assert score((3.0, "You said keys."), (25.0, "By the way.")) == Score(2, 0, 0, 2)


def test_a_second_reply_to_one_question_is_unwanted() -> None:
    assert score((10.1, "The blue bowl."), (11.0, "The blue bowl.")) == Score(2, 1, 0, 1)


def test_a_scene_is_read(tmp_path: Path) -> None:
    text = 'title = "T"\n[[question]]\ntext = "Q?"\nends_at_s = 1.5\nexpect = ["a"]\n'
    read = scene.load(written(tmp_path / "tea", text))
    assert (read.name, read.title, read.audio) == ("tea", "T", None)
    assert read.questions == (Question("Q?", 1.5, ("a",)),)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("title = ", "scene.toml"),
        ('title = "T"\ncolour = 1', "colour"),
        ('title = "T"\naudio = "gone.opus"', "gone.opus"),
        ('title = "T"\n[[question]]\ntext = "Q"\nends_at_s = 1.0\nexpect = ["("]', "'('"),
        ('title = "T"\n[[question]]\ntext = "Q"\nends_at_s = "soon"\nexpect = []', "ends_at_s"),
    ],
)
def test_a_bad_scene_is_refused_with_what_is_wrong(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadScene) as refusal:
        scene.load(written(tmp_path, text))
    assert named in str(refusal.value)


def test_a_folder_that_is_no_scene_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadScene, match="nowhere"):
        scene.load(tmp_path / "nowhere")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(BadScene, match="demo, errand"):
        scene.folder("dmeo")


def test_the_demo_and_five_more_come_with_it() -> None:
    assert len(scene.names()) >= 6
    assert scene.names()[0] == "demo"


@pytest.mark.parametrize("name", scene.names())
def test_a_scene_that_ships_is_whole(name: str) -> None:
    shown = scene.load(scene.folder(name))
    assert shown.audio
    assert shown.pictures
    sound = soundfile.info(shown.audio)
    assert (sound.channels, sound.samplerate) == (1, 16_000)
    pictures = sorted(shown.pictures.glob("*.jpg"))
    assert (len(pictures) - 1) * shown.picture_s < sound.duration  # the last one is seen too
    for question in shown.questions:
        assert question.text in {said.text for said in shown.said}
        assert question.ends_at_s + ROOM_FOR_AN_ANSWER_S <= sound.duration


def test_an_answer_to_what_is_asked_is_due_before_the_next_question() -> None:
    for name in scene.names():
        ends_s = [question.ends_at_s for question in scene.load(scene.folder(name)).questions]
        assert all(
            later - earlier > ROOM_FOR_AN_ANSWER_S for earlier, later in itertools.pairwise(ends_s)
        )


def test_media_stay_small() -> None:
    def weight(folder: Path) -> int:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    assert weight(scene.folder("demo")) <= DEMO_BYTES
    assert weight(scene.SCENES) <= ALL_BYTES


def test_every_file_is_credited() -> None:
    given = (scene.SCENES / "CREDITS.md").read_text("utf-8")
    media = [*scene.SCENES.rglob("*.jpg"), *scene.SCENES.rglob("*.opus")]
    missing = [str(path) for path in media if str(path.relative_to(scene.SCENES)) not in given]
    assert missing == []
