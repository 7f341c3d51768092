"""One scan and one field as pages show them: what was decided and why, where it stands, what may be done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from babel.numbers import get_decimal_symbol

from flows.desk.tables import Cell, Table, with_query
from flows.desk.visit import Visit
from flows.output import Explanation, explained
from transcribe.codes import Method, Reason, RecordRule
from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, method_sentence, said, sentence, translation
from transcribe.i18n import say as said_of
from transcribe.model import (
    OPERATOR_SOURCE,
    Decision,
    Duplicate,
    Evidence,
    FieldKey,
    Form,
    PagePicture,
    Place,
    RuleException,
    Scan,
)
from transcribe.review import Weight, percent_sign, skip_reason_words, weights
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
    corrected: str | None = None

    @property
    def words(self) -> str:
        """The decided text, or what an operator put in its place a moment ago.

        It is "" where there is none, or it may not be shown.
        """
        if self.corrected is not None:
            return self.corrected
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
    is_waiting = store.is_correction_waiting(scan.id)  # what was corrected is weighed in a moment
    mended = [each for each in store.readings(scan.id) if is_waiting and each.source == OPERATOR_SOURCE]
    corrected = {each.key: each.text or "" for each in mended}
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
            corrected=corrected.get(key),
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
    heads = {
        "field": say("Field"),
        "text": say("What it says"),
        "probability": say("Probability"),
        "fate": say("State"),
        **({"what": say("Value or none")} if of_file else {}),
    }
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
                *([what] if of_file else []),
            )
        )
    return visit.table(
        "fields", say("Fields of the scan"), heads, rows, at=address, nothing=say("Nothing was read on it yet.")
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


# The whole form of a scan, to be mended where each value stands: what is in doubt first, what is blank folded.


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A field of the whole form: what was typed, what stood there when it was, and why that is refused.

    `stands`: whoever looked says that it is right as it stands.
    """

    line: FieldLine
    text: str
    shown: str
    refused: str = ""
    is_doubtful: bool = False
    stands: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether something else was typed than what was shown, or that is right: what others changed is left alone."""
        return self.stands or self.text != self.shown

    @property
    def may_stand(self) -> bool:
        """Whether it can be said to be right as it stands: in doubt, or without a value, though it is not blank."""
        decided = self.line.decision
        return self.is_doubtful or (decided is not None and decided.null not in (None, "blank"))


@dataclass(frozen=True, slots=True)
class TypedTable:
    """The rows of a table in which something stands or is in doubt.

    Each is its number, and a cell for each column.
    """

    label: str
    columns: Sequence[str]
    rows: Sequence[tuple[int, Sequence[TypedLine | None]]]


@dataclass(frozen=True, slots=True)
class TypedForm:
    """The lines of a form as its page shows them. `first` is the key of the one in focus."""

    doubtful: Sequence[TypedLine]
    tables: Sequence[TypedTable]
    others: Sequence[TypedLine]
    blanks: Sequence[TypedLine]
    first: FieldKey | None


def typed_form(visit: Visit, view: ScanView, lines: Sequence[TypedLine], broken: Collection[FieldKey]) -> TypedForm:
    """The lines in the order in which they are looked at. In doubt is what people are asked or was not decided, what
    is refused, and what the `broken` rules of the record are about; not what an operator has corrected."""
    told = [replace(each, is_doubtful=_is_doubtful(each, view, broken)) for each in lines]
    rows: dict[tuple[str, int], dict[str, TypedLine]] = {}
    for each in told:
        if each.line.key.row is not None:
            table, _, column = each.line.key.name.partition(".")
            rows.setdefault((table, each.line.key.row), {})[column] = each
    full = {row: cells for row, cells in rows.items() if any(map(_holds, cells.values()))}
    plain = [each for each in told if each.line.key.row is None]
    flat = [each for row, cells in rows.items() if row not in full for each in cells.values()]
    tables = list(_typed_tables(visit, view, full))
    ordered = [each for each in plain if each.is_doubtful]
    ordered += [cell for table in tables for _, cells in table.rows for cell in cells if cell and cell.is_doubtful]
    return TypedForm(
        doubtful=[each for each in plain if each.is_doubtful],
        tables=tables,
        others=[each for each in plain if not each.is_doubtful and _holds(each)],
        blanks=[each for each in (*plain, *flat) if not _holds(each)],
        first=min(ordered, key=lambda each: not each.refused).line.key if ordered else None,
    )


def _typed_tables(
    visit: Visit, view: ScanView, full: Mapping[tuple[str, int], Mapping[str, TypedLine]]
) -> Iterator[TypedTable]:
    for table in view.form.tables if view.form else ():
        mine = sorted(row for name, row in full if name == table.name)
        names = [each.field.name.rpartition(".")[2] for each in table.columns]
        if mine:
            yield TypedTable(
                label=said(table.label, visit.language) or table.name,
                columns=[
                    said(each.field.label, visit.language) or name
                    for each, name in zip(table.columns, names, strict=True)
                ],
                rows=[(row + 1, [full[table.name, row].get(name) for name in names]) for row in mine],
            )


def _holds(typed: TypedLine) -> bool:
    """Whether something stands there, or is in doubt."""
    is_empty_mark = typed.line.is_mark and typed.text == "false"
    return typed.is_doubtful or typed.is_changed or (bool(typed.text) and not is_empty_mark)


def _is_doubtful(typed: TypedLine, view: ScanView, broken: Collection[FieldKey]) -> bool:
    corrected = any(act.verb == "value corrected" and act.key == typed.line.key for act in view.acts)
    is_open = typed.line.fate in ("open", "nothing") or typed.line.key in broken
    return bool(typed.refused) or (is_open and not corrected)


# Corrections by operators that an expert who heard an appeal read otherwise: who corrected, and how it ended.

OVERRIDDEN = "correction overridden"
"""The act that says so."""

SHOWN_DAYS = 14
"""So many days the page Now tells of one. Chosen by hand."""

MOST_SHOWN_COUNT = 20
"""So many of them are shown there. Chosen by hand."""

HEARD: Mapping[str, str] = {
    "upheld": N_("%(who)s had corrected it. An expert who heard an appeal read it otherwise; the appeal was upheld."),
    "declined": N_(
        "%(who)s had corrected it. An expert who heard an appeal read something else than both; the appeal was "
        "declined."
    ),
}
"""What became of a correction, by how the appeal ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """One of them, by the number of its act. `is_last`: nobody has corrected the field since."""

    number: int
    key: FieldKey | None
    words: str
    at: datetime
    is_last: bool
    scan: str = ""
    field: str = ""
    href: str = ""


