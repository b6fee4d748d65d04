"""Which calls are found, and which are free."""

from pathlib import Path

import pytest

from edge.audit import call_rules
from edge.audit.strace import Span, parse

OWN = Path("/run/own")


def span(line: str, program: str = "chamber") -> Span:
    return Span(program, list(parse([f"{line} = 0\n"])))


@pytest.mark.parametrize(
    "line",
    [
        "socket(AF_UNIX, SOCK_STREAM, 0)",
        "socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4])",
        'connect(3, {sa_family=AF_UNIX, sun_path="/run/own/x"}, 110)',
        'sendto(3, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53)}, 16)',
        "sendmsg(3, {msg_name={sa_family=AF_INET}, msg_namelen=16}, 0)",
    ],
)
def test_a_media_process_has_no_use_for_a_socket(line: str) -> None:
    assert list(call_rules.network_calls(span(line)))
    assert list(call_rules.network_calls(span(line, "capture.audio")))


@pytest.mark.parametrize(
    "line",
    [
        'sendto(3, "x", 1, 0, NULL, 0)',
        "sendmsg(3, {msg_name=NULL, msg_namelen=0}, 0)",
    ],
)
def test_sending_through_a_slot_names_nobody(line: str) -> None:
    assert not list(call_rules.network_calls(span(line)))


def test_the_text_side_may_speak_with_itself_only() -> None:
    assert not list(
        call_rules.network_calls(span("socketpair(AF_UNIX, SOCK_STREAM, 0)", "runtime"))
    )
    assert list(call_rules.network_calls(span("socket(AF_INET, SOCK_STREAM, 0)", "runtime")))
    asks_kernel = "socket(AF_NETLINK, SOCK_DGRAM|SOCK_CLOEXEC, NETLINK_SOCK_DIAG)"
    assert not list(call_rules.network_calls(span(asks_kernel, "launcher")))
    assert list(call_rules.network_calls(span("socket(AF_NETLINK, SOCK_RAW, 0)", "launcher")))


@pytest.mark.parametrize(
    "line",
    [
        'openat(AT_FDCWD</run>, "/tmp/x", O_WRONLY|O_CREAT, 0600)',
        'openat(5</run/own>, "../../etc/x", O_RDWR)',
        'creat("/x", 0600)',
        'mkdir("/home/a/.cache", 0700)',
        'rename("/run/own/a", "/run/other")',
        'renameat2(5</run/own>, "a", 6</run>, "b", 0)',
        'symlinkat("/x", 5</run>, "b")',
        'setxattr("/x", "user.a", "b", 1, 0)',
        'fsetxattr(7</home/a/x>, "user.a", "b", 1, 0)',
        "utimensat(7</home/a/x>, NULL, NULL, 0)",
        "fallocate(7</dev/shm/x>, 0, 0, 1)",
        'bind(3, {sa_family=AF_UNIX, sun_path="/tmp/x"}, 110)',
        'connect(3, {sa_family=AF_UNIX, sun_path=@"/run/own/x"}, 110)',
        'openat(AT_FDCWD</run/owner>, "x", O_WRONLY)',
    ],
)
def test_a_change_outside_the_own_folder_is_seen(line: str) -> None:
    assert list(call_rules.foreign_files(span(line, "launcher"), OWN))


@pytest.mark.parametrize(
    "line",
    [
        'openat(AT_FDCWD</work>, "/etc/passwd", O_RDONLY|O_CLOEXEC)',
        'openat(AT_FDCWD</work>, "/run/own/notes", O_RDWR|O_CREAT, 0600)',
        'openat(5</run/own>, "notes", O_RDWR|O_CREAT, 0600)',
        'openat(AT_FDCWD</work>, "/dev/null", O_WRONLY)',
        "ftruncate(4</run/own/ledger>, 0)",
        "fchmod(4<socket:[1]>, 0600)",
        'bind(3, {sa_family=AF_UNIX, sun_path="/run/own/control"}, 110)',
    ],
)
def test_reading_and_the_own_folder_are_free(line: str) -> None:
    assert not list(call_rules.foreign_files(span(line, "launcher"), OWN))
