"""What somebody did, in words with its figures, by the line of the log or the act that keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from transcribe.pay_arithmetic import decimal_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""From when on acts count microseconds."""

Detail = Mapping[str, Any]
"""What a line of the log has besides its verb and its subject."""


def due_set(detail: Mapping[str, object]) -> datetime | None:
    """The due date that a batch was given, by the detail of an act."""
    due = detail["due_at"]
    return EPOCH + timedelta(microseconds=due) if isinstance(due, int) else None


def act_in_words(verb: str, detail: Mapping[str, object]) -> str:
    """What was done, with the field, the figures, or the fact that was set. The bare verb where its figures are
    missing, as in lines of older versions."""
    if isinstance(detail.get("field"), str):
        return f"{verb} {detail['field']}"
    if verb in FIGURES:
        try:
            return f"{verb}{FIGURES[verb](detail)}"
        except KeyError:
            return verb
    fact = verb.removesuffix(" set").replace(" ", "_")
    if verb.endswith(" set") and fact in detail:
        return f"{verb} to {_fact_in_words(detail[fact])}"
    return verb


def _due(detail: Detail) -> str:
    due = due_set(detail)
    return f" {due:%Y-%m-%d %H:%M} UTC" if due else " none"


def _rate(detail: Detail) -> str:
    per = "an hour" if detail["per"] == "hour" else "a reading"
    return f": {_money(detail)} {per} of {detail['form'] or 'every form'}"


def _floor(detail: Detail) -> str:
    return f": {_money(detail)} an hour ({detail['source']})"


def _work(detail: Detail) -> str:
    return f": {detail['hours']:g} hours{' of ' * bool(detail['form'])}{detail['form']}"


def _taken_in(detail: Detail) -> str:
    """The counts of a batch that came in; of what went wrong only what there is."""
    plain = [f"{detail[name]} {name}" for name in ("files", "scans", "read", "known")]
    rest = [f"{detail[name]} {name}" for name in ("set aside", "failed", "waiting") if detail.get(name)]
    return f": {', '.join([*plain, *rest])}"


def _money(detail: Detail) -> str:
    return f"{decimal_text(detail['micro'])} {detail['currency']}"


FIGURES: Mapping[str, Callable[[Detail], str]] = {
    "batch due": _due,
    "batch priority": lambda detail: f" {detail['priority']}",
    "batch taken in": _taken_in,
    "control share set": lambda detail: f" to {detail['share']:.1%}",
    "dispute answered": lambda detail: f": {detail['granted']:g} seconds added",
    "duplicate settled": lambda detail: f" as {detail['as']} of {str(detail['older'])[:12]}",
    "floor kept": _floor,
    "rate kept": _rate,
    "scan turned": lambda detail: f" by {detail['degrees']} degrees",
    "work expected": _work,
}
"""What is said after a verb that has figures."""


def _fact_in_words(value: object) -> str:
    """A fact of a person: yes, no, or what it says."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return ("no", "yes")[value] if value in (0, 1) and isinstance(value, int) else str(value)
