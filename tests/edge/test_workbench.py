"""Our modules, asked in a process of their own."""

from edge import workbench


def test_what_a_module_writes_comes_back() -> None:
    assert workbench.asked("edge.tune") == b"[]"


def test_a_module_that_fails_comes_back_as_its_number() -> None:
    assert workbench.asked("edge.no_such_module") == 1
