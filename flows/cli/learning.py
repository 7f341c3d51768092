"""Commands about what is learnt: learn, list the versions, go back to an earlier one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, by_option, home_of, now
from transcribe.codes import Verdict
from transcribe.i18n import counted, plural

if TYPE_CHECKING:
    from flows.steps import LearningReport, ReopenedField


PRINTED_FIELDS_COUNT = 20
"""So many reopened fields are printed one by one. Chosen by hand."""

WHY: Mapping[str, str] = {
    "": "As shipped, or learnt by a program that kept no reasons.",
    Verdict.BETTER: "Known truths speak for it.",
    Verdict.NOT_WORSE: "On known truths it is not worse beyond chance; what is decided stands.",
    Verdict.TOO_LITTLE_TRUTH: "Too little truth is known to judge it: what shipped stays as it is, and what is "
    "decided stands; how often people err, words and shapes of codes are learnt all the same.",
    Verdict.WORSE: "Refused: on known truths it is worse beyond chance.",
    Verdict.REOPENS_TOO_MANY: "Refused: more of the decided fields would come out otherwise than is set "
    "(FAIRHAND_REOPENED_SHARE).",
    Verdict.SAME: "Nothing else than is known was learnt.",
    Verdict.NO_NEWS: "Nothing was read or came to be known since the last time; nothing has changed.",
    Verdict.NO_NEW_TRUTH: "An operator went back to this version, and no audit, gold or expert's reading came since; "
    "nothing has changed.",
    Verdict.WENT_BACK: "An operator went back to it.",
}
"""What each verdict says to an operator."""

NOTHING_MOVED = "No source's error rate changed by half or more, and no code has a new usual shape."
"""What is said where nothing that was learnt is worth a line."""

learn = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Learn how far each source is to be trusted; known truths decide whether it comes into force.",
)
app.add_typer(learn, name="learn")

By = Annotated[str, by_option("Who has it done; kept in the log.")]


@learn.callback()
def learn_now(
    ctx: typer.Context,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would change; keep nothing.")] = False,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Learn how far each source is to be trusted; known truths decide whether it comes into force."""
    if ctx.invoked_subcommand is not None:
        return
    from flows.steps import learn_home

    learnt = learn_home(home_of(ctx), by=by, dry=dry)
    if as_json:
        terminal.as_json(learnt)
    else:
        _print(learnt)


def _print(learnt: LearningReport) -> None:
    terminal.say(f"Learnt from {counted(learnt.scans, 'scan')}. {WHY[learnt.verdict]}")
    if learnt.came_into_force:
        terminal.say(f"The parameters are version {learnt.version} now.")
    elif learnt.dry and learnt.numbers:
        terminal.say(f"Nothing was kept: this was a dry run. Version {learnt.version} stays in force.")
    else:
        terminal.say(f"Version {learnt.version} stays in force.")
    if learnt.refused:
        terminal.say("The last proposal was refused: fairhand learn --dry-run says what it would change.")
    for scan in learnt.skipped:
        terminal.note(f"fairhand: {scan.scan[:12]} {terminal.one_line(scan.file)} is left out: {scan.message}")
    if learnt.numbers:
        _print_lines([*_judged(learnt.numbers), *(learnt.changes or (NOTHING_MOVED,))])
    terminal.say(f"\nThe truth of {counted(learnt.truths, 'field')} is known, {learnt.audited} of them by audits:")
    _print_lines(learnt.rates or ("nothing that says how often anybody errs.",))
    _print_changed(learnt)
    if learnt.came_into_force and learnt.reopened:
        terminal.say("They are weighed again: fairhand reconcile, or wait for serve.")


def _print_changed(learnt: LearningReport) -> None:
    """The decided fields that come out otherwise, and what becomes or would become of them."""
    if learnt.reopened and learnt.came_into_force:
        _print_reopened(learnt.reopened, "is asked again", "are asked again")
    elif learnt.reopened:
        _print_reopened(learnt.reopened, "would be asked again")
    elif learnt.came_into_force:
        _print_reopened(learnt.otherwise, "comes out otherwise, and stands", "come out otherwise, and stand")
    elif learnt.numbers.get("would_reopen"):
        _print_reopened(learnt.otherwise, "would be asked again if it came into force")
    else:
        _print_reopened(learnt.otherwise, "would come out otherwise, and stand")


