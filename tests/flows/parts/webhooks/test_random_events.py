"""Laws of webhooks: whatever happens to orders and receivers, one that follows the standard ends with what there is."""

from __future__ import annotations

import os
import random
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from flows.administration.records import forget_scan
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.home.settings import load_settings
from flows.parts.webhooks.http_post import (
    ANSWER_SECONDS,
    RefusedAddress,
    checked_addresses,
    is_public,
    networks_of,
    post,
    resolve_by_system,
    target_of,
)
from flows.parts.webhooks.retry_schedule import JITTER_SHARE, MOST_ASKED_WAIT, TRYING, WAITS_SECONDS, next_try
from flows.parts.webhooks.sender import KEPT, Sender
from flows.parts.webhooks.subscribe import EVENT_TYPES, add_webhook, try_webhook
from flows.parts.webhooks.troubles import FAILING
from flows.runtime.prefect_server import free_port
from flows.steps.erasures import publish_records
from reconcile.records import query
from tests.examples import examples
from tests.flows.parts.webhooks.receivers import Receiver, receiving, send_all, subscribed
from tests.flows.serving.test_api import recorded
from tests.house_rules import ROOT
from tests.patience import PATIENCE
from transcribe.errors import SettingsError

MOODS = ("well", "fails", "flaky", "gone", "slow", "forgets its answer")
"""How a receiver behaves; the last takes an event and then answers that it failed, so that it comes twice."""


class WebhookEvents(RuleBasedStateMachine):
    """Orders are decided, corrected and erased, the home is restored, the sender stops; two receivers follow."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        settings = configuration.load_settings(Path(self.folder.name) / "home")
        self.rooms: Home = open_home(settings.model_copy(update={"audit_share": 0.0}))
        self.mood, self.chance = "well", random.Random(7)
        self.contexts = [receiving(self.behave), receiving(self.behave)]
        self.references, self.values = (each.__enter__() for each in self.contexts)
        subscribed(self.rooms, self.references)
        subscribed(self.rooms, self.values, "values", with_values=True)
        self.scans: list[str] = []

    def behave(self, event: dict[str, Any], times: int) -> int:
        if self.mood == "forgets its answer" and times == 1:
            self.took(event)
            return 500
        bad = {"fails": 503, "gone": 410, "flaky": 500 if self.chance.random() < 0.5 else 200, "slow": 200}
        return bad.get(self.mood, 200)

    def took(self, event: dict[str, Any]) -> None:
        """It was taken although the answer says that it was not."""
        receiver = self.values if "record" in event["data"] else self.references
        if event["id"] not in receiver._seen:
            receiver._seen.add(event["id"])
            receiver.taken.append(event)

    @rule(cents=st.integers(min_value=0, max_value=99_999))
    def decide(self, cents: int) -> None:
        self.scans.append(recorded(self.rooms, f"{cents / 100:.2f}"))

    @precondition(lambda self: self.scans)
    @rule(pick=st.randoms(), cents=st.integers(min_value=0, max_value=99_999))
    def correct(self, pick: random.Random, cents: int) -> None:
        recorded(self.rooms, f"{cents / 100:.2f}", pick.choice(self.scans))

    @precondition(lambda self: self.scans)
    @rule(pick=st.randoms())
    def erase(self, pick: random.Random) -> None:
        scan = pick.choice(self.scans)
        self.scans.remove(scan)
        forget_scan(self.rooms, scan)

    @rule()
    def restore(self) -> None:
        self.rooms.store.begin_epoch(now(), now())
        publish_records(self.rooms)
        for each in self.rooms.store.webhooks():
            assert each.off_because == "restored"
            self.rooms.store.switch_webhook(each.name, "", now())

    @rule(mood=st.sampled_from(MOODS))
    def change_mood(self, mood: str) -> None:
        self.mood = mood

    @rule()
    def send(self) -> None:
        Sender(home=self.rooms, now=now).send_due()

    @rule()
    def replay(self) -> None:
        self.rooms.store.replay_webhook("erp", 0, now())

    @invariant()
    def nothing_is_wrongly_signed(self) -> None:
        assert not self.references.faults
        assert not self.values.faults

    def teardown(self) -> None:
        try:
            self.mood = "well"
            for each in self.rooms.store.webhooks():
                self.rooms.store.switch_webhook(each.name, "", now())
            send_all(self.rooms)
            self._compare()
        finally:
            for context in self.contexts:
                context.__exit__(None, None, None)
            self.rooms.close()
            self.folder.cleanup()

    def _compare(self) -> None:
        published = {}
        if self.rooms.settings.records.exists() and query.forms(self.rooms.settings.records):
            published = {each.scan: each for each in query.records(self.rooms.settings.records, "receipt")}
        expected = {scan: (each.record_version, each.document) for scan, each in published.items()}
        assert _versions(self.references) == {scan: version for scan, (version, _) in expected.items()}
        assert _versions(self.values) == {scan: version for scan, (version, _) in expected.items()}
        for scan, (version, record) in self.values.copy().items():
            assert record == expected[scan][1], version
        for receiver in (self.references, self.values):
            ids = [event["id"] for event in receiver.taken]
            assert len(ids) == len(set(ids))


def _versions(receiver: Receiver) -> dict[str, int]:
    return {scan: version for scan, (version, _) in receiver.copy().items()}


TestWebhookEvents = WebhookEvents.TestCase
TestWebhookEvents.settings = examples(8, stateful_step_count=20)


INSIDE = (
    "127.0.0.1 127.255.255.254 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1"
    " 198.18.0.1 224.0.0.1 255.255.255.255 192.0.2.1 ::1 :: fe80::1 fe80::1%1 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1"
    " ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2001::1 2001:db8::1 fec0::1 100::1"
    " 3fff::1 5f00::1"
).split()
"""Addresses that are none of the public internet, in every spelling that IPv6 has for them."""
PUBLIC = (
    "1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 100.128.0.1 2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8".split()
)


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_refused(address: str) -> None:
    target = target_of("https://erp.example/hook")
    with pytest.raises(RefusedAddress, match="not on the public internet"):
        checked_addresses(target, lambda *_: ["8.8.8.8", address], (), private=False)
    if "%" not in address:
        assert checked_addresses(target, lambda *_: [address], (), private=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_reached_by_https_only(address: str) -> None:
    found = checked_addresses(target_of("https://erp.example/"), lambda *_: [address], (), private=False)
    assert is_public(found[0])
    with pytest.raises(RefusedAddress, match="use https"):
        checked_addresses(target_of("http://erp.example/"), lambda *_: [address], (), private=True)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::ffff:7f00:1]"])
def test_other_spellings_of_this_machine_are_known(host: str) -> None:
    """The system's resolver reads decimal, octal and hexadecimal addresses; what it makes of them is checked."""
    with pytest.raises(RefusedAddress):
        checked_addresses(target_of(f"https://{host}/"), resolve_by_system, (), private=False)


