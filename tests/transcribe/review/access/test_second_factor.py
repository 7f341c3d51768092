"""The code at sign-in: what an app reads, what is kept, and how it is set up on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from zxingcpp import read_barcodes

from tests.transcribe.review.access.test_access import faults_of
from tests.transcribe.review.site import Site
from transcribe.model import Transcriber
from transcribe.review.access import second_factor as codes

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
