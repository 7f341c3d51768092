"""What `fairhand pay report` says of everybody: counted when somebody asks, as it adds up the whole ledger."""

from __future__ import annotations

from flows.administration import PayLine, pay_lines
from flows.desk.counting import Counting
from flows.desk.parts import counting
from flows.desk.visit import Visit


def owed_counting(visit: Visit) -> Counting:
    """The count of what everybody is owed."""
    home = visit.home
    return counting(visit, "owed", lambda: pay_lines(home))


def owed_lines(visit: Visit) -> list[PayLine]:
    """What was counted last, by handle."""
    last = owed_counting(visit).last
    return list(last.found or []) if last else []
