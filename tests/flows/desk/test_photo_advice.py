"""What the browser says of photographs before they are sent, measured in Chromium on good ones and on spoilt ones."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page

from tests.chromium import FLAGS, chromium
from tests.in_turn import EVERY_LOOK, in_turn

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "cases"
GOOD = ("bon-de-commande-phone-typed-0002.jpg", "order-form-phone-typed-0003.jpg", "order-form-phone-block-0007.jpg")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": FLAGS, "headless": True}


@pytest.fixture
def looker(browser: Browser) -> Iterator[Page]:
    """A page that has what the desk looks at photographs with."""
    page = browser.new_page()
    script = (ROOT / "flows" / "desk" / "static" / "advice.js").read_text(encoding="utf-8").replace("export ", "")
    page.evaluate(
        "code => document.head.append(Object.assign(document.createElement('script'), { textContent: code }))",
        f"(() => {{ {script}\n window.adviceOf = adviceOf; }})()",
    )
    yield page
    page.close()


def opened(name: str) -> Image.Image:
    with Image.open(CASES / name) as picture:
        return picture.convert("RGB")


def dark(picture: Image.Image) -> Image.Image:
    """In a quarter of the light."""
    return picture.point([round(value * 0.28) for value in range(256)] * 3)


def moved(picture: Image.Image) -> Image.Image:
    """With a camera that moved sideways by a hundredth of the width."""
    pixels, steps = numpy.asarray(picture, numpy.uint16), picture.width // 110
    smeared = pixels.copy()
    for step in range(1, steps):
        smeared[:, step:] += pixels[:, :-step]
        smeared[:, :step] += pixels[:, -step:]
    return Image.fromarray((smeared // steps).astype(numpy.uint8))


def unfocused(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(picture.width / 300))


def reflecting(picture: Image.Image) -> Image.Image:
    """With a lamp that shines on a fifteenth of it."""
    wide, high = picture.size
    lamp = Image.new("L", picture.size, 0)
    ImageDraw.Draw(lamp).ellipse((wide * 0.4, high * 0.5, wide * 0.7, high * 0.75), fill=255)
    soft = lamp.filter(ImageFilter.GaussianBlur(wide / 80))
    return Image.composite(Image.new("RGB", picture.size, (255, 255, 255)), picture, soft)


def cut(picture: Image.Image) -> Image.Image:
    """With the foot of the page outside the picture, and its other edges inside."""
    return picture.crop((0, 0, picture.width, round(picture.height * 0.7)))


SPOILT: dict[str, tuple[Callable[[Image.Image], Image.Image], str]] = {
    "dark": (dark, "dark"),
    "moved": (moved, "blurred"),
    "unfocused": (unfocused, "blurred"),
    "reflecting": (reflecting, "glare"),
    "cut off": (cut, "cut"),
}


def looked_at(page: Page, picture: Image.Image) -> tuple[list[str], bool]:
    """What is found of a picture, and whether all could be judged."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    found = page.evaluate(
        "async data => adviceOf(await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${data}`)).blob()))",
        base64.b64encode(out.getvalue()).decode(),
    )
    return found["found"], found["known"]


@EVERY_LOOK
def test_what_spoils_a_photograph_is_said_and_nothing_of_good_ones(looker: Page, every: bool) -> None:
    good = {name: looked_at(looker, opened(name)) for name in GOOD}
    assert {name: each for name, each in good.items() if each != ([], True)} == {}
    missed = [
        (how, name)
        for number, (how, (spoil, code)) in enumerate(SPOILT.items())
        for name in in_turn(GOOD, number % len(GOOD), len(GOOD), every)
        if code not in looked_at(looker, spoil(opened(name)))[0]
    ]
    assert missed == []


def bright(picture: Image.Image) -> Image.Image:
    """As a telephone in full light takes it: the paper nearly white, in places all white, and its print whole."""
    return picture.point([min(255, round(value * 1.28)) for value in range(256)] * 3)


def on_chequered_cloth(picture: Image.Image) -> Image.Image:
    """A smaller copy on a tablecloth whose bright squares are as bright as paper."""
    wide, high = picture.size
    cloth, side = Image.new("RGB", (round(wide * 1.25), round(high * 1.25)), (205, 205, 200)), wide // 9
    pen = ImageDraw.Draw(cloth)
    for row in range(cloth.height // side + 1):
        for column in range(row % 2, cloth.width // side + 1, 2):
            pen.rectangle((column * side, row * side, (column + 1) * side, (row + 1) * side), fill=(90, 40, 45))
    cloth.paste(picture, (wide // 8, high // 8))
    return cloth


@EVERY_LOOK
def test_bright_paper_is_no_reflection_and_a_chequered_cloth_is_no_cut_edge(looker: Page, every: bool) -> None:
    evenly_lit = GOOD[1:]  # of the first a tenth is burnt out when it is made so bright
    found = [looked_at(looker, bright(opened(name)))[0] for name in in_turn(evenly_lit, 0, 2, every)]
    found += [looked_at(looker, on_chequered_cloth(opened(name)))[0] for name in in_turn(GOOD, 0, 3, every)]
    assert [each for each in found if each] == []


def test_a_sheet_that_ends_just_inside_the_picture_is_all_in_it(looker: Page) -> None:
    table = Image.new("RGB", (1900, 2600), (70, 50, 40))
    sheet = (
        opened("bon-de-commande-flat-typed-0000.png")
        .resize((1700, 2500))
        .point([round(each * 0.85) for each in range(256)] * 3)
    )
    table.paste(sheet, (100, 68))
    assert "cut" not in looked_at(looker, table)[0]
    assert "cut" in looked_at(looker, table.crop((0, 0, 1900, 2400)))[0]


def test_of_what_cannot_be_judged_nothing_is_said(looker: Page) -> None:
    bicycle = Image.new("RGB", (2000, 1500), (90, 150, 200))
    draw = ImageDraw.Draw(bicycle)
    draw.rectangle((0, 750, 2000, 1500), fill=(70, 140, 60))
    for left in (400, 1100):
        draw.ellipse((left, 750, left + 500, 1250), outline=(20, 20, 20), width=16)
    draw.line([(650, 1000), (900, 700), (1350, 1000)], fill=(200, 30, 40), width=16)

    assert looked_at(looker, bicycle) == ([], False)
    assert looked_at(looker, opened("bon-de-commande-flat-typed-0000.png")) == ([], False), "a scan shows no edges"
