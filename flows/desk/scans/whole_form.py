"""The whole form of a scan, corrected at once: what its operator changed, and nothing that others changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from flows.desk.deeds import MOST_REASON_CHARACTERS, do
from flows.desk.scans.scan_page import MOST_TEXT_CHARACTERS, ScanId
from flows.desk.scans.scan_view import FieldLine, ScanView, decision_words, scan_view
from flows.desk.visit import Act, Look, Visit
from flows.mending import require_fitting
from transcribe.errors import SettingsError
from transcribe.model import Scan

router = APIRouter()


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A field of the whole form: what was typed, what stood there when it was, and why that is refused."""

    line: FieldLine
    text: str
    shown: str
    refused: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether something else was typed than what was shown: what others changed is left alone."""
        return self.text != self.shown


@router.get("/desk/scan/{scan}/edit")
def edit_page(visit: Look, scan: ScanId) -> Response:
    """The whole form, to be corrected at once."""
    visit.require_operator()
    view = scan_view(visit, scan)
    return _edit(visit, view, [TypedLine(each, each.words, each.words) for each in editable(view)])


@router.post("/desk/scan/{scan}/edit")
async def edit(visit: Act, scan: ScanId, request: Request) -> Response:
    """Keeps every value that was typed otherwise, all or none. What is refused is said at its field."""
    sent = await request.form()
    typed = {name: str(value)[:MOST_TEXT_CHARACTERS] for name, value in sent.items() if isinstance(value, str)}
    why, anyway = typed.get("why", "").strip()[:MOST_REASON_CHARACTERS], bool(typed.get("anyway"))

    def made() -> Response | None:
        view = scan_view(visit, scan)
        lines = [_typed(each, typed) for each in editable(view)]
        changed = [each for each in lines if each.is_changed]
        refused = {each.line.key: _fault(visit, view.scan, each, anyway=anyway) for each in changed}
        fault = _fault_of_all(visit, changed, why)
        if fault or any(refused.values()):
            told = [_again(each, refused.get(each.line.key, "")) for each in lines]
            return _edit(visit, view, told, why, 422, fault=fault)
        _keep(visit, view.scan, changed, why)
        return None

    answer = await visit.look(made)
    if answer is not None:
        return answer
    return await do(visit, lambda: None, f"/desk/scan/{scan}", "correct")


def editable(view: ScanView) -> list[FieldLine]:
    """The fields whose value may be corrected: neither locked nor masked."""
    return [each for each in view.fields if each.fate != "locked" and not each.is_personal]


def _typed(line: FieldLine, typed: Mapping[str, str]) -> TypedLine:
    """A field as it was sent, with what its page had shown; a page that does not say so has shown what stands now."""
    shown = typed.get(f"shown {line.key}", line.words)
    text = typed.get(f"field {line.key}", shown)
    return TypedLine(line, text.replace("\r\n", "\n"), shown.replace("\r\n", "\n"))


def _again(typed: TypedLine, refused: str) -> TypedLine:
    """A field as it is shown again: what was typed, and what stands there now where nobody typed anything."""
    now = typed.line.words
    return TypedLine(typed.line, typed.text if typed.is_changed else now, now, refused)


def _keep(visit: Visit, scan: Scan, changed: Sequence[TypedLine], why: str) -> None:
    store = visit.home.store
    with store.together():
        for each in changed:
            store.correct_value(scan.id, each.line.key, each.text, visit.by, why, visit.now)


def _fault(visit: Visit, scan: Scan, typed: TypedLine, *, anyway: bool) -> str:
    """Why what was typed is not taken; "" where it is."""
    if typed.line.words != typed.shown:
        return visit.say(
            "It was changed meanwhile, and says now: %(text)s. Look again, and save once more where yours is right.",
            text=decision_words(visit, typed.line),
        )
    try:
        require_fitting(visit.home, scan.id, typed.line.key, typed.text, no_value=anyway, other_pattern=anyway)
    except SettingsError as error:
        return visit.told(error)
    return ""


def _fault_of_all(visit: Visit, changed: Sequence[TypedLine], why: str) -> str:
    if not changed:
        return visit.say("Nothing was changed, so nothing was saved.")
    return "" if why else visit.say("Say why you change it.")


def _edit(
    visit: Visit, view: ScanView, lines: Sequence[TypedLine], why: str = "", status: int = 200, *, fault: str = ""
) -> Response:
    return visit.page(
        "desk_edit.html", status, view=view, lines=lines, why=why, fault=fault, decision_words=decision_words
    )
