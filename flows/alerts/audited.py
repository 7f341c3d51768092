"""What audits found, by form: it takes a look at every scan with an audit."""

from __future__ import annotations

from flows.home import Home
from flows.steps import audited_values


def audited_decisions(home: Home) -> dict[str, tuple[int, int]]:
    """What audits have found of decided fields, by form: how many were wrong, of how many."""
    found: dict[str, tuple[int, int]] = {}
    for each in audited_values(home):
        wrong, count = found.get(each.form, (0, 0))
        found[each.form] = (wrong + each.wrong, count + 1)
    return found
