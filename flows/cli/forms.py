"""Commands about forms: list, check, install, preview, versions, suggest."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, by_option, form_library, home_of, settings_of
from transcribe.i18n import counted
from transcribe.whole_files import write_whole

forms = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, check, install, look at and draft forms.")
app.add_typer(forms, name="forms")

_SUGGESTED = {
    "pattern": "A pattern",
    "master": "A list of known values",
    "required": "A field that is never blank",
    "rule": "A rule",
}
"""What a suggestion is called."""

Form = Annotated[str, typer.Argument(help="The name of a form, or the path of its definition.", metavar="FORM")]


@forms.command("list")
def list_forms(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List the forms that are shipped, installed, or were used here."""
    from transcribe.i18n import said

    library = form_library(ctx)
    known = [library.find(name) for name in library.names()]
    if as_json:
        terminal.as_json(
            *(
                {
                    "name": form.name,
                    "version": form.version,
                    "title": dict(form.title),
                    "languages": list(form.languages),
                    "pages": len(form.blanks),
                    "free": form.free,
                    "fields": [{"name": field.name, "type": field.type} for field in form.all_fields()],
                }
                for form in known
            )
        )
        return
    head = ("name", "version", "title", "layout", "fields")
    rows = (
        (
            form.name,
            form.version,
            said(form.title, "en"),
            "free" if form.free else "fixed",
            len(list(form.all_fields())),
        )
        for form in known
    )
    terminal.columns(head, rows)


@forms.command("check")
def check_form(ctx: typer.Context, form: Form) -> None:
    """Check a form's definition and its languages; every mistake is named by file and key.

    Exit code 3 where an engine lacks a language that the form is read in, with the command that installs it.
    """
    from flows.administration import unread_languages
    from flows.mending import form_doubts

    checked = form_library(ctx).check(form)
    fields, tables = counted(len(checked.fields), "field"), counted(len(checked.tables), "table")
    terminal.say(f"{checked.name} version {checked.version} is well formed: {fields}, {tables}.")
    for doubt in form_doubts(checked):
        terminal.say(doubt)
    languages, lacking = ", ".join(checked.languages), unread_languages(settings_of(ctx), checked)
    for problem in lacking:
        terminal.say(f"It cannot be read here in its languages ({languages}). {problem}")
    if lacking:
        raise typer.Exit(3)
    terminal.say(f"Its languages are {languages}; the engines in use have them here.")


@forms.command("install")
def install_form(
    ctx: typer.Context,
    definition: Annotated[
        Path, typer.Argument(help="The definition of a form.", exists=True, dir_okay=False, metavar="FILE")
    ],
    by: Annotated[str, by_option("Who has it done; kept in the log.")] = "",
) -> None:
    """Put a form's definition with its blank pages and master files into the home, for scans to come.

    Scans that were read with an earlier version keep it. A version that was used here must not say something else:
    raise it.
    """
    from flows.mending import form_doubts

    form, path = home_of(ctx).install_form(definition, by)
    terminal.say(f"{form.name} version {form.version} is installed as {path}.")
    for doubt in form_doubts(form):
        terminal.say(doubt)
    terminal.say(f"Take scans in with: fairhand ingest PATH... --form {form.name}")


@forms.command("preview")
def preview_form(
    ctx: typer.Context,
    form: Form,
    out: Annotated[Path, typer.Option(callback=terminal.writable, help="The picture to write: OUT.png.")] = Path(
        "preview.png"
    ),
    page: Annotated[int, typer.Option(min=1, help="Which page of the form.")] = 1,
) -> None:
    """Draw a form's boxes on its blank page."""
    from transcribe.forms import preview

    write_whole(out, preview(form_library(ctx).find(form), page))
    terminal.say(f"Page {page} of {form} with its boxes is in {out}.")


@forms.command("versions")
def form_versions(ctx: typer.Context, form: Form, as_json: terminal.AsJson = False) -> None:
    """List the versions of a form that were used here, since when, and what each says otherwise than the one before."""
    from itertools import pairwise

    from transcribe.forms import differences

    home = home_of(ctx)
    newest = form_library(ctx).find(form)
    versions = sorted({*home.forms.versions(newest.name), newest.version})
    since = {version: at for name, version, at in home.store.form_times() if name == newest.name}
    known = {each: newest if each == newest.version else home.forms(newest.name, each) for each in versions}
    changed = {after: differences(known[before], known[after]) for before, after in pairwise(versions)}
    if as_json:
        terminal.as_json(
            *(
                {
                    "version": each,
                    "in_force": each == newest.version,
                    "since": since[each].isoformat(timespec="seconds") if each in since else None,
                    "differences": changed.get(each, []),
                }
                for each in versions
            )
        )
        return
    for each in reversed(versions):
        used = f"first scan {since[each]:%Y-%m-%d %H:%M}" if each in since else "no scan yet"
        terminal.say(f"{newest.name} version {each}{', in force' if each == newest.version else ''}: {used}.")
        for it in changed.get(each, []):
            terminal.say(f"  {it.what} {it.name} {it.key}: {it.before or '-'} -> {it.after or '-'}".replace("  :", ":"))


@forms.command("suggest")
def suggest_form(ctx: typer.Context, form: Form, as_json: terminal.AsJson = False) -> None:
    """Say what the decided fields suggest for a form: patterns, known values, required fields, rules.

    Nothing is changed: put what is right into the definition.
    """
    from flows.measuring import suggest_form as suggested

    found = suggested(home_of(ctx), form_library(ctx).find(form))
    if as_json:
        terminal.as_json(found)
        return
    terminal.say(f"{found.form} version {found.version}: {counted(found.records, 'scan')} with decided fields.")
    for each in found.suggestions:
        terminal.say(f"\n{_SUGGESTED[each.kind]}, seen in {each.seen} of {each.of} records.")
        support = each.rests_on
        rests = _rests_on(support.values, support.people, support.read_by_people)
        terminal.say(f"{rests}:\n\n{each.toml.rstrip()}")
        if each.values:
            terminal.say(f"\nwith the file that it names:\n\n{_table(each.values)}")
    if found.suggestions:
        terminal.say("\nNothing was changed. Put what is right into the definition and raise its version.")
    elif found.records < found.least:
        terminal.say(f"That is too few to suggest anything: {found.least} are needed.")
    else:
        terminal.say("They suggest nothing that the definition does not have.")


def _rests_on(count: int, people: int, read_by_people: int) -> str:
    """How many values and people a suggestion rests on."""
    values, readers = counted(count, "value"), counted(people, "person", "people")
    if not people:
        return f"It rests on {values}, which engines alone read"
    if read_by_people == count:
        return f"It rests on {values}, which {readers} read"
    return f"It rests on {values}: {readers} read {read_by_people} of them, engines alone the others"


def _table(values: tuple[str, ...]) -> str:
    """The text of a CSV file that lists these values."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([("value",), *((each,) for each in values)])
    return lines.getvalue().rstrip()