def overridden_acts(visit: Visit, acts: Sequence[facts.Act]) -> list[Overridden]:
    """Those among all acts on one scan, in order."""
    return [_overridden(visit, each, acts) for each in acts if each.verb == OVERRIDDEN]


def latest_overridden(visit: Visit) -> list[Overridden]:
    """The latest of all scans that the visitor sees, for whoever corrected them."""
    store, shown = visit.home.store, []
    for act in store.overridden_corrections(visit.now - timedelta(days=SHOWN_DAYS), MOST_SHOWN_COUNT):
        scan = store.scan(act.scan or "")
        if act.key is None or not visit.sees(scan.form):
            continue
        href = f"/desk/scan/{scan.id}{with_query({'field': str(act.key)})}#field"
        label = label_of(visit, form_of(visit, scan), act.key)
        made = _overridden(visit, act, store.acts(scan=scan.id), scan.name or scan.id[:12], label, href)
        shown += [made] if made.is_last else []
    return shown


def _overridden(
    visit: Visit, act: facts.Act, acts: Sequence[facts.Act], scan: str = "", field: str = "", href: str = ""
) -> Overridden:
    corrected = [each for each in acts if each.verb == "value corrected" and each.key == act.key]
    who = next((each.by for each in corrected if each.number == act.detail.get("correction")), "–")
    return Overridden(
        number=act.number,
        key=act.key,
        words=visit.say(HEARD[str(act.detail["outcome"])], who=who),
        at=act.at,
        is_last=all(each.number < act.number for each in corrected),
        scan=scan,
        field=field,
        href=href,
    )


# When a scan is erased as its form says, in words; or why nothing erases it by itself.


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """A sentence about when a scan is erased, and whether it is late."""

    words: str
    is_late: bool = False