def _judged(numbers: Mapping[str, float]) -> Iterable[str]:
    """What the verdict stands on, in words."""
    if "compared" in numbers:
        yield (
            f"Judged on {counted(numbers['compared'], 'field')} of known truth that it was not learnt from: "
            f"log loss {numbers['loss_before']:.4f} before, {numbers['loss_after']:.4f} with it; "
            f"wrong {numbers['wrong_before']:.0f} of {numbers['decided_before']:.0f} decided before, "
            f"{numbers['wrong_after']:.0f} of {numbers['decided_after']:.0f} with it."
        )
    else:
        yield f"{counted(numbers.get('judging', 0), 'field')} of known truth could judge it; what shipped stands."
    because = ", as known truths say so" if numbers["reopened"] else ""
    yield (
        f"Decided fields that come out otherwise with it: {numbers['otherwise']:.0f} of {numbers['decided']:.0f}; "
        f"asked again{because}: {numbers['reopened']:.0f}. "
        f"Open fields that are decided with it: {numbers['settled']:.0f} of {numbers['asked']:.0f}."
    )


def _print_reopened(fields: Sequence[ReopenedField], one: str, many: str = "") -> None:
    """Decided fields by name, with what becomes of one or of many."""
    if not fields:
        return
    scans = counted(len({field.scan for field in fields}), "scan")
    what = plural(
        len(fields), f"{{n}} decided field of {scans} {one}", f"{{n}} decided fields of {scans} {many or one}"
    )
    terminal.say(f"\n{what}:")
    _print_lines(
        f"{field.scan[:12]} {terminal.one_line(field.file)} {field.field}" for field in fields[:PRINTED_FIELDS_COUNT]
    )
    if len(fields) > PRINTED_FIELDS_COUNT:
        terminal.say("  ... all of them with --json")


@learn.command("versions")
def list_versions(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List the versions of what was learnt: when, which is in force, why it was kept or refused, on how many truths."""
    from flows.steps import parameter_versions

    found = parameter_versions(home_of(ctx))
    if as_json:
        terminal.as_json(*found)
        return
    if not found:
        terminal.say("Nothing was weighed or learnt here yet: what ships with fairhand is in force.")
    for each in found:
        number = "refused" if each.version is None else f"version {each.version}"
        state = ", in force" if each.in_force else ""
        model = "" if each.back_to is None else f" It is version {each.back_to} again."
        by = f" By {terminal.one_line(each.by)}." if each.by else ""
        terminal.say(f"{number}{state}, {each.at:%Y-%m-%d %H:%M} UTC: {WHY[each.verdict]}{model}{by}")
        if "judging" in each.numbers:
            _print_lines(_judged(each.numbers))


@learn.command("back")
def back(
    ctx: typer.Context,
    version: Annotated[int | None, typer.Argument(help="The version; without it the one before that in force.")] = None,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Put an earlier version in force again. Learning brings a later one only once new truths are known."""
    from flows.steps import go_back

    done = go_back(home_of(ctx), version, by=by)
    if as_json:
        terminal.as_json({"changed": False} if done is None else {"changed": True, **dataclasses.asdict(done)})
    elif done is None:
        terminal.say("That version is in force already; nothing has changed.")
    else:
        terminal.say(
            f"Version {done.back_to} is in force again, as version {done.version}. "
            f"Open questions that fall away: {done.settled}. "
            "Scans are weighed again: fairhand reconcile, or wait for serve."
        )
        _print_reopened(done.reopened, "is asked again", "are asked again")


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        terminal.say(f"  {line}")


# The command that weighs what was read.


@app.command()
def reconcile(
    ctx: typer.Context,
    anew: Annotated[bool, typer.Option("--anew", help="Also what has a record, as after an upgrade.")] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Weigh what was read since, decide or ask, and publish.

    With --anew records say what today's rules find in them (exceptions that there were none of before), in a new
    version where anything is another. A value that is less sure by today's rules stands, and is asked once more.
    """
    from flows.steps import reconcile_to_the_end

    home = home_of(ctx)
    if anew:
        home.store.wake([each.scan.id for each in home.store.scan_states() if each.recorded_at], now())
    done = reconcile_to_the_end(home)
    if as_json:
        terminal.as_json(done)
    else:
        terminal.say(
            f"{counted(done.scans, 'scan')} weighed: {counted(done.decided, 'field')} decided, {done.asked} asked of "
            f"people, {counted(done.records, 'record')}."
        )
    for scan, message in done.failed:
        terminal.note(f"fairhand: {scan[:12]}: {message}")
    if done.failed:
        raise typer.Exit(1)
