"""The command, the control socket, and a runtime behind both walls; the test is the launcher."""

import asyncio
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
import pytest
from free_port import free_port

from edge import tls
from edge.companion import key, pairing, phones, wire
from edge.companion.pairing import Link, Meeting
from edge.config import Companion, Config
from edge.launcher import births
from edge.launcher.births import Run
from edge.launcher.child import Child, readable_once
from edge.launcher.door import Door
from edge.messages import Asked, MuteState, PhonesChanged, Standing

WITHIN_S = 60.0


class House:
    """A data folder, a configuration, and what the command is told to use."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "data", free_port()
        self.data.mkdir()
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(folder)}
        self.keys = folder / "offrecord"
        self.keys.mkdir()
        (self.keys / "config.toml").write_text(f"[companion]\nport = {self.port}\n")

    async def offrecord(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "edge.cli", *words, "--data", str(self.data)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment,
        )

    async def says(self, *words: str) -> tuple[int, str]:
        """Return a command's exit status and what it said."""
        process = await self.offrecord(*words)
        out, err = await asyncio.wait_for(process.communicate(), WITHIN_S)
        return process.returncode or 0, (out + err).decode()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Child]:
        """Run a runtime behind both walls, and the door through which commands ask."""
        read_end, write_end = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        key_fd = readable_once(bytes(range(32)))
        settings = Config(companion=Companion(port=self.port))
        run = Run(config=settings, sources=(), data=self.data)
        fds = births.RuntimeFds(read_end, key_fd)
        child = Child(births.runtime(run, "edge.runtime", "r1", fds))
        os.close(key_fd)
        child.on_line(lambda _line: None)

        def do(asked: Asked) -> None:
            if isinstance(asked, PhonesChanged):
                child.tell(msgspec.json.encode(asked) + b"\n")

        mute = MuteState(muted=False)
        door = Door(
            self.data, do, lambda: Standing("r1", 1, (), mute, 0, 0, 0, is_counter_known=True)
        )
        try:
            yield child
        finally:
            door.close()
            child.kill()
            child.process.wait()
            child.close()
            os.close(read_end)
            os.close(write_end)


async def line_of(process: asyncio.subprocess.Process) -> Link:
    assert process.stdout
    async with asyncio.timeout(WITHIN_S):
        while line := (await process.stdout.readline()).decode():
            if line.startswith("https://"):
                return Link.read(line)
    assert process.stderr
    raise AssertionError((await process.stderr.read()).decode())


def test_a_phone_is_paired_by_the_line_of_the_command_and_revoked_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    async def pair(link: Link) -> None:
        """Pair in the fewest words: `tests/edge/runtime/paired_phone.py` is a whole phone."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                f"https://127.0.0.1:{link.port}/live", ssl=tls.any_certificate()
            ) as live,
        ):
            nonce = (await live.receive_json())["nonce"]
            meeting = Meeting(link.key_hash, nonce, "0" * 32, "Anna's phone")
            proof = meeting.phone_proof(link.secret)
            await live.send_str(wire.spell(wire.Pair(meeting.name, "0" * 32, proof)))
            assert (await live.receive_json())["type"] == "paired"

    async def doing() -> None:
        async with house.running():
            pairing_ = await house.offrecord("pair", "--allow", "see,ask")
            link = await line_of(pairing_)
            assert link.port == house.port
            await pair(link)
            out, _ = await asyncio.wait_for(pairing_.communicate(), WITHIN_S)
            assert "Anna's phone is paired" in out.decode()
            assert pairing_.returncode == 0
            (phone,) = phones.paired(house.data)
            assert phone.scopes == ("see", "ask")
            assert "Anna's phone" in (await house.says("phones"))[1]
            code, said = await house.says("phones", "revoke", "Anna's phone")
            assert (code, phones.paired(house.data)) == (0, [])
            assert "shut out" in said
            await until_nobody_listens(house.port)
        secret = key.file_in(house.keys)
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        kept = [path for path in house.data.rglob("*") if path.is_file()]
        assert all(b"PRIVATE KEY" not in path.read_bytes() for path in kept)
        assert not (house.data / pairing.FILE_NAME).exists()

    asyncio.run(doing())


async def until_nobody_listens(port: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)):
                    return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pair",), "nothing runs on"),
        (("pair", "--allow", "everything"), "'everything' is none of see"),
        (("phones", "revoke", "nobody"), "no phone is called 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    tmp_path: Path, words: Sequence[str], sentence: str
) -> None:
    code, said = asyncio.run(House(tmp_path).says(*words))
    assert code == 2
    assert sentence in said
    assert "Traceback" not in said


def test_the_certificate_for_a_browser_comes_with_its_fingerprint(tmp_path: Path) -> None:
    house, target = House(tmp_path), tmp_path / "trust.pem"

    async def doing() -> None:
        code, said = await house.says("pair", "--certificate", str(target))
        assert code == 0
        _, authority = key.certificates(key.file_in(house.keys))
        assert key.fingerprint(authority) in said
        assert "PRIVATE" not in target.read_text()
        assert (await house.says("pair", "--certificate", str(target)))[0] == 2

    asyncio.run(doing())
