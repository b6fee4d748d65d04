"""Two network namespaces: the device announces itself in one, avahi looks for it in the other."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest

WITHIN_S = 30.0
Found = TypeVar("Found")
DEVICE, PHONE = "192.168.77.1", "192.168.77.2"
ANNOUNCE = """
import asyncio, sys
from edge.companion.discovery import Discovery
from edge.runtime.home_wyoming import discovery as discovery_of_house
async def main():
    discovery = Discovery(8757)
    house = discovery_of_house("192.168.77.1:10300", b"secret")
    elsewhere = discovery_of_house("192.168.78.1:10301", b"another")
    for each in (discovery, house, elsewhere):
        each.begin()
    await asyncio.to_thread(sys.stdin.read)
    for each in (discovery, house, elsewhere):
        await each.end()
asyncio.run(main())
"""
BUS = """<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow own="*"/><allow eavesdrop="true"/>
</policy></busconfig>"""
AVAHI = """[server]
use-ipv6=no
enable-dbus=yes
[rlimits]
"""


@contextmanager
def two_networks() -> Iterator[tuple[list[str], list[str]]]:
    """Yield how to run something on the device, and on a machine beside it."""
    name = secrets.token_hex(3)
    spaces = [f"device-{name}", f"phone-{name}"]

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    try:
        for space in spaces:
            ip("netns", "add", space)
        ours, theirs = f"v{name}", f"w{name}"
        ends = f"{ours} netns {spaces[0]} type veth peer name {theirs} netns {spaces[1]}"
        ip("link", "add", *ends.split())
        for space, link, address in zip(spaces, (ours, theirs), (DEVICE, PHONE), strict=True):
            ip("-n", space, "addr", "add", f"{address}/24", "dev", link)
            ip("-n", space, "link", "set", link, "up")
            ip("-n", space, "link", "set", "lo", "up")
            ip("-n", space, "route", "add", "224.0.0.0/4", "dev", link)
        yield tuple(["ip", "netns", "exec", space] for space in spaces)  # type: ignore[misc]
    finally:
        for space in spaces:
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", space)


@contextmanager
def started(argv: list[str], **options: object) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(argv, stdin=subprocess.PIPE, **options) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.terminate()
            process.wait(WITHIN_S)


def test_avahi_finds_the_device_by_a_name_that_says_nothing_and_hears_its_goodbye(
    tmp_path: Path,
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes network namespaces")
    if not all(map(shutil.which, ("avahi-daemon", "avahi-browse", "dbus-daemon", "ip"))):
        pytest.skip(
            "UNCHECKED: no independent peer; apt install avahi-daemon avahi-utils dbus iproute2"
        )
    bus, conf = tmp_path / "bus.conf", tmp_path / "avahi.conf"
    bus.write_text(BUS.format(socket=tmp_path / "bus"))
    conf.write_text(AVAHI)
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/bus"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    with ExitStack() as stack:
        device, phone = stack.enter_context(two_networks())
        stack.enter_context(started(["dbus-daemon", "--nofork", f"--config-file={bus}"], **quiet))
        wait_for((tmp_path / "bus").exists)
        daemon = ["avahi-daemon", "-f", str(conf), "--no-drop-root", "--no-chroot", "--no-rlimits"]
        stack.enter_context(started([*phone, *daemon], **quiet))
        announcing = [*device, sys.executable, "-c", ANNOUNCE]
        browse = [*phone, "avahi-browse", "-rpt"]

        def found(kind: str = "_offrecord._tcp") -> list[list[str]]:
            said = subprocess.run(
                [*browse, kind], capture_output=True, text=True, env=environment, check=False
            )
            return [row.split(";") for row in said.stdout.splitlines() if row.startswith("=")]

        with started(announcing) as device_process:
            _, _, _, name, _, _, host, address, port, text = wait_for(found)[0]
            assert (address, port, text) == (DEVICE, "8757", '"v=1"')
            assert host == f"{name}.local"
            assert len(bytes.fromhex(name)) == 5
            ((*_, address, port, text),) = wait_for(lambda: found("_wyoming._tcp"))
            assert (address, port, text) == (DEVICE, "10300", "")
            assert device_process.stdin
            device_process.stdin.close()
            device_process.wait(WITHIN_S)
            wait_for(lambda: not found())


def wait_for(found: Callable[[], Found]) -> Found:
    until_s = time.monotonic() + WITHIN_S
    while time.monotonic() < until_s:
        if what := found():
            return what
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
