"""The page Quality: measured error, needless questions, and what was learnt with the way back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Response

from flows.desk.charts import Chart, Point, plotted
from flows.desk.counting import Counted, Counting
from flows.desk.deeds import do
from flows.desk.pages.amounts import HOUR_MS, PAY, Cost, beside_keying
from flows.desk.pages.counts import BY_PEOPLE, published_forms, straight_through, summed, visible
from flows.desk.parts import Deed, Part, SectionPage, counting, when_counted
from flows.desk.tables import NO_FIGURE, Cell, Glimpse, Raw, Row, Table, scan_cell, with_query
from flows.desk.visit import Act, Visit
from flows.measuring import (
    COST_DAYS,
    MIN_GROUP_COUNT,
    Confusion,
    CurvePoint,
    Measured,
    calibration_points,
    confusions,
    coverage_points,
    error_by_week,
    field_qualities,
    measure,
)
from flows.steps import go_back, parameter_versions
from flows.views import known_values
from reconcile.algorithms import exact_interval
from reconcile.learning import AuditedValue
from reconcile.records import FieldQuality, quality
from transcribe.codes import Verdict
from transcribe.i18n import N_


def _audited(visit: Visit) -> list[FieldQuality]:
    """The rows of the forms that the visitor sees; none where nothing was audited.

    Published rows count all audits, but once a day. What is counted beside the pages is newer and counts the latest
    scans alone. Of each form the rows that count more audits are taken.
    """
    rows = defaultdict(list)
    for row in field_qualities(audited(visit), visit.now):
        rows[row.form].append(row)
    for form, published in _published(visit).items():
        if _count(published) > _count(rows[form]):
            rows[form] = published
    return [row for _, found in sorted(rows.items()) for row in found]


HEADLINE_SECONDS = 60.0
"""All desks show the same line for a minute. Chosen by hand."""


def headline(visit: Visit) -> list[tuple[str, str]]:
    """The home in one line: each figure in words, with the address of what it rests on. What is not known is left
    out."""
    key = ("headline", visit.language, visit.forms)
    return visit.shared.of(key, HEADLINE_SECONDS, visit.now, lambda: list(_figures_first(visit)))


def _figures_first(visit: Visit) -> Iterator[tuple[str, str]]:
    say, store = visit.say, visit.home.store
    forms = [row for row in _audited(visit) if row.field == quality.WHOLE_FORM]
    if count := _count(forms):
        wrong = sum(row.wrong for row in forms)
        most = visit.share(exact_interval(wrong, count)[1], 2)
        said = say("%(share)s of values wrong, at most %(most)s", share=visit.share(wrong / count, 2), most=most)
        yield said, "/desk/quality#part-by-type"
    pays = store.work_kinds(PAY)
    kinds = ["records", "decided by machine", "decided by people", *BY_PEOPLE, *pays]
    done, cost = Counter[str](), Cost()
    for each in store.work_by_form(visit.now - timedelta(days=COST_DAYS), kinds):
        if visit.sees(each.form):
            done[each.what] += each.count
            cost.add(each)
    scans = summed(visible(visit, store.scan_counts_in_all()))
    if fields := done["decided by machine"] + done["decided by people"] + scans["open fields"]:
        share = visit.share(done["decided by machine"] / fields)
        yield say("machines decide %(share)s of the fields alone", share=share), "/desk/quality#part-agreement"
    alone = straight_through(scans)
    if alone is not None:
        yield say("%(share)s of the scans go straight through", share=visit.share(alone)), "/desk/batches"
    if records := sum(cost.records.values()):
        hours = visit.number(cost.people_ms / HOUR_MS / records * 100, 1)
        pay = " + ".join(visit.amount(round(micro / records * 100), currency) for currency, micro in cost.pay.items())
        words = say("%(hours)s h of people for 100 records", hours=hours)
        yield (
            f"{words}, {pay}" if pay and visit.forms is None else words,
            ("/desk/money#part-form-costs" if visit.forms is None else "/desk/batches"),
        )


def _published(visit: Visit) -> dict[str, list[FieldQuality]]:
    """The published rows by form."""
    return {form: quality.quality(visit.home.settings.records, form) for form in published_forms(visit)}


def _count(rows: Iterable[FieldQuality]) -> int:
    return sum(each.audited for each in rows)


def by_type_table(visit: Visit) -> Table:
    """Wrong values by form and field type, the whole form first."""
    found: dict[tuple[str, str], list[FieldQuality]] = defaultdict(list)
    for row in _audited(visit):
        found[row.form, row.type].append(row)
    rows = []
    for (form, kind), fields in sorted(found.items()):
        wrong, count = sum(each.wrong for each in fields), sum(each.audited for each in fields)
        words = visit.kind(kind) if kind else visit.say("all fields")
        rows.append((form, Cell(kind, words), *_figures(visit, wrong, count)))
    return visit.table(
        "by-type",
        visit.say("Wrong values by form and field type"),
        {"form": visit.say("Form"), "type": visit.say("Field type"), **_audited_heads(visit)},
        rows,
        at="/desk/quality",
        nothing=visit.say("Nothing was audited yet."),
    )


def by_field_table(visit: Visit) -> Table:
    """Wrong values of each audited field."""
    say = visit.say
    rows = [
        (
            each.form,
            each.field,
            Cell(each.type, visit.kind(each.type)),
            *_figures(visit, each.wrong, each.audited, (each.interval_low, each.interval_high)),
            Cell(each.until, visit.moment(visit.iso_moment(each.until)) if each.until else ""),
        )
        for each in _audited(visit)
        if each.field != quality.WHOLE_FORM
    ]
    return visit.table(
        "by-field",
        say("Wrong values by field"),
        {
            "form": say("Form"),
            "field": say("Field"),
            "type": say("Field type"),
            **_audited_heads(visit),
            "until": say("Last audit"),
        },
        rows,
        at="/desk/quality",
        nothing=say("Nothing was audited yet."),
    )


def _audited_heads(visit: Visit) -> dict[str, str]:
    say = visit.say
    return {"audited": say("Audited"), "wrong": say("Wrong"), **_share_heads(visit, say("Share wrong"))}


def _share_heads(visit: Visit, head: str, name: str = "share") -> dict[str, str]:
    return {name: head, "interval_low": visit.say("At least"), "interval_high": visit.say("At most")}


def _figures(visit: Visit, hits: int, count: int, interval: tuple[float, float] | None = None) -> tuple[Raw, ...]:
    """How many there are, how many of these are such, and their share with its interval."""
    low, high = interval or exact_interval(hits, count)
    return count, hits, *(share_cell(visit, share) for share in (hits / count, low, high))


def share_cell(visit: Visit, share: float) -> Cell:
    """A share, for people with two places of its percentage."""
    return Cell(round(share, 6), visit.share(share, 2))


# What is measured of quality beside the pages, of the forms that a visitor sees. It stands ten minutes.

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


# Questions that need not have been asked, by form and reason, as `fairhand status --json` counts them.


def asked_counting(visit: Visit) -> Counting:
    """The count of what was asked: begun by a person, as it looks at every field."""
    store = visit.home.store
    return counting(visit, "asked", lambda: store.counts().asked)


def needless_table(visit: Visit, last: Counted | None) -> Table:
    """By the reason of the first question: fields that people have read, decided ones, and those asked needlessly."""
    say, asked = visit.say, (last.found or {}) if last else {}
    rows = [
        (
            form,
            Cell(reason, visit.reason(reason)),
            each.fields,
            each.decided,
            each.needless,
            Cell(round(each.needless / each.decided, 6), visit.share(each.needless / each.decided))
            if each.decided
            else None,
        )
        for form, reasons in sorted(asked.items())
        if visit.sees(form)
        for reason, each in sorted(reasons.items())
    ]
    return visit.table(
        "needless",
        say("Questions that need not have been asked"),
        {
            "form": say("Form"),
            "reason": say("Why people are asked"),
            "fields": say("Fields that people read"),
            "decided": say("Decided"),
            "needless": say("Asked needlessly"),
            "share": say("Share of the decided"),
        },
        rows,
        at="/desk/quality",
    )


# Known values in use: which they are, and how many answers of people were as expected.


def known_values_table(visit: Visit) -> Table:
    """Every known value in use, with the answers of who did not know that it was one."""
    say = visit.say
    visit.require_all_forms()
    rows = [
        (
            scan_cell(it.scan, it.name, f"{with_query({'field': it.field})}#field"),
            it.field,
            it.text,
            it.answers,
            it.as_expected,
        )
        for it in known_values(visit.home)
    ]
    return visit.table(
        "known",
        say("Known values"),
        {
            "scan": say("Scan"),
            "field": say("Field"),
            "text": say("What is written there"),
            "answers": say("Answers of people"),
            "as_expected": say("As expected"),
        },
        rows,
        at="/desk/quality",
        nothing=say("No value is held to be known."),
    )


# How often engines agree, which characters they take for others, and which rules and troubles ask in vain.

CONFUSIONS_COUNT = 40
"""So many confusions are listed, the most frequent. Chosen by hand."""


def agreement_table(visit: Visit) -> Table:
    """Each pair of engines by field type: fields that both read, and those that they read alike."""
    say, found = visit.say, measured(visit)
    fields: Counter[tuple[str, str, str]] = Counter()
    alike: Counter[tuple[str, str, str]] = Counter()
    for each in found.latest.agreements if found else []:
        if visit.sees(each.form):
            fields[each.first, each.second, each.type] += each.fields
            alike[each.first, each.second, each.type] += each.alike
    rows = [
        (first, second, Cell(kind, visit.kind(kind)), *_figures(visit, alike[key], count))
        for key, count in sorted(fields.items())
        for first, second, kind in [key]
    ]
    return visit.table(
        "agreement",
        say("Agreement of engines"),
        {
            "first": say("Engine"),
            "second": say("Other engine"),
            "type": say("Field type"),
            "fields": say("Fields that both read"),
            "alike": say("Read alike"),
            **_share_heads(visit, say("Share alike")),
        },
        rows,
        at="/desk/quality",
        nothing=say("No field of the latest scans was read by two engines."),
    )


def alarms_table(visit: Visit) -> Table:
    """Rules and troubles that made people look, the most often in vain first."""
    say, found = visit.say, measured(visit)
    alarms = [each for each in (found.latest.alarms if found else []) if visit.sees(each.form)]
    rows = [
        (
            each.form,
            Cell(each.kind, say("rule of the form") if each.kind == "rule" else say("trouble")),
            Cell(each.name, visit.reason(each.name) if each.kind == "trouble" else each.name),
            *_figures(visit, each.false, each.asked),
        )
        for each in sorted(alarms, key=lambda each: (-each.false, each.form, each.name))
    ]
    return visit.table(
        "alarms",
        say("Rules and troubles by false alarms"),
        {
            "form": say("Form"),
            "kind": say("Kind"),
            "name": say("Why people are asked"),
            "asked": say("People looked"),
            "false": say("Right after all"),
            **_share_heads(visit, say("Share right after all")),
        },
        rows,
        at="/desk/quality",
        nothing=say("Of the latest scans people have read nothing that is decided."),
    )


def confusions_table(visit: Visit) -> Table:
    """Characters that engines took for others, the most frequent first, with fields where they did."""
    say = visit.say
    rows = [
        (
            Cell(each.written, _character(visit, each.written)),
            Cell(each.read, _character(visit, each.read)),
            each.times,
            Cell(each.of, "" if each.of is None else visit.number(each.of)),
            ", ".join(each.engines),
            Cell(" ".join(f"{it.scan}/{it.key}" for it in each.examples), pictures=_glimpses(visit, each)),
        )
        for each in confusions(audited(visit))[:CONFUSIONS_COUNT]
    ]
    return visit.table(
        "confusions",
        say("Characters that engines take for others"),
        {
            "written": say("Written"),
            "read": say("Read as"),
            "times": say("Times"),
            "of": say("Of so many written"),
            "engines": say("Engines"),
            "examples": say("For example"),
        },
        rows,
        at="/desk/quality",
        nothing=say("In the audited fields engines read every character right, or none was audited yet."),
    )


def _character(visit: Visit, character: str) -> str:
    """A character as people see it."""
    if not character:
        return visit.say("nothing")
    return visit.say("a space") if character.isspace() else character


def _glimpses(visit: Visit, confusion: Confusion) -> list[Glimpse]:
    """The fields where it happened, each leading to its scan."""
    return [
        Glimpse(
            source=f"/desk/scan/{each.scan}/snippet{with_query({'field': str(each.key)})}",
            words=visit.say("%(field)s: %(text)s is written", field=each.key.name, text=each.truth),
            href=f"/desk/scan/{each.scan}{with_query({'field': str(each.key)})}",
        )
        for each in confusion.examples
    ]


# The versions of what was learnt: why each came into force or was refused, compared on known truths.

VERDICTS_OF_LEARNING: Mapping[str, str] = {
    "": N_("as shipped, or learnt without a reason on record"),
    Verdict.BETTER: N_("known truths speak for it"),
    Verdict.NOT_WORSE: N_("on known truths it is not worse beyond chance"),
    Verdict.TOO_LITTLE_TRUTH: N_("too little truth is known to judge it"),
    Verdict.WORSE: N_("refused: on known truths it is worse beyond chance"),
    Verdict.REOPENS_TOO_MANY: N_("refused: too many decided fields would come out otherwise"),
    Verdict.WENT_BACK: N_("an operator went back to it"),
}
"""Why each version came into force, or did not, as people are told."""

NUMBERS = ("compared", "decided_before", "wrong_before", "decided_after", "wrong_after", "otherwise", "reopened")
"""The figures that are compared, as learning keeps them."""


def earlier(visit: Visit) -> list[tuple[str, str]]:
    """The versions that one can go back to, the latest first."""
    versions = parameter_versions(visit.home)
    here = {number for each in versions if each.in_force for number in (each.version, each.back_to)}
    return [
        (str(each.version), f"{each.version} ({visit.moment(each.at)})")
        for each in reversed(versions)
        if each.version is not None and each.version not in here
    ]


def learnt_table(visit: Visit) -> Table:
    """Every version and every refused proposal, the latest first."""
    say = visit.say
    heads = (say("Compared fields"), say("Decided before"), say("Wrong before"), say("Decided with it"),
             say("Wrong with it"), say("Come out otherwise"), say("Asked again"))  # fmt: skip
    rows = [
        (
            Cell(each.version, "" if each.version else say("refused")),
            each.in_force,
            each.at,
            Cell(each.verdict, say(VERDICTS_OF_LEARNING.get(each.verdict, each.verdict))),
            each.back_to,
            each.by,
            *(Cell(each.numbers.get(name)) for name in NUMBERS),
        )
        for each in reversed(parameter_versions(visit.home))
    ]
    return visit.table(
        "learnt",
        say("What was learnt"),
        {
            "version": say("Version"),
            "in_force": say("In force"),
            "at": say("When"),
            "verdict": say("Why"),
            "back_to": say("Is again version"),
            "by": say("By"),
            **dict(zip(NUMBERS, heads, strict=True)),
        },
        rows,
        at="/desk/quality",
        nothing=say("Nothing was weighed or learnt here yet: what ships with fairhand is in force."),
    )


# Two curves of audited fields: how right it is where we say how sure we are, and the error where less is decided.


def calibration_part(visit: Visit) -> Part:
    """What was stated of audited fields against the share that was right."""
    say, points = visit.say, calibration_points(audited(visit))
    rows: list[Row] = [
        (
            Cell(round(each.least, 6), visit.chance(each.least)),
            Cell(round(each.stated, 6), visit.chance(each.stated)),
            each.count,
            each.wrong,
            *(share_cell(visit, 1 - share) for share in (each.share, *reversed(each.interval))),
        )
        for each in points
    ]
    table = visit.table(
        "calibration",
        say("How sure we said we were, and how much was right"),
        {
            "stated_from": say("Stated from"),
            "stated": say("Stated in the mean"),
            "audited": say("Audited"),
            "wrong": say("Wrong"),
            **_share_heads(visit, say("Share right"), "right"),
        },
        rows,
        at="/desk/quality",
        nothing=say("Nothing was audited yet."),
    )
    shown = [_point(visit.chance(each.least), each.share, each.interval, 1 - each.stated) for each in points]
    title = say("Share wrong by how sure we said we were, the least sure first")
    return Part(
        head=table.caption,
        table=table,
        chart=_curve(visit, title, shown, table, say("share wrong, by audits"), say("stated")),
        said=[say("Where the stated line lies within the interval, audits do not speak against what we say.")],
        faint=[_groups(visit, points)] if points else [],
    )


def coverage_part(visit: Visit) -> Part:
    """The error among the surest fields, for more and more of them."""
    say, values = visit.say, list(audited(visit))
    points = coverage_points(values)
    rows = [
        (
            Cell(round(each.coverage, 6), visit.share(each.coverage)),
            Cell(round(each.least, 6), visit.chance(each.least)),
            *_figures(visit, each.wrong, each.count, each.interval),
        )
        for each in points
    ]
    table = visit.table(
        "coverage",
        say("Error if only the surest values were decided"),
        {"coverage": say("Share decided"), "stated_from": say("Stated from"), **_audited_heads(visit)},
        rows,
        at="/desk/quality",
        nothing=say("Fewer than %(count)s values were audited: they tell nothing of it yet.", count=MIN_GROUP_COUNT)
        if values
        else say("Nothing was audited yet."),
    )
    shown = [_point(visit.share(each.coverage), each.share, each.interval) for each in points]
    title = say("Share wrong among the surest, by the share decided")
    return Part(
        head=table.caption,
        table=table,
        chart=_curve(visit, title, shown, table, say("share wrong, by audits")),
        said=[say("Of the audited values, the surest first: a higher target decides less of them.")],
    )


def _point(words: str, share: float, interval: tuple[float, float], expected: float | None = None) -> Point:
    return Point(words=words, share=share, low=interval[0], high=interval[1], expected=expected)


def _curve(
    visit: Visit, title: str, points: Sequence[Point], table: Table, share: str, expected: str | None = None
) -> Chart:
    """Shares with their intervals, over the table behind them: what is shown, and what was expected, in words."""
    kinds = [share, visit.say("its interval"), *([expected] if expected else [])]
    return plotted(table.name, title, points, kinds, table, partial(visit.share, places=2))


def _groups(visit: Visit, points: Sequence[CurvePoint]) -> str:
    """How small groups are joined; said of one that is small all the same."""
    if points[0].count < MIN_GROUP_COUNT:
        return visit.say("Fewer than %(count)s audited values are one group: they tell little.", count=MIN_GROUP_COUNT)
    return visit.say("Groups of fewer than %(count)s audited values are joined with the next.", count=MIN_GROUP_COUNT)


# This home's learning curve: the share of fields that people were asked for, and the error, week by week.


def asked_part(visit: Visit) -> Part:
    """Of the fields decided in each week, the share that people were asked for."""
    say, found = visit.say, measured(visit)
    people, machine = Counter[date](), Counter[date]()
    for each in found.weeks if found else []:
        if visit.sees(each.form):
            people[each.monday] += each.by_people
            machine[each.monday] += each.by_machine
    weeks = {week: people[week] + machine[week] for week in sorted({*people, *machine}) if people[week] + machine[week]}
    rows = [(week, *_figures(visit, people[week], count)) for week, count in weeks.items()]
    table = visit.table(
        "asked-by-week",
        say("Share of fields that people were asked for, by week"),
        {
            "week": say("Week from"),
            "decided": say("Decided"),
            "by_people": say("By people"),
            **_share_heads(visit, say("Share asked")),
        },
        rows,
        at="/desk/quality",
        nothing=say("Nothing was decided in the last half year."),
    )
    points = [
        _point(visit.date(week), people[week] / count, exact_interval(people[week], count))
        for week, count in weeks.items()
    ]
    chart = _curve(visit, table.caption, points, table, say("share asked"))
    said = [say("What was decided for the first time in each week, of the last half year.")]
    return Part(head=say("Learning curve: share asked"), table=table, chart=chart, said=said)


def errors_part(visit: Visit) -> Part:
    """The share wrong of what was audited in each week; nothing of a week with too few."""
    say, weeks = visit.say, error_by_week(audited(visit))
    rows = [
        (week, *(_figures(visit, wrong, count) if count >= MIN_GROUP_COUNT else (count, *(NO_FIGURE,) * 4)))
        for week, (wrong, count) in weeks.items()
    ]
    table = visit.table(
        "errors-by-week",
        say("Share wrong by week of the audit"),
        {"week": say("Week from"), **_audited_heads(visit)},
        rows,
        at="/desk/quality",
        nothing=say("Nothing was audited yet."),
    )
    points = [
        _point(visit.date(week), wrong / count, exact_interval(wrong, count))
        for week, (wrong, count) in weeks.items()
        if count >= MIN_GROUP_COUNT
    ]
    return Part(
        head=say("Learning curve: error"),
        table=table,
        chart=_curve(visit, table.caption, points, table, say("share wrong, by audits")),
        faint=[say("A week with fewer than %(count)s audited values tells nothing and is left blank.",
                   count=MIN_GROUP_COUNT)] if weeks else [],
    )  # fmt: skip


# The page Quality, its tables as files, and its deeds: needless questions counted, an earlier version put back.

router = APIRouter()


@router.post("/desk/quality/back")
async def back(visit: Act, version: Annotated[int, Form(ge=1)]) -> Response:
    """Puts an earlier version of what was learnt in force again, as `fairhand learn back` does."""
    visit.require_all_forms()
    return await do(visit, lambda: go_back(visit.home, version, by=visit.by), "/desk/quality", "learn-back")


def _parts(visit: Visit) -> list[Part]:
    say, asked = visit.say, asked_counting(visit)
    deeds = [Deed(action="/desk/quality/count", label=say("Count them anew"))] if visit.forms is None else []
    audits = say("Audits alone count: decided values drawn by lot and read again blind.")
    faint = when_counted(visit, measuring(visit))
    parts = [
        Part(head=say("Wrong values by form and field type"), table=by_type_table(visit), said=[audits], faint=faint),
        Part(head=say("Wrong values by field"), table=by_field_table(visit), faint=faint),
        _value(visit),
        Part(
            head=say("Questions that need not have been asked"),
            table=needless_table(visit, asked.last),
            said=[say("People decided exactly what every engine had read before.")],
            faint=when_counted(visit, asked),
            deeds=deeds,
        ),
        *_measured(visit),
    ]
    if visit.forms is None:
        choices = earlier(visit)
        way_back = Deed(
            action="/desk/quality/back", label=say("Put it in force again"), choice="version",
            asks=say("An earlier version"), choices=choices,
        )  # fmt: skip
        known = say("One that good readers fail is wrong. Its field's page keeps and withdraws it.")
        parts.append(Part(head=say("Known values"), table=known_values_table(visit), said=[known]))
        parts.append(Part(head=say("What was learnt"), table=learnt_table(visit), deeds=[way_back] if choices else []))
    return parts


def _value(visit: Visit) -> Part:
    """What the last month cost beside keying everything twice."""
    found = measured(visit)
    table, said = beside_keying(visit, found.written if found else {})
    faint = visit.say(
        "Blanks and empty boxes are not counted as written. The arbiter of double keying is left out. What machines "
        "read alone is often easier to key than what people read here."
    )
    more = [faint] if table.rows else []
    return Part(head=table.caption, table=table, said=said, faint=[*more, *when_counted(visit, measuring(visit))])


def value_table(visit: Visit) -> Table:
    """The same as a table alone."""
    return _value(visit).table


def _measured(visit: Visit) -> list[Part]:
    """What is measured beside the page: alarms, engines, confusions, curves."""
    say, faint = visit.say, when_counted(visit, measuring(visit))
    looked = found.latest.scans if (found := measured(visit)) else 0
    latest = say("Of the %(count)s scans that came last.", count=visit.number(looked))
    return [
        Part(
            head=say("Rules and troubles by false alarms"),
            table=alarms_table(visit),
            said=[
                say("How often people looked because of it, and what machines had read was right after all. A rule is"
                    " counted each time that it was broken; it asked in vain where all of its fields were right."),
                latest,
            ],
            faint=faint,
        ),
        Part(head=say("Agreement of engines"), table=agreement_table(visit), said=[latest], faint=faint),
        Part(
            head=say("Characters that engines take for others"),
            table=confusions_table(visit),
            said=[say("What audits found written against what each engine had read.")],
            faint=faint,
        ),
        calibration_part(visit),
        coverage_part(visit),
        asked_part(visit),
        errors_part(visit),
    ]  # fmt: skip


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "by-type": by_type_table,
    "by-field": by_field_table,
    "value": value_table,
    "alarms": alarms_table,
    "agreement": agreement_table,
    "confusions": confusions_table,
    "known": known_values_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(
    address="/desk/quality",
    title=N_("Quality"),
    parts=_parts,
    tables=TABLES,
    counts=(asked_counting, measuring),
    headline=headline,
)
"""The page and its tables as files."""
