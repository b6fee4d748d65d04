"""A sealed runtime and real phones over TLS; the test is its launcher and its chamber."""

import asyncio
import gc
import json
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from paired_phone import Phone, ShutOut, WrongKey
from reachable_runtime import HERE, Device

from edge import ledger
from edge.companion import certificate, key, pairing, phones, wire
from edge.companion.pairing import Link
from edge.messages import Mute, MuteState, PhoneLink, PhonesChanged, PhoneShutOut, Unmute
from edge.tls import any_certificate

pytestmark = pytest.mark.filterwarnings(
    # aiohttp's client leaves a connection that is turned away to the garbage collector.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module", autouse=True)
def _what_is_left_is_collected_here() -> Iterator[None]:
    """Else it is in the middle of another file's test, which may not ignore it."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    made = Device(tmp_path_factory.mktemp("device"))
    with made.runtime:
        yield made


@pytest.fixture(autouse=True)
def nobody_paired(device: Device) -> Iterator[None]:
    yield
    pairing.close(device.data)
    for phone in phones.paired(device.data):
        phones.revoke(device.data, phone.id)


def play(doing: Callable[[], Awaitable[Any]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60):
            await doing()

    asyncio.run(whole())


def test_a_phone_is_paired_once_and_told_what_happens(device: Device) -> None:
    async def doing() -> None:
        link = Link.read(str(device.open_pairing()))
        async with Phone(link) as phone:
            device.hear("I put the keys in the blue bowl.")
            assert (await phone.told(wire.Heard)).text == "I put the keys in the blue bowl."
            device.hear("Where did I put my keys?")
            answered = await phone.told(wire.Answered)
            assert "blue bowl" in answered.text
            assert answered.source == "recall"
        with pytest.raises(ShutOut, match="no pairing is open"):
            async with Phone(link):
                pass

    play(doing)


def test_a_phone_that_slept_gets_what_it_missed_and_nothing_twice(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            device.hear("The first sentence of the day.")
            await phone.told(wire.Heard)
        missed = [f"Sentence number {number} came while the phone slept." for number in range(20)]
        for text in missed:
            device.hear(text)
        async with phone:  # from another port, as after a change of address
            assert phone.welcome
            assert not phone.welcome.reload
            assert [(await phone.told(wire.Heard)).text for _ in missed] == missed
            page = await phone.ask(wire.Day("d1", time.strftime("%Y-%m-%d")))
            assert page.as_of == phone.last + 1

    play(doing)


def test_a_typed_question_is_answered_as_a_spoken_one_and_asked_once(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            device.hear("The spare key hangs behind the door.")
            await phone.told(wire.Heard)
            question = wire.Ask("q1", "Where does the spare key hang?")
            assert await phone.ask(question) == wire.Done("q1")
            assert await phone.ask(question) == wire.Done("q1")  # it was not sure of the first
            assert "behind the door" in (await phone.told(wire.Answered)).text
            found = await phone.ask(wire.Search("s1", "spare key"))
            assert "behind the door" in found.notes[0].text
        asked = [event for event in phone.events if isinstance(event.item, wire.Asked)]
        assert len(asked) == 1

    play(doing)


def test_what_goes_to_a_phone_is_in_the_ledger_to_the_byte(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            device.hear("This sentence is told to a phone.")
            await phone.told(wire.Heard)
            assert phone.welcome
            rows = [
                row
                for row, _ in ledger.rows(device.data / ledger.FILE_NAME)
                if row.to == f"phone {phone.welcome.phone}"
            ]
            assert [row.what for row in rows] == ["Welcome", "Heard"]
            assert rows[-1].bytes == len(wire.spell(phone.events[-1]).encode())
            answered = await phone.ask(wire.Ledger("l1"))
            told = next(row for row in answered.rows if row.what == "Heard")
            assert "told to a phone" in (told.text or "")
        assert ledger.verify(device.data / ledger.FILE_NAME) is None

    play(doing)


def test_a_phone_mutes_by_the_launcher_and_sees_it(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            await phone.ask(wire.Mute("m1"))
            assert device.shown(Mute) == Mute(0)
            device.runtime.tell(MuteState(muted=True))
            assert (await phone.told(wire.State)).muted
            await phone.ask(wire.Unmute("m2"))
            assert device.shown(Unmute) == Unmute()
            device.runtime.tell(MuteState(muted=False))
            assert not (await phone.told(wire.State)).muted

    play(doing)


def test_a_phone_that_may_be_ears_and_eyes_is_told_how_and_the_ledger_does_not_say(
    device: Device,
) -> None:
    token = bytes(range(32)).hex()

    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            assert phone.welcome
            assert not phone.welcome.may_lend
            assert isinstance(await phone.ask(wire.Lend("l1")), wire.Refused)
            device.runtime.tell(PhoneLink(8758, token))
            device.hear("It is told in turn.")
            await phone.told(wire.Heard)
            assert await phone.ask(wire.Lend("l2")) == wire.Lent("l2", 8758, token)
            shown = await phone.ask(wire.Ledger("l3"))
            (lent,) = [row for row in shown.rows if row.what == "Lent"]
            assert lent.text == "a token, and port 8758"
            await phone.ask(wire.Revoke("l4", phone.welcome.phone))
        assert await asyncio.to_thread(device.shown, PhoneShutOut)

    play(doing)


def test_a_phone_says_where_its_wearer_is_by_a_name_and_it_leaves_with_an_answer_alone(
    device: Device,
) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            assert await phone.ask(wire.Place("p1", "orangery")) == wire.Done("p1")
            assert await phone.ask(wire.Motion("p2", "walking")) == wire.Done("p2")
            await phone.ask(wire.Ask("p3", "Where am I?"))
            answered = await phone.told(wire.Answered)
            assert answered.text.startswith('You are at "orangery"; your phone said so just now.')
            assert "You are walking" in answered.text
            rows = (await phone.ask(wire.Ledger("p4"))).rows
            assert {row.what for row in rows if "orangery" in (row.text or "")} <= {"Answered"}
            await phone.ask(wire.Forget("p5", "topic orangery"))
            await phone.hear(wire.Reload)
            await phone.ask(wire.Ask("p6", "Where am I?"))
            assert "orangery" not in (await phone.told(wire.Answered)).text
            device.runtime.tell(MuteState(muted=True))
            await phone.told(wire.State)
            assert "muted" in (await phone.ask(wire.Place("p7", "orangery"))).why
            device.runtime.tell(MuteState(muted=False))

    play(doing)


def test_what_is_forgotten_is_dropped_by_every_phone(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            device.hear("The word pomegranate is to be forgotten.")
            await phone.told(wire.Heard)
            done = await phone.ask(wire.Forget("f1", "topic pomegranate"))
            assert done == wire.Done("f1", "1 note forgotten for good")
            await phone.hear(wire.Reload)
            found = await phone.ask(wire.Search("s1", "pomegranate"))
            assert "pomegranate" not in str(found)
            exported = await phone.ask(wire.Export("e1"))
            assert "pomegranate" not in str(exported)
            refused = await phone.ask(wire.Forget("f2", "everything, please"))
            assert "cannot tell what to forget" in refused.why

    play(doing)


def test_a_phone_may_do_what_it_was_given_and_no_more(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing(("see",)), "Watch") as watch:
            others = (wire.Mute("3"), wire.Place("6", "home"), wire.Motion("7", "still"))
            for request in (wire.Ask("1", "Hello?"), wire.Forget("2", "all"), *others):
                refused = await watch.ask(request)
                assert "this phone was not given the right" in refused.why
            assert isinstance(await watch.ask(wire.Audit("4")), wire.Audited)
        async with Phone(device.open_pairing(("ask",)), "Asker") as asker:
            device.hear("This is not for the asker.")
            await asker.ask(wire.Look("5"))
            assert all(isinstance(event.item, wire.State) for event in asker.events)

    play(doing)


def test_a_revoked_phone_is_cut_off_in_the_middle(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing(), "Lost") as lost:
            async with Phone(device.open_pairing(), "Kept") as phone:
                listed = await phone.ask(wire.Phones("p1"))
                number = next(each.phone for each in listed.phones if each.name == "Lost")
                assert await phone.ask(wire.Revoke("r1", number)) == wire.Done("r1")
            await lost.until_shut_out()
        with pytest.raises(ShutOut, match="no longer"):
            async with lost:
                pass

    play(doing)


def test_a_command_revokes_too(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            assert phone.welcome
            phones.revoke(device.data, phone.welcome.phone)
            device.runtime.tell(PhonesChanged())
            await phone.until_shut_out()

    play(doing)


def test_a_phone_is_cut_off_though_nobody_told_the_runtime(device: Device) -> None:
    """As when the command finds no control socket: what counts is the file."""

    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            assert phone.welcome
            phones.revoke(device.data, phone.welcome.phone)
            await phone.until_shut_out()

    play(doing)


# --- who is not let in ---------------------------------------------------------------------------


def test_whoever_has_another_key_is_told_nothing(device: Device, tmp_path: Path) -> None:
    """As after a spoofed announcement: the link was shown by another device than answers."""
    other = key.hash_of(key.certificates(certificate.make(tmp_path, ("localhost",), (HERE,)))[0])
    link = device.open_pairing()

    async def doing() -> None:
        with pytest.raises(WrongKey):
            async with Phone(Link(link.addresses, link.port, other, link.secret)):
                pass
        async with Phone(link):  # the secret was not spent
            pass

    play(doing)


def test_of_many_who_guess_at_once_one_with_the_secret_comes_in(device: Device) -> None:
    link = device.open_pairing()
    wrong = [Link(link.addresses, link.port, link.key_hash, f"{n:032x}") for n in range(5)]

    async def trying(each: Link) -> str:
        try:
            async with Phone(each) as phone:
                return phone.token
        except (ShutOut, aiohttp.ClientError, OSError):
            return ""

    async def doing() -> None:
        tokens = await asyncio.gather(*map(trying, [*wrong, link, link, *wrong[:2]]))
        assert len([token for token in tokens if token]) == 1
        assert tokens[:5] == [""] * 5

    play(doing)


def test_a_pairing_that_is_over_lets_nobody_in(device: Device) -> None:
    long_ago_s = time.clock_gettime(time.CLOCK_BOOTTIME) - pairing.OPEN_S - 1
    window = pairing.open_window(device.data, long_ago_s, wire.SCOPES)

    async def doing() -> None:
        with pytest.raises(ShutOut, match="no pairing is open"):
            async with Phone(Link((HERE,), device.port, device.key_hash, window.secret)):
                pass

    play(doing)


def test_what_was_said_on_one_connection_proves_nothing_on_another(device: Device) -> None:
    link = device.open_pairing()
    said: list[object] = []

    class Eavesdropped(Phone):
        async def say(self, said_: object) -> None:
            said.append(said_)
            raise ConnectionResetError  # before it arrives

    class Replayed(Phone):
        async def say(self, _said: object) -> None:
            await super().say(said[0])

    async def doing() -> None:
        with pytest.raises(ConnectionResetError):
            async with Eavesdropped(link):
                pass
        with pytest.raises(ShutOut, match="not the secret"):
            async with Replayed(link):
                pass

    play(doing)


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/", "GET", {}, 200),
        ("/app.js", "GET", {}, 200),
        ("/", "GET", {"Host": "evil.example"}, 421),
        ("/", "POST", {}, 405),
        ("/../phones.py", "GET", {}, 404),
        ("/live", "GET", {}, 403),
        ("/live", "GET", {"Origin": "https://evil.example"}, 403),
    ],
)
def test_a_browser_gets_the_app_and_nothing_else(
    device: Device, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    device.open_pairing()
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    if "Origin" in headers:
        headers = {**headers, **upgrade, "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}

    async def doing() -> None:
        async with aiohttp.ClientSession() as session:
            at = f"https://{HERE}:{device.port}{path}"
            asking = session.request(method, at, headers=headers, ssl=any_certificate())
            async with asking as answered:
                assert answered.status == status
                policy = answered.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy

    play(doing)


def test_who_trusts_the_authority_trusts_this_device_by_its_own_names_alone(
    device: Device,
) -> None:
    device.open_pairing()
    _, authority = key.certificates(device.key_file)
    trusting = ssl.create_default_context(cadata=authority)
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    for name in ("localhost", HERE):
        with socket.create_connection((HERE, device.port)) as plain:
            trusting.wrap_socket(plain, server_hostname=name).close()
    with socket.create_connection((HERE, device.port)) as plain, pytest.raises(ssl.SSLError):
        trusting.wrap_socket(plain, server_hostname="evil.example")


def test_nothing_older_than_tls_1_3_is_spoken(device: Device) -> None:
    device.open_pairing()
    old = any_certificate()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection((HERE, device.port)) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain)


def test_junk_costs_little_and_hearing_goes_on(device: Device) -> None:
    link = device.open_pairing()
    status = Path(f"/proc/{device.runtime.process.pid}/status")
    ways = status.with_name("net") / "tcp"

    def resident_mb() -> int:
        line = next(x for x in status.read_text().splitlines() if x.startswith("RssAnon"))
        return int(line.split()[1]) // 1024

    def flood() -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "edge.bench.junk", str(device.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as crowd:
            assert crowd.stdin
            crowd.stdin.write("on\n")
            crowd.stdin.flush()
            while not re.search(rf":{device.port:04X} \w\w00027F:", ways.read_text("ascii")):
                assert crowd.poll() is None
                time.sleep(0.05)  # its first stranger has not come yet
            time.sleep(4)
            made = json.loads(crowd.communicate()[0])
        assert made["turned away"] > made["answered"] > 0

    async def doing() -> None:
        async with Phone(link) as phone:
            before_mb = resident_mb()
            await asyncio.to_thread(flood)
            device.hear("Hearing went on all the while.")
            assert (await phone.told(wire.Heard)).text == "Hearing went on all the while."
            assert resident_mb() - before_mb < 24
            await phone.socket.send_str("{" * 7000)
            await phone.until_shut_out()
        assert device.runtime.process.poll() is None

    play(doing)


def test_a_phone_that_says_too_much_is_let_go_and_misses_nothing(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            await phone.socket.send_str("x" * 9000)  # more than a phone may say
            await phone.until_shut_out()
        device.hear("It comes back to this.")
        async with phone:
            assert (await phone.told(wire.Heard)).text == "It comes back to this."

    play(doing)


@pytest.mark.long
def test_a_phone_that_does_not_read_is_let_go(device: Device) -> None:
    async def doing() -> None:
        async with Phone(device.open_pairing()) as phone:
            phone.transport.pause_reading()
            for number in range(100):
                device.hear(f"Sentence {number} is said to a phone that reads nothing. " * 8)
            for number in range(30):
                await phone.say(wire.Export(f"e{number}"))
            await asyncio.sleep(40)  # two pings that it does not answer
            phone.transport.resume_reading()
            await phone.until_shut_out()

    play(doing)