@given(st.ip_addresses(v=4))
def test_no_more_is_public_than_python_says(address: object) -> None:
    found = ip_address(str(address))
    if is_public(found):
        special = (found.is_private, found.is_loopback, found.is_link_local, found.is_multicast, found.is_reserved)
        assert not any(special)


def test_networks_inside_can_be_allowed_one_by_one() -> None:
    target, inside = target_of("http://erp.local:8080/"), networks_of(["10.1.0.0/16", "fd00::/8"])
    assert checked_addresses(target, lambda *_: ["10.1.2.3"], inside, private=False)
    with pytest.raises(RefusedAddress):
        checked_addresses(target, lambda *_: ["10.2.2.3"], inside, private=False)


def test_a_network_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FAIRHAND_WEBHOOK_NETWORKS", "10.1.0.0/16, 10.0.0.1/8")
    with pytest.raises(SettingsError, match=r"WEBHOOK_NETWORKS: .*host bits set"):
        load_settings(tmp_path)


def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere() -> None:
    """The first answer is asked for when it is added, the second when it is sent: that one is checked and used."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    with receiving() as receiver:
        port = int(receiver.url.rpartition(":")[2].partition("/")[0])
        target = target_of(f"https://erp.example:{port}/")
        assert checked_addresses(target, lambda *_: next(answers), (), private=False)
        assert "refused: erp.example leads to 127.0.0.1" in post(target, b"{}", {}, lambda *_: next(answers)).error
        assert not receiver.tries


def test_the_checked_address_is_connected_to_and_the_name_asked_for_once() -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "no-such-name.invalid")
        assert post(target_of(url), b"{}", {}, resolve, private=True).status == 401
    assert asked == ["no-such-name.invalid"]


@pytest.mark.parametrize(
    "url",
    [
        "erp.example",
        "https://",
        "https:///hook",
        "file:///etc/passwd",
        "gopher://erp.example/",
        "https://user@erp.example/",
        "https://erp.example/#part",
        "https://erp.example:0/",
        "https://erp.example:99999/",
        "https://erp.example/a b",
        "https://erp.example/\r\nx: y",
        "https://érp.example/",
        "https://erp.example/" + "a" * 2000,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        target_of(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of erp.example that nobody vouches for, with its key."""
    file = tmp_path_factory.mktemp("tls") / "erp.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=erp.example -addext subjectAltName=DNS:erp.example"
    )
    subprocess.run([*command.split(), "-keyout", str(file), "-out", f"{file}.crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text(), encoding="ascii")
    return file


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[int]:
    """The port of a server that speaks TLS and answers 204 to everything."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
                with context.wrap_socket(plain, server_side=True) as client:
                    came = b""
                    while not came.endswith(b"{}"):
                        came += client.recv(65536)
                    client.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except ssl.SSLError:
                continue
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


def test_the_name_of_the_address_must_be_that_of_the_certificate(encrypted: int, certificate: Path) -> None:
    trusted = ssl.create_default_context(cafile=f"{certificate}.crt")

    def posted(host: str, tls: ssl.SSLContext | None) -> object:
        target = target_of(f"https://{host}:{encrypted}/")
        done = post(target, b"{}", {}, lambda *_: ["127.0.0.1"], private=True, tls=tls)
        return done.status or done.error

    assert posted("erp.example", trusted) == 204
    assert "certificate does not hold" in str(posted("other.example", trusted))
    assert "certificate does not hold" in str(posted("erp.example", None))


def receiver_of_docs() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text("utf-8"), re.DOTALL)
    assert isinstance(code, str)
    return code


@pytest.mark.promise("This one keeps a")
def test_the_receiver_of_the_docs_keeps_a_copy(rooms: Home, tmp_path: Path) -> None:
    port = free_port()
    added = add_webhook(rooms, "erp", f"http://127.0.0.1:{port}/orders", now(), private=True, with_values=True)
    environment = {**os.environ, "WEBHOOK_SECRET": added.secret, "PORT": str(port)}
    command = [sys.executable, "-c", receiver_of_docs()]
    running = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        _wait_for(rooms)
        first, second = recorded(rooms, "1.00"), recorded(rooms, "2.00")
        recorded(rooms, "1.50", first)
        send_all(rooms)
        assert _copy(tmp_path) == {first: 2, second: 1}
        rooms.store.replay_webhook("erp", 0, now())
        forget_scan(rooms, second)
        send_all(rooms)
        assert _copy(tmp_path) == {first: 2}
    finally:
        running.kill()
        running.wait()


def _wait_for(rooms: Home) -> None:
    end = time.monotonic() + PATIENCE
    while not try_webhook(rooms, "erp", now()).is_taken:
        assert time.monotonic() < end
        time.sleep(0.05)


def _copy(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "orders.db") as copy:
        return dict(copy.execute("select scan, version from orders").fetchall())


@pytest.mark.promise("This one keeps a")
def test_it_takes_nothing_that_is_wrongly_signed(rooms: Home, tmp_path: Path) -> None:
    port = free_port()
    add_webhook(rooms, "erp", f"http://127.0.0.1:{port}/orders", now(), private=True)
    environment = {**os.environ, "WEBHOOK_SECRET": "whsec_" + "A" * 43 + "=", "PORT": str(port)}
    command = [sys.executable, "-c", receiver_of_docs()]
    running = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while (posted := try_webhook(rooms, "erp", now())).status is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert posted.status == 401
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_docs_have_a_row_for_each_event(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "webhooks.md").read_text("utf-8")


@pytest.mark.promise("- **Tried again** after", "Any answer of 2xx")
def test_the_waits_and_limits_of_the_docs_are_those_of_the_sender() -> None:
    text = " ".join((ROOT / "docs" / "webhooks.md").read_text("utf-8").split())
    hours = [seconds // 3600 for seconds in WAITS_SECONDS[3:]]
    assert WAITS_SECONDS[:3] == (5, 5 * 60, 30 * 60)
    assert f"after 5 s, 5 and 30 minutes, {', '.join(map(str, hours[:-1]))} and {hours[-1]} hours" in text
    assert "each up to a fifth shorter or longer, until three days after the first try" in text
    assert (1 / 5, timedelta(days=3), timedelta(days=1)) == (JITTER_SHARE, TRYING, MOST_ASKED_WAIT)
    assert f"Any answer of 2xx within {ANSWER_SECONDS:.0f} s means taken." in text
    assert f"Deliveries that have ended are listed for {KEPT.days} days." in text
    assert "where nothing has arrived for a day" in text
    assert timedelta(days=1) == FAILING


@pytest.mark.promise("- **Tried again** after")
def test_each_wait_is_a_fifth_shorter_or_longer_at_most_and_ends_with_the_three_days() -> None:
    begun = now()
    for tries, seconds in enumerate(WAITS_SECONDS, 1):
        waits = [next_try(tries, begun, begun, draw) for draw in (0.0, 0.5, 1.0)]
        told = [(each - begun).total_seconds() for each in waits if each is not None]
        assert told == pytest.approx([0.8 * seconds, seconds, 1.2 * seconds])
    late = begun + TRYING - timedelta(hours=1)
    assert next_try(9, begun, late, 0.5) == begun + TRYING
    assert next_try(9, begun, begun + TRYING, 0.5) is None
    assert next_try(1, begun, begun, 0.5, asked_seconds=10**6) == begun + MOST_ASKED_WAIT
