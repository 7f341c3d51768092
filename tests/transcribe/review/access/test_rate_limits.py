"""Limits of web processes that count together: exact where they are low, within a tenth where they are high."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from zxingcpp import read_barcodes

from tests.aside import run_aside
from tests.patience import PATIENCE
from tests.transcribe.review.access.test_access import faults_of
from tests.transcribe.review.site import Site, hashed
from transcribe.model import Transcriber
from transcribe.review.access import passwords
from transcribe.review.access import second_factor as codes
from transcribe.review.access.roles import handle_owner
from transcribe.review.rate_limits import RateLimits, TooMany

TRIES, REQUESTS = 5, 600


class Together:
    """Counts as the database does, and how often it was asked."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.asked = 0

    async def use(self, what: str, times: int, most: int, window: timedelta) -> bool:
        self.asked += 1
        assert window == timedelta(
            hours=1 if what.startswith("codes") else 0, minutes=0 if what.startswith("codes") else 1
        )
        if self.counts[what] + times > most:
            return False
        self.counts[what] += times
        return True


def two() -> tuple[Together, list[RateLimits]]:
    together = Together()
    return together, [RateLimits(TRIES, REQUESTS, REQUESTS, together.use) for _ in range(2)]


def test_a_low_limit_is_exact_whichever_process_is_asked() -> None:
    _, processes = two()
    told = []
    for number in range(TRIES + 3):
        try:
            run_aside(processes[number % 2].count_sign_in_try("network", "mina"))
        except TooMany as error:
            told.append(error.retry_after)
        else:
            told.append(0)
    assert told == [0] * TRIES + [60] * 3
    run_aside(processes[0].count_sign_in_try("another network", "mina"))


@pytest.mark.promise("counted in each process,")
def test_a_high_limit_is_told_now_and_then_and_holds_within_a_tenth() -> None:
    together, processes = two()

    async def ask() -> int:
        for number in range(2 * REQUESTS):
            try:
                await processes[number % 2].count_request("mina")
            except TooMany:
                with pytest.raises(TooMany):  # and from then on at once
                    await processes[number % 2].count_request("mina")
                return number
        return 2 * REQUESTS

    asked = run_aside(ask())
    assert REQUESTS <= asked <= REQUESTS + REQUESTS // 10
    assert together.asked < REQUESTS // 10


def test_a_process_that_is_alone_asks_nobody() -> None:
    alone = RateLimits(TRIES, REQUESTS, REQUESTS)
    for _ in range(TRIES):
        run_aside(alone.count_code_try("mina"))
    with pytest.raises(TooMany):
        run_aside(alone.count_code_try("mina"))


def test_who_uses_up_their_codes_in_three_minutes_of_an_hour_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, begin = [0.0], time.time()
    monkeypatch.setattr("time.time", lambda: begin + seconds[0])
    limits = RateLimits(10, REQUESTS, REQUESTS)
    for minute in range(3):
        seconds[0] = 61.0 * minute
        for _ in range(10):
            run_aside(limits.count_code_try("mina"))
    seconds[0] = 61.0 * 3
    with pytest.raises(TooMany) as thirty_first:
        run_aside(limits.count_code_try("mina"))
    assert thirty_first.value.retry_after == 600
    seconds[0] = 3600.0 + 61.0
    run_aside(limits.count_code_try("mina"))


def test_counting_begins_no_thread_for_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[threading.Thread] = []
    start = threading.Thread.start

    def started(thread: threading.Thread) -> None:
        begun.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", started)
    limits = RateLimits(TRIES, REQUESTS, REQUESTS)

    async def ask() -> None:
        for _ in range(5):
            await limits.count_program_request("erp")
            time.sleep(0.02)  # longer than the library's timer lives

    run_aside(ask())
    assert len([each for each in begun if isinstance(each, threading.Timer)]) == 1, "the one of the beginning"


async def several(count: int) -> None:
    """So many passwords looked at, all at once."""
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(passwords.is_password, "typed", "kept")


def test_two_passwords_are_computed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = [0], [0], threading.Lock()

    def verify(password: str, kept: str) -> bool:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        return password != kept

    passwords._limiter.cache_clear()  # one of another loop
    monkeypatch.setattr(passwords, "_verify", verify)
    run_aside(several(6))
    passwords._limiter.cache_clear()
    assert most == [2]


def test_an_unknown_name_costs_the_work_of_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = passwords._verify

    def counted(password: str, kept: str) -> bool:
        verified.append(kept.rpartition("$")[0].rpartition("$")[0])
        return verify(password, kept)

    monkeypatch.setattr(passwords, "_verify", counted)
    hers = run_aside(passwords.hash_password("unDouxNuage7 vert"))
    assert [run_aside(passwords.is_password("x", kept)) for kept in (hers, None)] == [False, False]
    assert len(verified) == 2
    assert verified[0] == verified[1], "by the same algorithm, memory and passes"


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@given(st.integers(-300, 300))
def test_a_code_is_good_for_its_half_minute_and_those_beside_it(seconds: int) -> None:
    code = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=seconds))
    step = codes.step_of(SECRET, f" {code[:3]} {code[3:]} ", NOON)
    distance = (int(NOON.timestamp()) + seconds) // 30 - int(NOON.timestamp()) // 30
    if abs(distance) <= 1:
        assert step == int(NOON.timestamp()) // 30 + distance
    else:
        assert step is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00", "-" * 40])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.step_of(SECRET, typed, NOON) is None


