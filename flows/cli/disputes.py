"""Commands about what people ask and contest: appeals, questions, disputed time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import By, app, by_option, home_of, now, whole_id
from flows.cli.help_pages import WithDefault
from flows.cli.value import FieldName, ScanName

if TYPE_CHECKING:
    from transcribe.model import GuideKind


appeals = typer.Typer(cls=WithDefault, rich_markup_mode=None, help="Show what people contest.")
questions = typer.Typer(cls=WithDefault, rich_markup_mode=None, help="Answer what people ask about fields.")
disputes = typer.Typer(cls=WithDefault, rich_markup_mode=None, help="Answer disputes about measured time.")
app.add_typer(appeals, name="appeals")
app.add_typer(questions, name="questions")
app.add_typer(disputes, name="disputes")

MAX_CELL_CHARACTERS = 40
"""Characters of a cell that are printed; JSON has them all. Chosen by hand."""

SOON_CLOSED = "in an hour at most"
"""What stands in place of the outcome of an appeal that an expert has heard and that is not closed yet."""

Right = Annotated[str | None, typer.Option(help="Show its picture in the guide as a usual one: what is to be typed.")]
"""The option that makes a usual example of a picture."""
Tricky = Annotated[
    str | None, typer.Option(help="Show its picture in the guide as easily read wrong: what is to be typed.")
]
"""The option that makes a tricky example of a picture."""

OpenOnly = Annotated[bool, typer.Option("--open", help="Only what is not answered yet.")]


@appeals.command("list")
def list_appeals(ctx: typer.Context, open_only: OpenOnly = False, as_json: terminal.AsJson = False) -> None:
    """List appeals: what is contested, until when it must be heard, how it ended, and what was written with it."""

    store = home_of(ctx).store
    rows = [
        {
            "appeal": appeal.id,
            "scan": appeal.reading.scan,
            "field": str(appeal.reading.key),
            "by": store.transcriber(appeal.transcriber).handle,
            "deadline": appeal.deadline.isoformat(timespec="auto" if as_json else "seconds"),
            "heard": appeal.heard is not None,
            "late": appeal.is_late(now()),
            "outcome": appeal.outcome if as_json or appeal.outcome or appeal.heard is None else SOON_CLOSED,
            "minority": appeal.minority,
            "words": appeal.words,
        }
        for appeal in store.appeals(open_only=open_only)
    ]
    _print(rows, as_json, "No appeal is open." if open_only else "Nobody has appealed yet.")


@appeals.command("outcomes")
def outcomes(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Say how each expert's hearings ended; this may be shown to everybody."""
    store = home_of(ctx).store
    rows = [
        {"expert": store.transcriber(expert.expert).handle, "upheld": expert.upheld, "declined": expert.declined}
        for expert in store.expert_outcomes()
    ]
    _print(rows, as_json, "No appeal was heard yet.")


@questions.command("list")
def list_questions(ctx: typer.Context, open_only: OpenOnly = False, as_json: terminal.AsJson = False) -> None:
    """List what people asked about fields, latest first."""
    store = home_of(ctx).store
    rows = [
        {
            "question": question.id,
            "form": question.form,
            "field": question.field,
            "by": store.transcriber(question.transcriber).handle,
            "words": question.words,
            "answer": question.answer,
        }
        for question in store.questions(open_only=open_only)
    ]
    _print(rows, as_json, "No question is open." if open_only else "Nobody has asked about a field yet.")


