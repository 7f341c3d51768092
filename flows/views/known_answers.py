"""Known values in use, with how many answers of people were as expected."""

from __future__ import annotations

from flows.home import Home
from flows.views.view import View
from transcribe.people import is_same_text


class KnownValue(View):
    """A field that is known to say something. `answers` are of those who did not know that it is."""

    scan: str
    name: str
    field: str
    text: str
    answers: int
    as_expected: int


def known_values(home: Home) -> list[KnownValue]:
    """Every known value in use."""
    found = []
    for item in home.store.control_answers():
        scan, key, text = home.store.scan(item.truth.scan), item.truth.key, item.truth.text
        form = home.forms(scan.form, scan.form_version)
        right = sum(is_same_text(each.text or "", text, form.field(key.name), form) for each in item.readings)
        found.append(
            KnownValue(
                scan=scan.id,
                name=scan.name,
                field=str(key),
                text=text,
                answers=len(item.readings),
                as_expected=right,
            )
        )
    return found
