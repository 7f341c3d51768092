"""Line items of a whole form: a grid with Tab, arrows and ditto; a click on the page goes to a field."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.flows.house import until
from tests.transcribe.review.site import NUMBER, Enter, Site, as_a_whole
from transcribe.geometry import Box
from transcribe.model import FieldKey
from transcribe.review.pages.whole_form import ItemGrid, in_grids

FORMS = as_a_whole


CELLS = [FieldKey(f"lines.{name}", row) for row in range(3) for name in ("reference", "quantity", "unit_price")]
GONE = FieldKey("lines.quantity", 1)
"""A cell that is not open: it is decided already."""


@pytest.fixture
def page(site: Site, enter: Enter, page: Page) -> Page:
    """The page of a whole form with a number and three rows of three cells, one of which is not open."""
    texts = {key: f"{key}" for key in (NUMBER, *CELLS) if key != GONE}
    site.scan("bon-de-commande", texts)
    enter(site.person("amina"))
    page.goto(page.url.replace("/work", "/form"))
    page.locator("html[data-ready]").wait_for()
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.line')?.querySelector('legend').textContent ?? ''"))


pytestmark = pytest.mark.browser


def test_tab_goes_row_after_row_and_arrows_from_cell_to_cell(page: Page) -> None:
    page.locator(".grid .text").first.focus()
    labels = [focused(page)]
    for _ in range(7):
        page.keyboard.press("Tab")
        labels.append(focused(page))
    assert [label.rpartition(" ")[2] for label in labels] == ["1", "1", "1", "2", "2", "3", "3", "3"], labels

    page.locator(".grid tr:nth-child(1) td:nth-child(3) .text").focus()
    page.keyboard.press("ArrowDown")
    assert focused(page).endswith("row 3"), "what is not open is passed over"
    page.keyboard.press("ArrowUp")
    assert focused(page).endswith("row 1")
    page.keyboard.type("12")
    page.keyboard.press("ArrowLeft")
    assert focused(page).startswith("Qty"), "within a text the arrow moves in the text"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert not focused(page).startswith("Qty")


def test_ditto_takes_over_the_row_above_by_key_and_by_button(site: Site, page: Page) -> None:
    first, second, third = (page.locator(f".grid tr:nth-child({row}) td:nth-child(2) .text") for row in (1, 2, 3))
    first.fill("AB-7")
    second.focus()
    page.keyboard.press("Alt+d")
    expect(second).to_have_value("AB-7")
    page.keyboard.press("ArrowDown")
    expect(third).to_be_focused()
    page.locator(".grid tr:nth-child(3) td:nth-child(2) .ditto").click()
    expect(third).to_have_value("AB-7")
    first.focus()
    page.keyboard.press("Alt+d")
    expect(first).to_have_value("AB-7")
    for row in (1, 2, 3):  # no other text of this field looks like it; sent before that is said it would come back once
        expect(page.locator(f".grid tr:nth-child({row}) td:nth-child(2) .doubt")).not_to_be_empty()
    page.keyboard.press("Control+Enter")
    (amina,) = [each for each in site.store.transcribers() if each.handle == "amina"]
    # not by what the page shows: once all is sent it is loaded anew, maybe before the sent fields were looked at
    until(lambda: len(site.texts_of(amina.id)) == 3)
    assert site.texts_of(amina.id) == ["AB-7"] * 3


def test_on_a_phone_no_cell_lies_beyond_the_edge_and_ditto_is_a_tap(site: Site, address: str, browser: Browser) -> None:
    site.scan("bon-de-commande", {key: f"{key}" for key in (NUMBER, *CELLS)})
    page = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{address}/in/{site.link(site.person('amina'))}")
    page.locator("main button").click()
    page.goto(f"{address}/form")
    page.locator("html[data-ready]").wait_for()

    boxes = [each.bounding_box() for each in page.locator(".grid .text").all()]
    assert [
        box for box in boxes if box is None or box["x"] < 0 or box["x"] + box["width"] > 360 or box["width"] < 80
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator(".grid tr:nth-child(1) .text").first.fill("AB-7")
    page.locator(".grid tr:nth-child(2) .ditto").first.tap()
    expect(page.locator(".grid tr:nth-child(2) .text").first).to_have_value("AB-7")
    assert Axe().run(page).response["violations"] == []


def test_a_click_on_the_page_goes_to_the_field_there(page: Page) -> None:
    image = page.locator(".pages img")
    image.evaluate("image => image.decode()")
    shown = image.bounding_box()
    assert shown is not None
    for line in page.locator(".line").all()[2::3]:
        x0, y0, x1, y1 = (int(side) for side in str(line.get_attribute("data-box")).split(","))
        scale = shown["width"] / 1240
        image.click(position={"x": (x0 + x1) / 2 * scale, "y": (y0 + y1) / 2 * scale})
        assert focused(page) == line.locator("legend").text_content()


def test_lines_that_are_in_no_table_stay_as_they_are() -> None:
    class Line:
        def __init__(self, name: str, row: int | None = None, column: int = 0) -> None:
            self.key, self.label, self.column = FieldKey(name, row), name, column
            self.box = Box(0, 0, 100, 20)

    plain, first, last = Line("number"), Line("lines.a", 0), Line("lines.b", 2)
    above, grid, below = in_grids([plain, first, last, plain])
    assert (above, below) == (plain, plain)
    assert grid == ItemGrid(columns=("lines.a", "lines.b"), broad=None, rows=((1, (first, None)), (3, (None, last))))
    right, left = Line("lines.b", 0, column=1), Line("lines.a", 1)
    (grid,) = in_grids([right, left])
    assert grid == ItemGrid(columns=("lines.a", "lines.b"), broad=None, rows=((1, (None, right)), (2, (left, None))))