def test_recovery_codes_are_all_others_and_read_with_or_without_their_hyphens() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == codes.RECOVERY_CODE_COUNT
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", each) for each in made)
    assert codes.recovery_hash(made[0]) == codes.recovery_hash(made[0].replace("-", " ").upper())


def test_the_picture_says_what_an_app_takes() -> None:
    address = codes.setup_address(SECRET, "Zoé d’Aulnay")
    drawn = codes.qr_code(address)
    image = Image.new("L", (drawn.side * 4, drawn.side * 4), 255)
    draw = ImageDraw.Draw(image)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawn.path):
        draw.rectangle((int(x) * 4, int(y) * 4, int(x) * 4 + 3, int(y) * 4 + 3), fill=0)
    (read,) = read_barcodes(image)
    assert read.text == address
    parsed = pyotp.parse_uri(read.text)
    assert (parsed.secret, parsed.issuer, parsed.name) == (SECRET, "fairhand", "Zoé d’Aulnay")


def test_codes_are_for_operators_and_experts(site: Site, sign_in: Callable[[Transcriber], httpx.Client]) -> None:
    amina, eve = sign_in(site.person("amina")), sign_in(site.person("eve", "expert"))
    assert (amina.get("/second-factor").status_code, eve.get("/second-factor").status_code) == (404, 200)
    assert ("/second-factor" in amina.get("/me").text, "/second-factor" in eve.get("/me").text) == (False, True)


@pytest.mark.promise(
    "Other devices are signed out.", "Besides your link or", "Write them down now", "what is shown once"
)
@pytest.mark.browser
def test_an_expert_sets_it_up_and_signs_in_with_it(site: Site, address: str, page: Page) -> None:
    eve, said = site.person("eve", "expert"), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/in/{site.link(eve)}")
    page.locator("main button").click()
    site.store.put_session(eve.id, "elsewhere", "csrf", site.clock.now() + timedelta(days=1), site.clock.now())
    page.goto(f"{address}/second-factor")
    page.locator("#begin button").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 200, "large enough for a camera"
    page.locator("#code").fill("000")
    page.locator("#confirm button").click()
    expect(page.locator("#wrong")).to_be_visible()
    assert page.locator("#secret").inner_text().replace(" ", "") == secret, "a slip does not begin anew"
    assert faults_of(page) == []
    page.locator("#code").fill(pyotp.TOTP(secret).at(site.clock.now()))
    page.locator("#confirm button").click()
    expect(page.locator("#codes li")).to_have_count(10)
    shown = page.locator("#codes li").all_inner_texts()
    assert faults_of(page) == []
    assert len(site.store.sessions(eve.id, site.clock.now())) == 1, "other devices are signed out"
    page.goto(f"{address}/second-factor")
    assert page.locator("#codes").count() == 0, "shown once"

    page.locator("details.menu summary").click()
    page.locator("#out button").click()
    page.goto(f"{address}/in/{site.link(eve)}")
    page.locator("main button").click()
    page.wait_for_url("**/code")
    page.goto(f"{address}/me")
    page.wait_for_url("**/in")
    page.goto(f"{address}/code")
    assert faults_of(page) == []
    page.locator("#code").fill(shown[3])
    page.locator("main button").click()
    page.wait_for_url("**/second-factor")
    expect(page.locator("#state")).to_contain_text("9 recovery codes")
    assert [each for each in said if "Content Security" in each] == []


WORD = "vier rote Pinguine lesen"


def people(*handles: str) -> list[Transcriber]:
    return [Transcriber(id=f"id of {each}", handle=each, roles=frozenset({"transcriber"})) for each in handles]


@pytest.mark.parametrize(
    ("typed", "owner"),
    [("Amina", "amina"), (" amina ", "amina"), ("AMINA", "amina"), ("émile", "Émile"), ("ben", "ben"), ("BEN", "BEN")],
)
def test_a_handle_is_found_in_any_case(typed: str, owner: str) -> None:
    found = handle_owner(people("amina", "Émile", "ben", "BEN"), typed)
    assert found is not None
    assert found.handle == owner


@pytest.mark.parametrize("typed", ["Ben", "amin", "", "amina x"])
def test_where_it_could_be_two_or_nobody_it_is_nobody(typed: str) -> None:
    assert handle_owner(people("amina", "ben", "BEN"), typed) is None


def test_another_case_is_no_further_try(site: Site, address: str) -> None:
    amina = site.person("amina")
    site.store.put_password(amina.id, hashed(WORD), site.clock.now())
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        tried = [
            client.post("/in", data={"handle": handle, "password": "wrong"}).status_code
            for handle in ["amina", "AMINA", " amina", "Amina"] * 5
        ]
    assert 429 in tried
