"""How often engines agree, which characters they take for others, and which rules and troubles ask in vain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from flows.desk.quality.measured import audited, measured, share_cell
from flows.desk.tables import Cell, Column, Glimpse, Table, time_cell, with_query
from flows.desk.visit import Visit
from flows.measuring import Confusion, confusions
from flows.steps import parameter_versions
from reconcile.algorithms import exact_interval
from transcribe.codes import Verdict
from transcribe.i18n import N_

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
        (
            Cell(first), Cell(second), Cell(kind, visit.kind(kind)), Cell(count, visit.number(count)),
            Cell(alike[key], visit.number(alike[key])),
            *(share_cell(visit, it) for it in (alike[key] / count, *exact_interval(alike[key], count))),
        )
        for key, count in sorted(fields.items())
        for first, second, kind in [key]
    ]  # fmt: skip
    return Table(
        name="agreement",
        caption=say("Agreement of engines"),
        columns=(
            Column("first", say("Engine")), Column("second", say("Other engine")), Column("type", say("Field type")),
            Column("fields", say("Fields that both read"), True), Column("alike", say("Read alike"), True),
            Column("share", say("Share alike"), True), Column("interval_low", say("At least"), True),
            Column("interval_high", say("At most"), True),
        ),
        rows=rows,
        address="/desk/quality/agreement",
        nothing=say("No field of the latest scans was read by two engines."),
    )  # fmt: skip


def alarms_table(visit: Visit) -> Table:
    """Rules and troubles that made people look, the most often in vain first."""
    say, found = visit.say, measured(visit)
    alarms = [each for each in (found.latest.alarms if found else []) if visit.sees(each.form)]
    rows = [
        (
            Cell(each.form),
            Cell(each.kind, say("rule of the form") if each.kind == "rule" else say("trouble")),
            Cell(each.name, visit.reason(each.name) if each.kind == "trouble" else each.name),
            Cell(each.asked, visit.number(each.asked)),
            Cell(each.false, visit.number(each.false)),
            *(share_cell(visit, it) for it in (each.false / each.asked, *exact_interval(each.false, each.asked))),
        )
        for each in sorted(alarms, key=lambda each: (-each.false, each.form, each.name))
    ]
    return Table(
        name="alarms",
        caption=say("Rules and troubles by false alarms"),
        columns=(
            Column("form", say("Form")), Column("kind", say("Kind")), Column("name", say("Why people are asked")),
            Column("asked", say("People looked"), True), Column("false", say("Right after all"), True),
            Column("share", say("Share right after all"), True), Column("interval_low", say("At least"), True),
            Column("interval_high", say("At most"), True),
        ),
        rows=rows,
        address="/desk/quality/alarms",
        nothing=say("Of the latest scans people have read nothing that is decided."),
    )  # fmt: skip


def confusions_table(visit: Visit) -> Table:
    """Characters that engines took for others, the most frequent first, with fields where they did."""
    say = visit.say
    rows = [
        (
            Cell(each.written, _character(visit, each.written)),
            Cell(each.read, _character(visit, each.read)),
            Cell(each.times, visit.number(each.times)),
            Cell(each.of, "" if each.of is None else visit.number(each.of)),
            Cell(", ".join(each.engines)),
            Cell(" ".join(f"{it.scan}/{it.key}" for it in each.examples), pictures=_glimpses(visit, each)),
        )
        for each in confusions(audited(visit))[:CONFUSIONS_COUNT]
    ]
    return Table(
        name="confusions",
        caption=say("Characters that engines take for others"),
        columns=(
            Column("written", say("Written")), Column("read", say("Read as")), Column("times", say("Times"), True),
            Column("of", say("Of so many written"), True), Column("engines", say("Engines")),
            Column("examples", say("For example")),
        ),
        rows=rows,
        address="/desk/quality/confusions",
        nothing=say("In the audited fields engines read every character right, or none was audited yet."),
    )  # fmt: skip


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
            Cell(each.in_force, say("yes") if each.in_force else say("no")),
            time_cell(each.at, visit.moment(each.at)),
            Cell(each.verdict, say(VERDICTS_OF_LEARNING.get(each.verdict, each.verdict))),
            Cell(each.back_to),
            Cell(each.by),
            *(Cell(each.numbers.get(name)) for name in NUMBERS),
        )
        for each in reversed(parameter_versions(visit.home))
    ]
    return Table(
        name="learnt",
        caption=say("What was learnt"),
        columns=(
            Column("version", say("Version")),
            Column("in_force", say("In force")),
            Column("at", say("When")),
            Column("verdict", say("Why")),
            Column("back_to", say("Is again version")),
            Column("by", say("By")),
            *(Column(name, head, is_number=True) for name, head in zip(NUMBERS, heads, strict=True)),
        ),
        rows=rows,
        address="/desk/quality/learnt",
        nothing=say("Nothing was weighed or learnt here yet: what ships with fairhand is in force."),
    )
