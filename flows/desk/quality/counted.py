"""What is measured of quality beside the pages, of the forms that a visitor sees. It stands ten minutes."""

from __future__ import annotations

from flows.desk.counting import Counting
from flows.desk.parts import counting
from flows.desk.visit import Visit
from flows.measuring import Measured, measure
from reconcile.learning import AuditedValue

MEASURED_SECONDS = 600.0
"""How long what was measured stands: it takes some ten seconds of a processor. Chosen by hand."""


def measuring(visit: Visit) -> Counting:
    """The count, begun where the last one is old."""
    home, context = visit.home, visit.context
    asked = counting(visit, "measured", lambda: measure(home, context.now()))
    asked.recent(MEASURED_SECONDS)
    return asked


def measured(visit: Visit) -> Measured | None:
    """What was measured last, of all forms."""
    last = measuring(visit).last
    return last.found if last and isinstance(last.found, Measured) else None


def audited(visit: Visit) -> list[AuditedValue]:
    """The audited fields of the forms that the visitor sees."""
    found = measured(visit)
    return [each for each in found.audited if visit.sees(each.form)] if found else []
