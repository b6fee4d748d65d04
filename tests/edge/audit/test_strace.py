"""What is read from strace's files: calls, and whose they are."""

from pathlib import Path

from edge.audit.strace import Call, Span, parse, spans

PYTHON = "/usr/bin/python3"


def traced(folder: Path, **threads: str) -> list[Span]:
    for thread, lines in threads.items():
        (folder / f"trace.{thread[1:]}").write_text(lines)
    return spans(folder, "trace")


def programs(found: list[Span]) -> dict[str, list[str]]:
    return {span.program: [call.name for call in span.calls] for span in found if span.calls}


def test_a_call_is_split_into_its_arguments() -> None:
    (call,) = parse(['openat(AT_FDCWD</a,b>, "x\\", (y", O_WRONLY|O_CREAT, 0600) = 3</a,b/x>\n'])
    assert call.arguments == ("AT_FDCWD</a,b>", '"x\\", (y"', "O_WRONLY|O_CREAT", "0600")
    assert not call.failed


def test_structures_and_lists_are_one_argument() -> None:
    (call,) = parse(["connect(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(1)}, 16) = -1 E\n"])
    assert call.arguments[1] == "{sa_family=AF_INET, sin_port=htons(1)}"
    assert call.failed


def test_signals_and_ends_are_no_calls() -> None:
    assert list(parse(["--- SIGCHLD {si_signo=SIGCHLD} ---\n", "+++ exited with 0 +++\n"])) == []


def test_a_call_that_never_came_back_is_still_a_call() -> None:
    assert [call.name for call in parse(["socket(AF_INET, SOCK_DGRAM, 0 <unfinished ...>\n"])] == [
        "socket"
    ]


def test_a_thread_belongs_to_the_program_that_made_it(tmp_path: Path) -> None:
    found = traced(
        tmp_path,
        t1=f'execve("{PYTHON}", ["python", "-m", "edge.cli"], 0x1) = 0\nvfork() = 2\n',
        t2=f'fcntl(1) = 0\nexecve("{PYTHON}", ["p", "-m", "edge.chamber"], 0x1) = 0\n'
        "clone3({flags=CLONE_VM}, 88) = 3\n",
        t3="connect(1) = 0\n",
    )
    owners = [(span.program, call.name) for span in found for call in span.calls]
    assert sorted(owners) == [
        ("chamber", "clone3"),
        ("chamber", "connect"),
        ("chamber", "execve"),
        ("launcher", "execve"),
        ("launcher", "fcntl"),
        ("launcher", "vfork"),
    ]


def test_stage_0_already_counts_as_what_it_becomes(tmp_path: Path) -> None:
    found = traced(
        tmp_path,
        t1=f'execve("{PYTHON}", ["python", "-I", "/x/edge/seal/birth.py", "--parent=1"], 0x1) = 0\n'
        "mkdir(1) = 0\n"
        f'execve("{PYTHON}", ["python", "-m", "edge.capture", "--kind", "audio"], 0x1) = 0\n',
    )
    assert {span.program for span in found if span.calls} == {"capture.audio"}


def test_a_program_that_is_none_of_ours_is_named_by_its_path(tmp_path: Path) -> None:
    found = traced(tmp_path, t1='execve("/bin/curl", ["curl", "x"], 0x1) = 0\n')
    assert "/bin/curl" in programs(found)


def test_a_program_that_was_not_found_changes_nothing(tmp_path: Path) -> None:
    found = traced(tmp_path, t1='execve("/none", ["none"], 0x1) = -1 ENOENT (No such file)\n')
    assert {span.program for span in found} == {"launcher"}


def test_a_call_reads_as_it_was_traced() -> None:
    assert str(Call("bind", ("3", "x"), "0")) == "bind(3, x)"