@questions.command("answer")
def answer_question(
    ctx: typer.Context,
    asked: Annotated[str, typer.Argument(help="The question's id, or its beginning.", metavar="QUESTION")],
    answer: Annotated[str, typer.Argument(help="The answer: it joins the field's guide for everybody.")],
    right: Right = None,
    tricky: Tricky = None,
    by: Annotated[str, by_option("Who answers, as people are told.")] = "",
) -> None:
    """Answer a question for everybody who reads the field; with its picture where --right or --tricky is said."""
    from flows.administration import show_in_guide

    home, shown, answer = home_of(ctx), _example(right, tricky), answer.strip()
    if not answer:
        raise typer.BadParameter("The answer is empty. Say what is to be typed, or where to look.")
    known = {each.id: each for each in home.store.questions()}
    asked = whole_id(asked, known)
    question = known.get(asked)
    if shown and question is not None:
        show_in_guide(home, question.scan, question.key, *shown, answer, by)
    if home.store.answer_question(asked, answer, by, now()):
        terminal.say("The answer is in the field's guide, and whoever asked is told.")
    else:
        terminal.say("It was answered so already; nothing has changed.")
    if question is not None and question.answer and question.answer != answer:
        before = terminal.one_line(question.answer)
        terminal.note(f"It takes the place of an earlier answer, which nobody is shown any more: {before}")


@questions.command("example")
def show_example(
    ctx: typer.Context,
    scan: ScanName,
    field: FieldName,
    right: Right = None,
    tricky: Tricky = None,
    why: Annotated[str, typer.Option(help="What readers should know about it.")] = "",
    by: By = "",
) -> None:
    """Show the picture of a field in its guide, as a usual example (--right) or as one easily read wrong (--tricky)."""
    from flows.administration import show_in_guide
    from transcribe.errors import SettingsError
    from transcribe.model import FieldKey

    shown = _example(right, tricky)
    if shown is None:
        raise SettingsError("Say with --right or --tricky what is to be typed for it.")
    example = show_in_guide(home_of(ctx), scan, FieldKey.parse(field), *shown, why, by)
    terminal.say(f"It is in the guide as {example}, for everybody who reads this field.")


