"""Known values in use: which they are, and how many answers of people were as expected."""

from __future__ import annotations

from flows.desk.tables import Cell, Column, Table, with_query
from flows.desk.visit import Visit
from transcribe.people import is_same_text


def known_values_table(visit: Visit) -> Table:
    """Every known value in use, with the answers of who did not know that it was one."""
    say, store, rows = visit.say, visit.home.store, []
    visit.require_all_forms()
    for item in store.control_answers():
        scan, key, text = store.scan(item.truth.scan), item.truth.key, item.truth.text
        form = visit.home.forms(scan.form, scan.form_version)
        field = form.field(key.name)
        right = sum(is_same_text(reading.text or "", text, field, form) for reading in item.readings)
        rows.append((
            Cell(scan.id, scan.name or scan.id[:12], f"/desk/scan/{scan.id}{with_query({'field': str(key)})}#field"),
            Cell(str(key)), Cell(text),
            Cell(len(item.readings), visit.number(len(item.readings))), Cell(right, visit.number(right)),
        ))  # fmt: skip
    return Table(
        name="known",
        caption=say("Known values"),
        columns=(
            Column("scan", say("Scan")), Column("field", say("Field")), Column("text", say("What is written there")),
            Column("answers", say("Answers of people"), True), Column("as_expected", say("As expected"), True),
        ),
        rows=rows,
        address="/desk/quality/known",
        nothing=say("No value is held to be known."),
    )  # fmt: skip
