"""One field of a scan: what was read by whom, what was decided and why, as a waterfall, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import get_decimal_symbol

from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Visit
from flows.output import Explanation, explained
from transcribe.errors import NotFound
from transcribe.i18n import N_, sentence, translation
from transcribe.i18n import say as said_of
from transcribe.model import OPERATOR_SOURCE, Evidence, FieldKey
from transcribe.review import Weight, percent_sign, skip_reason_words, weights

KIND_WORDS = {"machine": N_("machine"), "person": N_("person"), "expert": N_("expert")}
"""Who read, in a word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is open: why it is asked, and since when, in words."""

    why: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A field for the page of its scan. `method` says how its last decision came to be.

    `skips` says who skipped it since it was read last, when and why, where it is open.
    `earlier` is how often it was decided otherwise before. `known` is what it is known to say, None where it is not.
    """

    told: Explanation
    readings: Table
    method: str
    reasons: Sequence[Weight]
    waiting: Sequence[Asked]
    skips: Sequence[str]
    earlier: int
    known: str | None


def field_view(visit: Visit, scan: str, name: str) -> FieldView | None:
    """All that is known of a field, None where there is no such field."""
    try:
        told = explained(visit.home, scan, name)
    except (NotFound, ValueError):
        return None
    key, asked = FieldKey.parse(name), _asked(visit, scan, FieldKey.parse(name))
    translate = translation(visit.language).gettext
    last = told.decisions[-1] if told.decisions else None
    who = operators_of(told)
    evidence = [Evidence(code=each.code, numbers={**(each.model_extra or {}), **_named(each.model_extra, who)})
                for each in (last.codes if last else ())]  # fmt: skip
    point, percent = get_decimal_symbol(visit.language), percent_sign(visit.language)
    return FieldView(
        told=told,
        readings=readings_table(visit, told),
        method=translate(sentence(last.method)) if last else "",
        reasons=weights([(said_of(each, translate, point, percent), each.numbers) for each in evidence]),
        waiting=asked,
        skips=_skips(visit, scan, key) if asked else [],
        earlier=sum(last is not None and (each.value, each.null) != (last.value, last.null) for each in told.decisions),
        known=next((each.text for each in visit.home.store.truths(scan) if str(each.key) == name), None),
    )


def _asked(visit: Visit, scan: str, key: FieldKey) -> list[Asked]:
    """The open questions about a field."""
    return [
        Asked(
            visit.reason(each.reason),
            visit.say("Asked since %(at)s (%(age)s).", at=visit.moment(each.since), age=visit.age(each.since)),
        )
        for each in visit.home.store.asked_of_field(scan, key)
    ]


def _skips(visit: Visit, scan: str, key: FieldKey) -> list[str]:
    """Who skipped a field, when and why, in sentences."""
    say, words = visit.say, dict[str, str](skip_reason_words(visit.language).items())
    return [
        say(
            "%(who)s skipped it on %(at)s: “%(why)s”.",
            who=each.handle,
            at=visit.moment(each.at),
            why=words.get(each.reason, each.reason),
        )
        for each in visit.home.store.skips_of_field(scan, key)
    ]


def operators_of(told: Explanation) -> str:
    """Who corrected the field, by name; readings of operators have one source for all of them."""
    return ", ".join(dict.fromkeys(each.by for each in told.readings if each.source == OPERATOR_SOURCE and each.by))


def _named(numbers: Mapping[str, object] | None, who: str) -> dict[str, float | int | str]:
    return {"source": who} if who and numbers and numbers.get("source") == OPERATOR_SOURCE else {}


def readings_table(visit: Visit, told: Explanation) -> Table:
    """Every reading of the field, the first first; what counts no more is history."""
    say = visit.say
    columns = (
        Column("source", say("Who")),
        Column("kind", say("Kind")),
        Column("text", say("What they read")),
        Column("confidence", say("Own confidence"), is_number=True),
        Column("counts", say("Counts")),
        Column("at", say("When")),
    )
    rows, blank = [], say("(blank)")
    for each in told.readings:
        at = visit.iso_moment(each.at)
        none = ", ".join(each.flags) or say("nothing")
        text = each.text if each.text is not None else f"({none})"
        kind = N_("an operator") if each.source == OPERATOR_SOURCE else KIND_WORDS.get(each.kind, each.kind)
        rows.append(
            (
                Cell(each.by or each.source),
                Cell(each.kind, say(kind)),
                Cell(each.text, text or blank),
                Cell(each.confidence, "" if each.confidence is None else visit.share(each.confidence)),
                Cell(each.counts, say("yes") if each.counts else say("history")),
                time_cell(at, visit.moment(at)),
            )
        )
    return Table(
        name="readings",
        caption=say("Readings of the field"),
        columns=columns,
        rows=rows,
        address=f"/desk/scan/{told.scan}/readings",
        query={"field": told.field if told.row is None else f"{told.field}[{told.row}]"},
        nothing=say("Nobody has read it yet."),
    )
