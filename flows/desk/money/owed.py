"""What `fairhand pay report` says of everybody: counted beside the page, as it adds up the whole ledger."""

from __future__ import annotations

from flows.administration import PayLine, pay_lines
from flows.desk.counting import Counting
from flows.desk.parts import counting
from flows.desk.visit import Visit

OWED_SECONDS = 3600.0
"""How long what was added up stands: it looks at every line of pay. Chosen by hand."""


def owed_counting(visit: Visit) -> Counting:
    """The count of what everybody is owed, begun where the last one is old."""
    home = visit.home
    asked = counting(visit, "owed", lambda: pay_lines(home))
    asked.recent(OWED_SECONDS)
    return asked


def owed_lines(visit: Visit) -> list[PayLine]:
    """What was counted last, by handle."""
    last = owed_counting(visit).last
    return list(last.found or []) if last else []
