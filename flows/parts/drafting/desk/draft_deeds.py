"""Operators' changes of a draft: save it, write its text, give it lists, remove writing from it, put it in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk import Act, FormName, ProvedAct, Visit, do, forget_suggested, refused, uploads, with_done
from flows.parts.drafting.definition_edits import edited
from flows.parts.drafting.desk.draft_page import known_draft
from flows.parts.drafting.desk.draft_view import draft_view
from flows.parts.drafting.desk.sent_draft import sent_definition
from flows.parts.drafting.draft_files import Draft, drop_draft, empty_draft, fill_draft, install_draft
from flows.parts.drafting.known_values import add_list, read_table
from transcribe.errors import FormError, SettingsError
from transcribe.forms import MAX_DEFINITION_BYTES, definition_content
from transcribe.i18n import N_
from transcribe.review import TAKES_FILE

router = APIRouter()

MAX_LIST_BYTES = 20_000_000
"""The largest list of known values. Chosen by hand: some 500,000 customers."""

Seen = Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")]
Text = Annotated[str, Form(max_length=MAX_DEFINITION_BYTES)]
Sure = Annotated[str, Form(pattern="^yes$")]


@router.post("/desk/draft/{name}", openapi_extra=TAKES_FILE)
async def save_draft(visit: Act, name: FormName, request: Request) -> Response:
    """Keeps what was drawn and filled in. Mistakes are kept too, and named on the page."""
    sent = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    here = f"/desk/draft/{name}"

    def deed() -> None:
        draft = known_draft(visit, name)
        _require_seen(visit, draft, sent.get("seen", ""))
        draft.save(edited(draft.text, sent_definition(draft_view(draft), sent)), sent.get("seen", ""))
        if draft.is_emptied and not draft.mistakes():
            empty_draft(draft)

    try:
        await visit.look(deed)
    except (SettingsError, FormError) as error:
        return await refused(visit, visit.told(error), here)
    if sent.get("then") == "try":
        return RedirectResponse(f"{here}/try", 303)
    return RedirectResponse(with_done(here, "draft-saved"), 303)


@router.post("/desk/draft/{name}/text", openapi_extra=TAKES_FILE)
async def save_text(visit: Act, name: FormName, text: Text, seen: Seen) -> Response:
    """Keeps another text. One that is no TOML is shown again, with where it fails."""
    draft = await visit.look(lambda: known_draft(visit, name))
    written = text.replace("\r\n", "\n")

    def deed() -> None:
        if definition_content(draft.path.name, written).get("name") != name:
            raise SettingsError(
                visit.say('The name of a draft cannot be changed here: write name = "%(name)s".', name=name)
            )
        _require_seen(visit, draft, seen)
        draft.save(written, seen)

    try:
        await visit.look(deed)
    except (SettingsError, FormError) as error:
        why = visit.told(error)
        return visit.page("forms/text.html", 422, draft=draft, text=written, why=why, seen=seen)
    return RedirectResponse(with_done(f"/desk/draft/{name}", "draft-saved"), 303)


def _require_seen(visit: Visit, draft: Draft, seen: str) -> None:
    """SettingsError where a draft is not the one that its page had shown any more."""
    if seen != draft.digest:
        raise SettingsError(
            visit.say(
                "The draft was changed meanwhile, by somebody else or in another window. Open it anew, and make your "
                "change there: from this page nothing can be saved any more."
            )
        )


@router.post("/desk/draft/{name}/list", openapi_extra=TAKES_FILE)
async def give_list(visit: Act, name: FormName, request: Request) -> Response:
    """Gives a field a list of known values: a CSV file, or values typed one a line."""
    draft = await visit.look(lambda: known_draft(visit, name))
    sent = await request.form()
    field, column, key = (str(sent.get(each, "")).strip() for each in ("field", "column", "key"))
    files, typed = uploads(sent, "file"), str(sent.get("values", "")).strip()
    if not (files or typed):
        why = visit.say("No value was given. Choose a file that is not empty, or write values, one a line.")
        return await refused(visit, why, f"/desk/draft/{name}")
    if field not in draft_view(draft).field_names or len(files) > 1:
        raise HTTPException(422, N_("Something in what was sent is missing or not allowed."))
    content = await files[0].read(MAX_LIST_BYTES + 1) if files else b""

    def deed() -> None:
        if len(content) > MAX_LIST_BYTES:
            raise SettingsError(visit.say("A file is larger than files may be."))
        if files:
            add_list(draft, field, *read_table(content), column, key)
        else:
            rows = [{"value": each.strip()} for each in typed.splitlines() if each.strip()]
            add_list(draft, field, ["value"], rows, "value", "")

    return await do(visit, deed, f"/desk/draft/{name}", "draft-saved")


@router.post("/desk/draft/{name}/empty")
async def empty_boxes(visit: Act, name: FormName, how: Annotated[str, Form(pattern="^(empty|fill)$")]) -> Response:
    """Takes what is written in the boxes from the blank, or brings it back."""
    draft = await visit.look(lambda: known_draft(visit, name))
    deed = empty_draft if how == "empty" else fill_draft
    return await do(visit, lambda: deed(draft), f"/desk/draft/{name}", "draft-saved")


@router.post("/desk/draft/{name}/drop")
async def drop(visit: ProvedAct, name: FormName, sure: Sure) -> Response:
    """Throws a draft away."""
    draft = await visit.look(lambda: known_draft(visit, name))

    def deed() -> None:
        drop_draft(draft)
        visit.home.store.log(visit.by, "form draft dropped", name, {}, visit.now)

    return await do(visit, deed, "/desk/forms", "draft-dropped", f"/desk/draft/{name}")


@router.post("/desk/draft/{name}/install")
async def install(visit: ProvedAct, name: FormName, seen: Seen) -> Response:
    """Puts a draft in force for scans to come, as `fairhand forms install` does."""
    draft = await visit.look(lambda: known_draft(visit, name))

    def deed() -> None:
        draft.form()
        if seen != draft.digest:
            raise SettingsError(visit.say("The draft was changed meanwhile. Look through it as it stands here now."))
        draft.save(draft.text, seen)
        install_draft(visit.home, draft, visit.by)
        forget_suggested(visit, name)

    return await do(visit, deed, f"/desk/form/{name}", "form-installed", f"/desk/draft/{name}")