@questions.command("examples")
def list_examples(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List the pictures in the guides of fields."""
    rows = [
        {
            "example": each.id,
            "kind": each.kind,
            "form": each.form,
            "scan": each.scan,
            "field": str(each.key),
            "text": each.text,
            "words": each.words,
        }
        for each in home_of(ctx).store.guide_examples()
    ]
    _print(rows, as_json, "No picture is in the guide of a field yet.")


@questions.command("take-out")
def take_out(
    ctx: typer.Context,
    example: Annotated[str, typer.Argument(help="The example's id, or its beginning.", metavar="EXAMPLE")],
    by: By = "",
) -> None:
    """Take a picture out of its guide."""

    store = home_of(ctx).store
    store.end_guide_example(whole_id(example, [each.id for each in store.guide_examples()]), by, now())
    terminal.say("It is in no guide any more.")


def _example(right: str | None, tricky: str | None) -> tuple[GuideKind, str] | None:
    """What kind of example it is, and what is to be typed for it. None where neither is said."""
    from transcribe.errors import SettingsError

    if right is not None and tricky is not None:
        raise SettingsError("An example is usual or easily read wrong: say --right or --tricky, and not both.")
    if right is not None:
        return "right", right
    return None if tricky is None else ("tricky", tricky)


@disputes.command("list")
def list_disputes(ctx: typer.Context, open_only: OpenOnly = False, as_json: terminal.AsJson = False) -> None:
    """List disputes about measured time, latest first."""
    store = home_of(ctx).store
    rows = [
        {
            "dispute": dispute.id,
            "by": store.transcriber(dispute.transcriber).handle,
            "measured_seconds": dispute.measured,
            "claimed_seconds": dispute.claimed,
            "granted_seconds": dispute.granted,
            "words": dispute.words,
            "reason": dispute.reason,
        }
        for dispute in store.disputes(open_only=open_only)
    ]
    _print(rows, as_json, "No dispute is open." if open_only else "Nobody has contested measured time yet.")


@disputes.command("answer")
def answer_dispute(
    ctx: typer.Context,
    disputed: Annotated[str, typer.Argument(help="The dispute's id, or its beginning.", metavar="DISPUTE")],
    seconds: Annotated[
        float | None,
        typer.Argument(help="Seconds to add to the person's paid time; 0: the measured time stays.", min=0.0),
    ] = None,
    as_claimed: Annotated[
        bool, typer.Option("--as-claimed", help="Add what makes up the person's own figure.")
    ] = False,
    reason: Annotated[
        str, typer.Option(help="Why, as the person is told; needed where it is less than they say.")
    ] = "",
    by: Annotated[str, by_option("Who answers, as it stands in the log.")] = "",
) -> None:
    """Settle a dispute about measured time: add seconds to what is paid, or none, and tell the person why."""
    from flows.administration import settle_dispute
    from transcribe.errors import SettingsError

    if (seconds is None) != as_claimed:
        raise SettingsError("Say either the seconds to add or --as-claimed.")
    home = home_of(ctx)
    disputed = whole_id(disputed, [each.id for each in home.store.disputes()])
    granted = settle_dispute(home, disputed, seconds, reason, by)
    terminal.say(f"{granted:g} seconds are added, and the person is told.")


def _print(rows: Sequence[Mapping[str, object]], as_json: bool, nothing: str) -> None:
    """Print one object a line, or columns with the objects' keys as their head; `nothing` where there is none."""
    if as_json:
        terminal.as_json(*rows)
    else:
        head = list(rows[0]) if rows else []
        terminal.columns(head, ([_cell(*each) for each in row.items()] for row in rows), nothing)


def _cell(name: str, value: object) -> str:
    """What stands in a column; nothing where nothing is known yet. Of a scan its beginning; what is cut says so."""
    text = "" if value is None else str(value)
    if name == "scan":
        return text[:12]
    return text if len(text) <= MAX_CELL_CHARACTERS else f"{text[: MAX_CELL_CHARACTERS - 1]}…"


# Commands about work to come: what people are told who find none now.

announce = typer.Typer(cls=WithDefault, no_args_is_help=True, rich_markup_mode=None, help="Announce work to come.")
app.add_typer(announce, name="announce")

TIME_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"]
"""How the time of work to come may be written."""


@announce.command("work")
def announce_work(
    ctx: typer.Context,
    at: Annotated[
        datetime,
        typer.Argument(help="When it comes, in UTC unless it says +02:00.", metavar="WHEN", formats=TIME_FORMATS),
    ],
    hours: Annotated[float, typer.Option(help="About how many hours of reading it is, for everybody together.", min=0)],
    form: Annotated[str, typer.Option(help="Of which form, where that is known.")] = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Announce work to come: people who find no work are told when, and about how many hours."""
    from flows.administration import expect_work

    home = home_of(ctx)
    before = {work.id for work in home.store.expected_work(now())}
    expected = expect_work(home, at, hours, form)
    if as_json:
        terminal.as_json({"work": expected.id, "at": expected.at, "hours": hours, "form": form})
    else:
        terminal.say(f"People are told of about {hours:g} hours of work from {expected.at:%Y-%m-%d %H:%M} UTC on.")
    if expected.id in before:
        terminal.note("It was announced already: nothing has changed. fairhand announce cancel takes it back.")


@announce.command("list")
def list_work(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List what is announced."""

    announced = home_of(ctx).store.expected_work(now())
    if as_json:
        told = ({"work": work.id, "at": work.at, "hours": work.hours, "form": work.form} for work in announced)
        terminal.as_json(*told)
    else:
        rows = ((work.id, f"{work.at:%Y-%m-%d %H:%M}", f"{work.hours:g}", work.form) for work in announced)
        terminal.columns(("work", "from (UTC)", "hours", "form"), rows, "No work is announced.")


@announce.command("cancel")
def cancel(
    ctx: typer.Context, announced: Annotated[str, typer.Argument(help="Its id, or the beginning.", metavar="WORK")]
) -> None:
    """Take an announcement back: that work does not come after all."""

    store, at = home_of(ctx).store, now()
    store.end_expected_work(whole_id(announced, [each.id for each in store.expected_work(at)]), at)
    terminal.say("It is announced no more.")
