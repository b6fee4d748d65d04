"""What is a phone told of what a person may see?"""

from edge.companion import telling
from edge.companion.wire import Answered
from edge.messages import Reply


def test_an_answer_that_rests_on_what_others_said_says_when_it_lapses() -> None:
    passing, own = (Reply("By the jar.", "recall", (), 5, passes=each) for each in (True, False))
    assert telling.item(passing) == Answered("By the jar.", "recall", (), 5, lapses_s=120)
    assert telling.item(own) == Answered("By the jar.", "recall", (), 5)
