"""One scan as its page shows it: its fields with what was decided, where each stands, and what may be done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flows.desk.tables import Cell, Column, Table, with_query
from flows.desk.visit import Visit
from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, said
from transcribe.model import Decision, Duplicate, FieldKey, Form, PagePicture, Place, Scan
from transcribe.store import ScanState, facts

NULL_WORDS = {
    "blank": N_("blank"),
    "illegible": N_("illegible"),
    "absent": N_("not on the form"),
    "crossed out": N_("crossed out"),
}
"""Why a field has no value, in words."""

FATE_WORDS = {
    "decided": N_("decided"),
    "open": N_("people are asked"),
    "locked": N_("locked"),
    "nothing": N_("not decided"),
}
"""What became of a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field: what it is called, what was decided, and what became of it."""

    key: FieldKey
    label: str
    decision: Decision | None
    fate: str
    place: Place | None
    is_personal: bool
    is_mark: bool = False

    @property
    def words(self) -> str:
        """The decided text; "" where there is none, or it may not be shown."""
        return "" if self.decision is None or self.is_personal else self.decision.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanView:
    """A scan for its page."""

    scan: Scan
    state: ScanState
    form: Form | None
    fields: Sequence[FieldLine]
    pictures: Sequence[PagePicture]
    acts: Sequence[facts.Act]
    pairs: Sequence[Duplicate]
    names: dict[str, str]
    newer: str | None
    older: str | None
    quarantined: str
    other_names: Sequence[str]

    def field(self, name: str) -> FieldLine | None:
        """The field of this name, None where there is none."""
        return next((each for each in self.fields if str(each.key) == name), None)


def known_scan(visit: Visit, scan: str) -> Scan:
    """The scan of this id or beginning of one. NotFound where there is none, or its form is not the visitor's."""
    found = visit.home.store.scan(scan)
    visit.require_form(found.form)
    return found


def scan_view(visit: Visit, name: str) -> ScanView:
    """All that the page of a scan shows."""
    store, scan = visit.home.store, known_scan(visit, name)
    form = form_of(visit, scan)
    pairs = [each for each in store.duplicates(scan.id) if each.settled != "different" or each.waits]
    others = {each for pair in pairs for each in (pair.older, pair.newer)}
    newer, older = store.neighbours(scan.id, visit.forms)
    apart = store.quarantined(scan.id)
    return ScanView(
        scan=scan,
        state=store.scan_state(scan.id),
        form=form,
        fields=field_lines(visit, scan, form),
        pictures=store.pictures(scan.id),
        acts=store.acts(scan=scan.id),
        pairs=pairs,
        names={each: store.scan(each).name or each[:12] for each in others},
        newer=newer,
        older=older,
        quarantined=apart[0].error if apart else "",
        other_names=store.other_names(scan.id),
    )


def form_of(visit: Visit, scan: Scan) -> Form | None:
    """The form of a scan, None where nobody knows it or its definition cannot be used any more."""
    try:
        return visit.home.forms(scan.form, scan.form_version) if scan.form else None
    except (FormError, NotFound):
        return None


def field_lines(visit: Visit, scan: Scan, form: Form | None) -> list[FieldLine]:
    """Every field of a scan in the order of its form, cells of tables row by row."""
    store = visit.home.store
    decisions = {each.key: each for each in store.decisions(scan.id)}
    places = {each.key: each for each in store.places(scan.id)}
    locked, asked = store.locked_values(scan.id), store.open_keys(scan.id)
    order = {field.name: number for number, field in enumerate(form.all_fields())} if form else {}
    keys = {key for key in {*decisions, *places} if not order or key.name in order}
    return [
        FieldLine(
            key=key,
            label=label_of(visit, form, key),
            decision=decisions.get(key),
            fate=_fate(key, locked, asked, decisions),
            place=places.get(key),
            is_personal=form is not None and key.name in order and form.field(key.name).personal == "payment",
            is_mark=form is not None and key.name in order and facts_of(form.field(key.name).type).is_mark,
        )
        for key in sorted(keys, key=lambda key: (_row_first(key), order.get(key.name, 0), key.name))
        if key.name
    ]


def _row_first(key: FieldKey) -> int:
    """Plain fields come first, then tables row by row."""
    return -1 if key.row is None else key.row


def label_of(visit: Visit, form: Form | None, key: FieldKey) -> str:
    """What a field is called in the visitor's language, with its row counted from 1."""
    try:
        label = said(form.field(key.name).label, visit.language) if form else key.name
    except KeyError:
        label = key.name
    return (label or key.name) if key.row is None else f"{label or key.name} {key.row + 1}"


def _fate(
    key: FieldKey, locked: Collection[FieldKey], asked: Collection[FieldKey], decisions: Collection[FieldKey]
) -> str:
    if key in locked:
        return "locked"
    if key in asked:
        return "open"
    return "decided" if key in decisions else "nothing"


def fields_table(visit: Visit, view: ScanView, page: int = 1, *, of_file: bool = False) -> Table:
    """The fields of a scan with what was decided. In a file `what` says "value", or why there is none."""
    say, address = visit.say, f"/desk/scan/{view.scan.id}"
    columns = (
        Column("field", say("Field")),
        Column("text", say("What it says")),
        Column("probability", say("Probability"), is_number=True),
        Column("fate", say("State")),
        *([Column("what", say("Value or none"))] if of_file else []),
    )
    rows = []
    for each in view.fields:
        number = each.place.page if each.place else page
        href = f"{address}{with_query({'page': str(number), 'field': str(each.key)})}#field"
        decided = each.decision
        text = None if decided is None or decided.null else each.words
        what = None if decided is None else decided.null or "value"
        shown = decision_words(visit, each)
        rows.append(
            (
                Cell(str(each.key), each.label, href),
                Cell(None if each.is_personal else text, shown),
                Cell(
                    None if decided is None else round(decided.probability, 6),
                    "" if decided is None else visit.chance(decided.probability),
                ),
                Cell(each.fate, say(FATE_WORDS[each.fate]), badge=f"fate {each.fate}"),
                *([Cell(what)] if of_file else []),
            )
        )
    return Table(
        name="fields",
        caption=say("Fields of the scan"),
        columns=columns,
        rows=rows,
        address=f"{address}/fields",
        nothing=say("Nothing was read on it yet."),
    )


def decision_words(visit: Visit, line: FieldLine) -> str:
    """What was decided of a field, as people see it."""
    if line.is_personal:
        return visit.say("masked")
    if line.decision is None:
        return "–"
    if line.decision.null:
        return f"({visit.say(NULL_WORDS.get(line.decision.null, line.decision.null))})"
    if isinstance(line.decision.value, bool):
        return visit.say("yes") if line.decision.value else visit.say("no")
    return line.decision.text or f"({visit.say(NULL_WORDS['blank'])})"
