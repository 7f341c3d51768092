"""Which addresses webhooks may be sent to: nothing inside, by whatever name, unless it is allowed."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.home.settings import load_settings
from flows.webhooks.http_post import post
from flows.webhooks.safe_addresses import (
    RefusedAddress,
    checked_addresses,
    is_public,
    networks_of,
    resolve_by_system,
    target_of,
)
from tests.flows.webhooks.receivers import receiving
from transcribe.errors import SettingsError

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