def kept_until(visit: Visit, scan: Scan, state: ScanState) -> KeptUntil | None:
    """What the page of a scan says of its erasure. None where no form here says how long scans are kept."""
    store, say = visit.home.store, visit.say
    if state.erased_at is not None:
        return _unfinished(visit, scan)
    until = store.kept_until(scan.id)
    if until is not None:
        values: Mapping[str, object] = {"day": visit.day(until), "version": scan.form_version}
        if until > visit.now:
            return KeptUntil(
                say(
                    "In the night after %(day)s its pictures, what was read, its values and its record are erased, as "
                    "version %(version)s of its form says.",
                    **values,
                )
            )
        return KeptUntil(
            say(
                "It was to be erased after %(day)s, as version %(version)s of its form says. If it is here still after "
                "a night in which fairhand ran, “fairhand retention” says why.",
                **values,
            ),
            is_late=True,
        )
    if not scan.form:
        return KeptUntil(_by_hand(visit, say("Nobody knows its form."))) if store.has_retention() else None
    newer = _newer_version(visit, scan)
    if newer is None:
        return None
    why = say(
        "Version %(version)s of its form sets no time; version %(newer)s does.", version=scan.form_version, newer=newer
    )
    return KeptUntil(_by_hand(visit, why))


def _by_hand(visit: Visit, why: str) -> str:
    told = visit.say("Nothing erases it by itself: it stays until somebody forgets it.")
    return f"{told} {why}"


def _newer_version(visit: Visit, scan: Scan) -> int | None:
    """The version in force, where it says how long scans are kept."""
    try:
        form = visit.home.forms.find(scan.form)
    except (FormError, NotFound):
        return None
    return form.version if form.retention_days is not None else None


def _unfinished(visit: Visit, scan: Scan) -> KeptUntil | None:
    """That words of a forgotten scan are in files, where they are."""
    if scan.id not in visit.home.store.unfinished_erasures():
        return None
    return KeptUntil(
        visit.say(
            "Its erasure is not finished: its words may be in files of the home that a program was reading. It is "
            "tried again with every publishing."
        ),
        is_late=True,
    )


# What does not hold on a scan's record: each rule in words, with the fields that it is about.


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionLine:
    """One exception: its rule, its words, and the fields as (label, address)."""

    rule: str
    words: str
    fields: Sequence[tuple[str, str]]


def exception_lines(visit: Visit, view: ScanView) -> list[ExceptionLine]:
    """The exceptions of the last record of a scan; none where it has no record."""
    record = visit.home.store.last_record(view.scan.id)
    return [
        ExceptionLine(rule=each.rule, words=_words(visit, view, each), fields=_fields(visit, view, each))
        for each in (record.exceptions if record else ())
    ]


def _words(visit: Visit, view: ScanView, broken: RuleException) -> str:
    """The sentence of a rule that every form has, or the form's own rule with what was expected and found."""
    return rule_words(visit, view.form, broken)


def rule_words(visit: Visit, form: Form | None, broken: RuleException) -> str:
    """The same of a form that may not be in force."""
    rule = next((each for each in form.rules if each.name == broken.rule), None) if form else None
    if broken.rule == Reason.BELOW_TARGET:
        return visit.say(method_sentence(Method.PROVISIONAL, is_contradicted=False))
    if rule is None:
        return visit.reason(broken.rule)
    told = visit.say("The form's rule “%(rule)s” does not hold: %(check)s.", rule=rule.name, check=rule.check)
    if any(_is_masked(form, each.name) for each in broken.keys):
        return told
    return f"{told} " + visit.say(
        "Expected was %(expected)s; found was %(found)s.", expected=broken.expected, found=broken.found
    )


def _is_masked(form: Form | None, name: str) -> bool:
    return form is not None and form.field(name).personal == "payment"


def _fields(visit: Visit, view: ScanView, broken: RuleException) -> list[tuple[str, str]]:
    """The fields with their addresses; of an order that came before, the place where it is settled."""
    at = f"/desk/scan/{view.scan.id}"
    if broken.rule == RecordRule.SAME_ORDER and view.pairs:
        other = broken.found.rsplit(" ", 1)[-1]
        return [(view.names.get(other) or visit.say("May be the same order"), "#duplicates")]
    return [(label_of(visit, view.form, key), f"{at}{with_query({'field': str(key)})}#field") for key in broken.keys]


# One field of a scan: what was read by whom, what was decided and why, as a waterfall, and what is asked.

