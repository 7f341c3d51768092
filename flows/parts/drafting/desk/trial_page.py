"""The page on which a draft is tried: files are sent or chosen, and what would come out is shown field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request, Response

from flows.desk import Act, FormName, Look, PageNumber, Visit, do, refused, rule_words, safe_name, uploads
from flows.incoming import SUFFIXES
from flows.parts.drafting.desk.draft_page import known_draft
from flows.parts.drafting.desk.trial_runs import begin_trial, trial_of
from flows.parts.drafting.trial import MOST_TRIED, TriedField, files_of_scan
from transcribe.errors import FormError, NotFound, SettingsError
from transcribe.i18n import ADVICE, N_, said
from transcribe.model import Form
from transcribe.review import TAKES_FILE, picture_response
from transcribe.store import facts

router = APIRouter()

FATES: Mapping[str, str] = {
    "decided": N_("decided"),
    "blank": N_("blank"),
    "asked": N_("people are asked"),
    "nothing": N_("not decided"),
}
"""The possible results of a field that is tried."""

FATE_BOXES: Mapping[str, str] = {"decided": "decided", "blank": "nothing", "asked": "open", "nothing": "nothing"}
"""How each is drawn."""

OFFERED_SCANS_COUNT = 12
"""The most of the latest scans of a form that are offered to be tried. Chosen by hand."""


@router.get("/desk/draft/{name}/try")
def trial_page(visit: Look, name: FormName) -> Response:
    """The result of the latest trial, and files and scans that can be tried next."""
    draft = known_draft(visit, name)
    trial = trial_of(visit, name)
    try:
        form: Form | None = draft.form()
    except FormError:
        form = None
    return visit.page(
        "forms/trial.html",
        draft=draft,
        called=(said(form.title, visit.language) if form else "") or draft.name,
        trial=trial,
        is_as_tried=trial is not None and trial.digest == draft.digest,
        form=form,
        broken_words=lambda broken: rule_words(visit, form, broken),
        label=lambda field: label_of(visit, form, field),
        text=lambda field: text_of(visit, field),
        most=MOST_TRIED,
        most_bytes=visit.home.settings.most_file_bytes,
        kinds=",".join(SUFFIXES),
        offered=_offered(visit, name),
        fates=FATES,
        fate_boxes=FATE_BOXES,
        advice=ADVICE,
    )


def label_of(visit: Visit, form: Form | None, name: str) -> str:
    """The label of a field of the draft, if the draft still has it."""
    try:
        return (said(form.field(name).label, visit.language) if form else "") or name
    except KeyError:
        return name


def text_of(visit: Visit, field: TriedField) -> str:
    """The text that was read in a field; of a box to tick, yes or no."""
    if field.is_marked is not None:
        return visit.say("yes") if field.is_marked else visit.say("no")
    return field.text or "–"


def _offered(visit: Visit, name: str) -> list[facts.FoundScan]:
    """The latest scans of the form that are not forgotten."""
    search = facts.ScanSearch(form=name, forms=visit.forms)
    return visit.home.store.find_scans(search, OFFERED_SCANS_COUNT)


@router.post("/desk/draft/{name}/try", openapi_extra=TAKES_FILE)
async def try_draft(visit: Act, name: FormName, request: Request) -> Response:
    """Has a draft tried on what was sent, and on scans that were chosen."""
    draft = await visit.look(lambda: known_draft(visit, name))
    sent = await request.form()
    files = uploads(sent, "files")
    scans = [str(each) for each in sent.getlist("scan")]
    if not files and not scans:
        why = visit.say("Choose a picture, or a scan that came before. A file that is empty is not read.")
        return await refused(visit, why, f"/desk/draft/{name}/try")
    most = visit.home.settings.most_file_bytes
    contents = [(safe_name(each), await each.read(most + 1)) for each in files[: MOST_TRIED + 1]]

    def gather(folder: Path) -> Sequence[Path]:
        if len(files) + len(scans) > MOST_TRIED:
            raise SettingsError(visit.say("At most %(count)s pictures are tried at a time.", count=MOST_TRIED))
        found = []
        for number, (file, content) in enumerate(contents, 1):
            if len(content) > most:
                raise SettingsError(visit.say("A file is larger than files may be."))
            path = folder / f"{number}-{file}"
            path.write_bytes(content)
            found.append(path)
        for scan in scans:
            known = visit.home.store.scan(scan)
            visit.require_form(known.form)
            found += files_of_scan(visit.home, known, folder)
        return found

    def deed() -> None:
        draft.form()  # its mistakes are said before anything is read
        begin_trial(visit, draft, gather)

    return await do(visit, deed, f"/desk/draft/{name}/try", "form-tried")


@router.get("/desk/draft/{name}/tried/{scan}/{number}")
def tried_page(
    visit: Look, name: FormName, scan: Annotated[int, fastapi.Path(ge=0, le=1000)], number: PageNumber
) -> Response:
    """A page of what was tried, as it lay on the form."""
    known_draft(visit, name)
    trial = trial_of(visit, name)
    tried = trial.scans[scan] if trial and scan < len(trial.scans) else None
    if tried is None or not tried.pictures or number not in tried.pictures:
        raise NotFound("There is no such picture.")
    return picture_response(tried.pictures[number][0])
