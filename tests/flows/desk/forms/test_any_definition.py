"""Any text as a draft's definition: its pages answer, and the log has nothing that somebody typed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.parts.drafting.draft_files import start_version
from tests.flows.desk.desk_site import DEFINITION, DeskSite, csrf, desk_site

ORDER = DEFINITION.format(name="order")
FIELD = '[[field]]\nname = "f{}"\ntype = "code"\nbox = [1, 1, 2, 2]\n'

HOSTILE = {
    "a key of 20,000 parts": "a." * 20_000 + "b = 1",
    "a quoted key of 20,000 parts": '"a" . ' * 20_000 + "b = 1",
    "nested 3,000 deep": f"x = {'[' * 3000}{']' * 3000}",
    "tables nested 3,000 deep": f"x = {'{a=' * 3000}1{'}' * 3000}",
    "a number of 5,000 digits": f"retention_days = {'9' * 5000}",
    "a hexadecimal number of 5,000 digits": f"retention_days = 0x{'f' * 5000}",
    "a blank of 5,000 letters": f'blank = "{"b" * 5000}.png"',
    "a blank of a NUL": 'blank = "a\\u0000.png"',
    "languages that are a number": "languages = 5",
    "a title that is a list": "title = [1, 2]",
    "fields that are a number": "field = 5",
    "a field that is a number": "field = [5]",
    "a place that is a text": '[[field]]\nname = 5\ntype = ["x"]\nbox = "1234"\nlabel = 7\n',
    "a place of lists": "[[field]]\nbox = [[1], {}, '', true]\nlabel = {en = [1]}\n",
    "rows of no number": '[[table]]\nname = {a = 1}\ncolumn = 3\nrows = "x"\nspan = [1, 2]\n',
    "rules that are numbers": "[[rule]]\ncheck = 5\nname = [1]\n",
    "lists that are numbers": "[[master]]\nfield = 5\nsource = [1]\n",
    "pages that are numbers": "[[page]]\nblank = 5\n",
    "a time": "retention_days = 2026-13-45T99:99:99",
    "9,000 fields": "".join(map(FIELD.format, range(9000))),
    "options that are a list": "options = [1]",
    "an order of numbers": "order_x = 5",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DeskSite]:
    with desk_site(tmp_path) as made:
        yield made


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_definition_is_shown_or_refused_and_its_pages_answer(
    site: DeskSite, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    olga = site.person("Olga", "operator")
    client = site.client(olga)
    draft = start_version(site.home.settings, site.home.forms, "order")
    key = text.partition("=")[0].strip()
    plain = "\n".join(line for line in ORDER.splitlines() if "[[" in text[:3] or not line.startswith(f"{key} ="))
    head, _, fields = plain.partition("[[field]]")
    whole = f"{head}{text}\n" if key == "field" or text.startswith("[[field") else f"{head}{text}\n[[field]]{fields}"
    with caplog.at_level(logging.WARNING):
        sent = {"csrf": csrf(client), "text": whole, "seen": draft.digest}
        answers = [client.post("/desk/draft/order/text", data=sent)]
        draft.save(whole)  # as by hand, whatever the page says of it
        for page in ("", "/text", "/try", "/page/1"):
            answers.append(client.get(f"/desk/draft/order{page}"))
        seen = {"csrf": sent["csrf"], "seen": draft.digest}
        filled = {
            **seen,
            "title-en": "Order",
            "field-0-was": "²",
            "field-1-x0": "9" * 5000,
            "retention_days": "9" * 5000,
        }
        answers.append(client.post("/desk/draft/order", data=filled))
        for deed in ("/install", "/empty", "/list", "/try"):
            answers.append(client.post(f"/desk/draft/order{deed}", data={**seen, "values": "x", "field": "number"}))
    assert [each.status_code for each in answers if each.status_code >= 500] == []
    assert not [each for each in caplog.messages if str(site.home.settings.home) in each or "bbbb" in each]