KIND_WORDS = {"machine": N_("machine"), "person": N_("person"), "expert": N_("expert")}
"""Who read, in a word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is open: why it is asked, and since when, in words."""

    why: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A field for the page of its scan. `method` says how its last decision came to be.

    `skips` says who skipped it since it was read last, when and why, where it is open.
    `earlier` is how often it was decided otherwise before. `known` is what it is known to say, None where it is not.
    """

    told: Explanation
    readings: Table
    method: str
    reasons: Sequence[Weight]
    waiting: Sequence[Asked]
    skips: Sequence[str]
    earlier: int
    known: str | None


def field_view(visit: Visit, scan: str, name: str) -> FieldView | None:
    """All that is known of a field, None where there is no such field."""
    try:
        told = explained(visit.home, scan, name)
    except (NotFound, ValueError):
        return None
    key, asked = FieldKey.parse(name), _asked(visit, scan, FieldKey.parse(name))
    translate = translation(visit.language).gettext
    last = told.decisions[-1] if told.decisions else None
    who = operators_of(told)
    evidence = [Evidence(code=each.code, numbers={**(each.model_extra or {}), **_named(each.model_extra, who)})
                for each in (last.codes if last else ())]  # fmt: skip
    point, percent = get_decimal_symbol(visit.language), percent_sign(visit.language)
    return FieldView(
        told=told,
        readings=readings_table(visit, told),
        method=translate(sentence(last.method)) if last else "",
        reasons=weights([(said_of(each, translate, point, percent), each.numbers) for each in evidence]),
        waiting=asked,
        skips=_skips(visit, scan, key) if asked else [],
        earlier=sum(last is not None and (each.value, each.null) != (last.value, last.null) for each in told.decisions),
        known=next((each.text for each in visit.home.store.truths(scan) if str(each.key) == name), None),
    )


def _asked(visit: Visit, scan: str, key: FieldKey) -> list[Asked]:
    """The open questions about a field."""
    return [
        Asked(
            visit.reason(each.reason),
            visit.say("Asked since %(at)s (%(age)s).", at=visit.moment(each.since), age=visit.age(each.since)),
        )
        for each in visit.home.store.asked_of_field(scan, key)
    ]


def _skips(visit: Visit, scan: str, key: FieldKey) -> list[str]:
    """Who skipped a field, when and why, in sentences."""
    say, words = visit.say, dict[str, str](skip_reason_words(visit.language).items())
    return [
        say(
            "%(who)s skipped it on %(at)s: “%(why)s”.",
            who=each.handle,
            at=visit.moment(each.at),
            why=words.get(each.reason, each.reason),
        )
        for each in visit.home.store.skips_of_field(scan, key)
    ]


def operators_of(told: Explanation) -> str:
    """Who corrected the field, by name; readings of operators have one source for all of them."""
    return ", ".join(dict.fromkeys(each.by for each in told.readings if each.source == OPERATOR_SOURCE and each.by))


def _named(numbers: Mapping[str, object] | None, who: str) -> dict[str, float | int | str]:
    return {"source": who} if who and numbers and numbers.get("source") == OPERATOR_SOURCE else {}


def readings_table(visit: Visit, told: Explanation) -> Table:
    """Every reading of the field, the first first; what counts no more is history."""
    say = visit.say
    columns = {
        "source": say("Who"),
        "kind": say("Kind"),
        "text": say("What they read"),
        "confidence": say("Own confidence"),
        "counts": say("Counts"),
        "at": say("When"),
    }
    rows, blank = [], say("(blank)")
    for each in told.readings:
        at = visit.iso_moment(each.at)
        none = ", ".join(each.flags) or say("nothing")
        text = each.text if each.text is not None else f"({none})"
        kind = N_("an operator") if each.source == OPERATOR_SOURCE else KIND_WORDS.get(each.kind, each.kind)
        rows.append(
            (
                each.by or each.source,
                Cell(each.kind, say(kind)),
                Cell(each.text, text or blank),
                Cell(each.confidence, "" if each.confidence is None else visit.share(each.confidence)),
                Cell(each.counts, say("yes") if each.counts else say("history")),
                at,
            )
        )
    return visit.table(
        "readings",
        say("Readings of the field"),
        columns,
        rows,
        at=f"/desk/scan/{told.scan}",
        query={"field": told.field if told.row is None else f"{told.field}[{told.row}]"},
        nothing=say("Nobody has read it yet."),
    )
