"""The versions of what was learnt: why each came into force or was refused, compared on known truths."""

from __future__ import annotations

from collections.abc import Mapping

from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Visit
from flows.steps import parameter_versions
from transcribe.codes import Verdict
from transcribe.i18n import N_

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
