"""What audits found of each form and field, with an interval: rows of the published quality tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from reconcile.algorithms import exact_interval
from reconcile.learning import AuditedValue
from reconcile.records import FieldQuality, quality


def field_qualities(audited: Iterable[AuditedValue], at: datetime) -> Iterator[FieldQuality]:
    """The rows of each form: one for each audited field, and one for all of them, whose field is ""."""
    found: dict[tuple[str, str, str], list[AuditedValue]] = defaultdict(list)
    latest: dict[tuple[str, str], str] = {}
    for each in sorted(audited, key=lambda each: (each.at is not None, each.at or at)):
        found[each.form, each.key.name, each.type].append(each)
        found[each.form, quality.WHOLE_FORM, ""].append(each)
        latest |= {(each.form, each.key.name): each.type, (each.form, quality.WHOLE_FORM): ""}
    for (form, field, type_name), values in sorted(found.items()):
        if latest[form, field] != type_name:
            continue  # a later version of the form has another type there: its audits count
        wrong, times = sum(each.wrong for each in values), [each.at for each in values if each.at is not None]
        low, high = exact_interval(wrong, len(values))
        yield FieldQuality(
            form=form,
            field=field,
            type=type_name,
            audited=len(values),
            wrong=wrong,
            share=wrong / len(values),
            interval_low=low,
            interval_high=high,
            since=_said(min(times, default=None)),
            until=_said(max(times, default=None)),
            measured_at=at.isoformat(timespec="seconds"),
        )


def _said(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
