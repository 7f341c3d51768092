"""What was read beside what was decided: two texts, who read what, and why, as one of its readers is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from babel.numbers import get_decimal_symbol
from rapidfuzz.distance import Levenshtein

from transcribe import model
from transcribe.codes import EvidenceCode, Flag
from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import EVIDENCE, N_, said, say, translation
from transcribe.model import Decision, Evidence, FieldKey, Form, Reading
from transcribe.people import ReadingOutcome, is_against_the_model, is_agreed, is_same_reading, outcome_of, true_reasons
from transcribe.review.access.sessions import Visitor
from transcribe.review.context import Context
from transcribe.review.views.formatting import percent_sign
from transcribe.review.views.offers import HEADINGS, snippet_frame
from transcribe.store import Appeal, FieldHistory, Question, Store

OWN_CODES = {code: f"own {code}" for code in EVIDENCE if f"own {code}" in EVIDENCE}
"""Code of a sentence about any person -> code of the one that speaks to the reader."""

YOU = N_("You")
ANOTHER_READER = N_("Another reader")
AN_OPERATOR = N_("An operator")
A_MACHINE = N_("A machine ({name})")


def form_of(context: Context, history: FieldHistory) -> model.Form | None:
    """The form of the scan, None where nobody knows it or its definition cannot be used any more."""
    try:
        return context.forms(history.scan.form, history.scan.form_version) if history.scan.form else None
    except (FormError, NotFound):
        return None


def asked_by(context: Context, history: FieldHistory) -> model.Form | None:
    """The form by which a field was asked, None where its definition cannot be used any more."""
    try:
        return context.forms(*history.asked_as) if history.asked_as[0] else None
    except (FormError, NotFound):
        return None


def measured_of(
    store: Store, context: Context, visitor: Visitor, history: FieldHistory, form: model.Form | None
) -> tuple[Evidence, ...]:
    """What was measured of this person on fields of this kind, with the count; nothing where nothing was."""
    name = history.key.name
    if form is None or name not in {field.name for field in form.all_fields()}:
        return ()
    kind, wrong, count = form.field(name).type, 0, 0
    for pair in store.audited_readings(visitor.person.id):
        try:
            theirs = context.forms(pair.form, pair.form_version)
            field = theirs.field(pair.own.key.name)
        except (FormError, NotFound, KeyError):
            continue
        if field.type == kind:
            count += 1
            wrong += not is_same_reading(pair.own, pair.expert, field, theirs)
    return (Evidence(code=EvidenceCode.OWN_MEASURED, numbers={"wrong": wrong, "count": count}),) if count else ()


def words_of_experts(history: FieldHistory, *, appeal: bool) -> tuple[str, ...]:
    """Why experts read a field otherwise at a second look: after an appeal's words, or after all readings."""
    looked = [each for each in history.readings if each.reason and each.source != model.OPERATOR_SOURCE]
    return tuple(each.reason for each in looked if (Flag.SAW_AN_APPEALS_WORDS in each.flags) == appeal)


def corrections(history: FieldHistory) -> tuple[model.Reading, ...]:
    """What operators corrected a field to, the oldest first; each has its reason."""
    return tuple(each for each in history.readings if each.source == model.OPERATOR_SOURCE)


def told_reasons(
    decided: Decision,
    history: FieldHistory,
    visitor: Visitor,
    form: model.Form | None = None,
    measured: Sequence[Evidence] = (),
) -> list[tuple[str, Mapping[str, float | int | str]]]:
    """The true evidence of a decision in words, with nobody's name but the reader's own, and what was `measured`.

    Each comes with the numbers of its evidence.
    """
    translate = translation(visitor.language).gettext
    people = {reading.source for reading in history.readings if reading.kind != "machine"}
    point, percent = get_decimal_symbol(visitor.language), percent_sign(visitor.language)
    return [
        (say(_without_names(each, people, visitor.person.id, translate), translate, point, percent), each.numbers)
        for each in (*(true_reasons(decided, history, form) if form else decided.evidence), *measured)
    ]


def _without_names(evidence: Evidence, people: set[str], own: str, translate: Callable[[str], str]) -> Evidence:
    source = evidence.numbers.get("source")
    if source is None:
        return evidence
    if source == own:
        return Evidence(
            code=OWN_CODES.get(evidence.code, evidence.code), numbers={**evidence.numbers, "source": translate(YOU)}
        )
    if source == model.OPERATOR_SOURCE:
        return Evidence(code=evidence.code, numbers={**evidence.numbers, "source": translate(AN_OPERATOR)})
    machine = translate(A_MACHINE).format(name=str(source).partition(" ")[0])
    name = translate(ANOTHER_READER) if source in people else machine
    return Evidence(code=evidence.code, numbers={**evidence.numbers, "source": name})


# What was read beside what was decided: two texts and where they differ, who read what, the weight of each reason.

Reader = Literal["you", "person", "operator", "machine"]
READERS: tuple[Reader, ...] = get_args(Reader)
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of two texts that lie over each other: what each of them has there."""

    own: str
    decided: str

    @property
    def same(self) -> bool:
        """Whether both texts have the same here."""
        return self.own == self.decided


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """One text and who read it, nobody by name. `text` None: `why` says why, as in `why_no_text`.

    `agreed`: it is what was decided.
    """

    text: str | None
    why: str
    agreed: bool
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One reason in words. `bits` is what it weighs for the value, below 0 against it, None where it weighs nothing.

    `left` and `width` place its bar among all bars, in shares from 0 to 1; each begins where the one before ended.
    """

    words: str
    bits: float | None = None
    left: float = 0.0
    width: float = 0.0


def segments(own: str, decided: str) -> tuple[Segment, ...]:
    """Two texts in parts that lie over each other, with the fewest edits between them.

    One character read as another is one. What is the same is parted after spaces, so that lines may break.
    """
    found: list[Segment] = []
    for block in Levenshtein.opcodes(own, decided):
        mine, theirs = own[block.src_start : block.src_end], decided[block.dest_start : block.dest_end]
        if block.tag == "equal":
            found += [Segment(own=part, decided=part) for part in re.findall(r"\S*\s*", mine) if part]
        else:
            found.append(Segment(own=mine, decided=theirs))
    return tuple(found)


def why_no_text(reading: Reading) -> str:
    """Why there is no text of a reading: "crossed out", "absent" from the form, "illegible", or "erased" with its scan.

    Empty where there is one.
    """
    if reading.text is not None:
        return ""
    why = (Flag.ERASED, Flag.CROSSED_OUT, Flag.ABSENT)
    return next((each for each in why if each in reading.flags), Flag.ILLEGIBLE).value


def read_texts(decided: Decision, history: FieldHistory, form: Form, own: str) -> tuple[ReadText, ...]:
    """Each text that was read and weighed, what was decided first, with who read it: the person `own` is "you"."""
    weighed = [each for each in history.readings if each.id in decided.readings] or history.readings
    last = {each.source: each for each in weighed}
    field = form.field(decided.key.name)
    texts: dict[tuple[str | None, str], list[Reading]] = {}
    for reading in last.values():
        texts.setdefault((reading.text, why_no_text(reading)), []).append(reading)
    found = [
        ReadText(
            text=text,
            why=why,
            agreed=is_agreed(readings[0], decided, field, form),
            readers=tuple(sorted((_reader(each, own) for each in readings), key=READERS.index)),
        )
        for (text, why), readings in texts.items()
    ]
    return tuple(sorted(found, key=lambda each: (not each.agreed, "you" not in each.readers)))


def _reader(reading: Reading, own: str) -> Reader:
    if reading.source == own:
        return "you"
    if reading.source == model.OPERATOR_SOURCE:
        return "operator"
    return "machine" if reading.kind == "machine" else "person"


def weights(reasons: Sequence[tuple[str, Mapping[str, float | int | str]]]) -> tuple[Weight, ...]:
    """Reasons in words with the numbers of their evidence, as a waterfall: those that weigh, then the others."""
    weighing = [(words, float(numbers["bits"])) for words, numbers in reasons if numbers.get("bits")]
    ends, sum_of_bits = [0.0], 0.0
    for _, bits in weighing:
        sum_of_bits += bits
        ends.append(sum_of_bits)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    found = [
        Weight(words=words, bits=bits, left=(min(begin, end) - low) / span, width=abs(bits) / span)
        for (words, bits), begin, end in zip(weighing, ends, ends[1:], strict=False)
    ]
    return (*found, *(Weight(words=words) for words, numbers in reasons if not numbers.get("bits")))


# A person's own readings as they see them: each with its outcome, in lists by outcome, and what lies next to one.

NOT_THIS_FORM = N_("It is not this form")
NONE_OF_THESE = N_("None of these")

Shown = Literal["all", "open", "agreed", "outvoted", "contested", "aside"]
"""Which readings a list shows: those of an outcome, or those that were contested or set aside by an operator."""

SHOWN_WORDS: Mapping[Shown, str] = {
    "all": N_("All"),
    "open": N_("Waiting"),
    "agreed": N_("Agreed"),
    "outvoted": N_("Decided otherwise"),
    "contested": N_("Contested"),
    "aside": N_("Set aside"),
}
"""What each list is called, as a message of the catalogues."""

LOOKED_AT_ONCE = 100
"""Readings that are taken from the store at a time while a list is filled. Chosen by hand."""
MOST_LOOKED_AT = 2000
"""Readings that are looked through for one page of a list: some seconds' work for the store. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReading:
    """One reading as its maker sees it. `withdrawn` is why an operator took it out of weighing, None for others.

    `outcome` is "erased" where the scan is, with all that was read of it, and "another form" where it is read as a form
    now that has no such field.
    `why` is why they read no text, as in `why_no_text`, and `legible` what they could read of it. `answer` is what was
    said of the whole scan, in words; None for what is no answer to "Which form is this?". `aside`: that scan is set
    aside. `appeal` is the appeal against what was decided of its field. `pictured`: the picture of its field is still
    kept, and `frame` is what stands where on it, as in `TaskView.frames`.
    """

    id: str
    label: str
    form: str
    row: int | None
    text: str | None
    why: str
    legible: str
    mark: bool
    at: datetime
    outcome: ReadingOutcome | Literal["erased", "another form"]
    decided: str | None
    null: str | None
    probability: float | None
    withdrawn: str | None
    answer: str | None
    aside: bool
    appeal: Appeal | None
    pictured: bool
    frame: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsList:
    """Readings, latest first. `more` is the reading after which the list goes on, None where it has ended."""

    lines: tuple[OwnReading, ...]
    more: str | None


class OwnReadings:
    """The readings of one person, as they may know them."""

    def __init__(self, store: Store, context: Context, visitor: Visitor) -> None:
        self._store, self._context, self._visitor = store, context, visitor
        self._appeals: dict[tuple[str, FieldKey], Appeal] = {}
        for each in store.appeals(who=visitor.person.id):
            self._appeals.setdefault((each.reading.scan, each.reading.key), each)

    def listed(self, shown: Shown, count: int, before: str | None = None) -> ReadingsList:
        """Up to `count` readings of a list, those before a reading."""
        found: list[OwnReading] = []
        last = before
        for looked, each in enumerate(self._all(before, count + 1)):
            if len(found) == count or looked == MOST_LOOKED_AT:
                return ReadingsList(lines=tuple(found), more=last)
            last = each.id
            if _is_shown(each, shown):
                found.append(each)
        return ReadingsList(lines=tuple(found), more=None)

    def older(self, reading: str, shown: Shown) -> str | None:
        """The next older reading of a list, None where there is none among those that are looked through."""
        lines = self.listed(shown, 1, reading).lines
        return lines[0].id if lines else None

    def newer(self, reading: str, shown: Shown) -> str | None:
        """The next newer reading of a list, None where there is none among those that are looked through."""
        who, count, looked, last = self._visitor.person.id, 1, 0, reading
        while looked < MOST_LOOKED_AT:
            histories = self._store.readings_after(who, count, last)
            for history in histories:
                each = self.own(history, last_of(history, who))
                last, looked = each.id, looked + 1
                if _is_shown(each, shown):
                    return each.id
            if len(histories) < count:
                return None
            count = LOOKED_AT_ONCE
        return None

    def appeal_of(self, reading: Reading) -> Appeal | None:
        """This person's appeal against what was decided of a reading's field."""
        return self._appeals.get((reading.scan, reading.key))

    def own(self, history: FieldHistory, reading: Reading) -> OwnReading:
        """A reading of a field as its maker sees it."""
        form, language = form_of(self._context, history), self._visitor.language
        is_gone = form is not None and _is_of_another_form(history, form)
        if is_gone:
            form = asked_by(self._context, history)
        known = form is not None and history.key.name in {field.name for field in form.all_fields()}
        field = form.field(history.key.name) if form and known else None
        decided = history.decisions[-1] if history.decisions else None
        aside = reading.key == model.WHOLE and self._store.is_put_aside(history.scan.id)
        return OwnReading(
            id=reading.id,
            label=said(field.label, language) if field else _whole_label(reading, self._visitor, is_gone=is_gone),
            form=said(form.title, language) if form else "",
            row=None if history.key.row is None else history.key.row + 1,
            text=reading.legible or None if Flag.NOT_THIS_FORM in reading.flags else reading.text,
            why=why_no_text(reading),
            legible="" if Flag.NOT_THIS_FORM in reading.flags else reading.legible,
            mark=field is not None and facts_of(field.type).is_mark,
            at=reading.at,
            outcome=_outcome(reading, history, form if known else None, aside=aside, is_gone=is_gone),
            decided=decided.text if decided else None,
            null=decided.null if decided else None,
            probability=decided.probability if decided and not is_against_the_model(decided) else None,
            withdrawn=history.withdrawn.get(reading.id),
            answer=self._answer(reading),
            aside=aside,
            appeal=self.appeal_of(reading),
            pictured=history.place is not None and history.place.snippet is not None,
            frame=snippet_frame(history.place),
        )

    def _answer(self, reading: Reading) -> str | None:
        """What a person said that a whole scan is: the title of a form, or none of them."""
        if reading.key != model.WHOLE or Flag.NOT_THIS_FORM in reading.flags:
            return None
        language, named = self._visitor.language, _named_form(reading)
        if named is None:
            return translation(language).gettext(NONE_OF_THESE)
        name, version = named
        try:
            return said(self._context.forms(name, version).title, language) or name
        except (FormError, NotFound):
            return name

    def _all(self, before: str | None, count: int) -> Iterator[OwnReading]:
        """All readings before one, latest first, `count` taken from the store at first, then more at a time."""
        who = self._visitor.person.id
        while True:
            histories = self._store.readings_of(who, count, before)
            for history in histories:
                each = self.own(history, last_of(history, who))
                before = each.id
                yield each
            if len(histories) < count:
                return
            count = LOOKED_AT_ONCE


def _is_of_another_form(history: FieldHistory, form: model.Form) -> bool:
    """Whether a field was asked that the form of its scan does not have: the scan is read as another form now."""
    name, asked = history.key.name, history.asked_as
    names = {*(each.name for each in form.all_fields()), *(each.name for each in form.tables)}
    return bool(name and asked[0]) and asked != (history.scan.form, history.scan.form_version) and name not in names


def _named_form(reading: Reading) -> tuple[str, int] | None:
    """The name and version in an answer such as "order/3 90"; None where it names no form."""
    name, _, version = (reading.text or "").partition(" ")[0].rpartition("/")
    return (name, int(version)) if name and version.isdigit() else None


def _outcome(
    reading: Reading, history: FieldHistory, form: model.Form | None, *, aside: bool, is_gone: bool
) -> ReadingOutcome | Literal["erased", "another form"]:
    """What became of a reading of a field of this form; None where it is of no field."""
    if Flag.ERASED in reading.flags:
        return "erased"
    if is_gone:
        return "another form"
    return outcome_of(reading, history, form) if form else _form_outcome(reading, history, aside=aside)


def _form_outcome(reading: Reading, history: FieldHistory, *, aside: bool) -> ReadingOutcome:
    """What came of what was said of a whole scan: it is that form now, or it is set aside as none of them.

    While people disagree about the form of a scan nothing has come of it yet.
    """
    if reading.key != model.WHOLE:
        return "open"
    named, scan = _named_form(reading), history.scan
    if aside:
        return "agreed" if named is None else "outvoted"
    if not scan.form:
        return "open"
    if named is not None and named[0] == scan.form:
        return "agreed"
    is_doubted = any(Flag.NOT_THIS_FORM in each.flags for each in history.readings)
    return "open" if is_doubted else "outvoted"


def last_of(history: FieldHistory, who: str) -> Reading:
    """The last reading of a person, who has read this field."""
    return next(each for each in reversed(history.readings) if each.source == who)


def _is_shown(reading: OwnReading, shown: Shown) -> bool:
    if shown == "contested":
        return reading.appeal is not None
    if shown == "aside":
        return reading.withdrawn is not None
    outcome = "agreed" if reading.outcome == "recovered" else reading.outcome
    return shown in ("all", outcome)


def _whole_label(reading: Reading, visitor: Visitor, *, is_gone: bool) -> str:
    """What a reading of no field is called: what was said of the whole scan, or of the rows of a table.

    A field that is gone with its form has its name.
    """
    if reading.key != model.WHOLE:
        return reading.key.name if is_gone else ""
    words = NOT_THIS_FORM if Flag.NOT_THIS_FORM in reading.flags else HEADINGS["form"]
    return translation(visitor.language).gettext(words)


# News of a person's readings: what happened, of which field, and where it leads. Each is kept until it is read.

ELSEWHERE = {
    "time answered": "/pay",
    "appeal heard": "/second-look",
    "readings set aside": "/readings?show=aside",
}
"""The pages that news of some kinds lead to, if not to the reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsItem:
    """One thing to tell. `label` is "" where it is of no one field; `question` was answered, and stands with it."""

    number: int
    kind: str
    at: datetime
    label: str
    row: int | None
    leads_to: str
    question: Question | None = None


def news_of(store: Store, context: Context, visitor: Visitor) -> list[NewsItem]:
    """What this person has not read yet, latest first."""
    who, found = visitor.person.id, []
    for notice in store.notices(who, unseen_only=True):
        item = NewsItem(
            number=notice.number,
            kind=notice.kind,
            at=notice.at,
            label=_label(store, context, visitor, notice.scan, notice.key),
            row=None if notice.key is None or notice.key.row is None else notice.key.row + 1,
            leads_to=ELSEWHERE.get(notice.kind) or _reading(store, who, notice.scan, notice.key),
            question=_question(store, who, notice.scan, notice.key) if notice.kind == "question answered" else None,
        )
        found.append(item)
    return found


def _label(store: Store, context: Context, visitor: Visitor, scan: str | None, key: FieldKey | None) -> str:
    """What the field is called; its name in the definition where that is not there any more."""
    if scan is None or key is None:
        return ""
    try:
        known = store.scan(scan)
        return said(context.forms(known.form, known.form_version).field(key.name).label, visitor.language)
    except (FormError, NotFound, KeyError):
        return key.name


def _reading(store: Store, who: str, scan: str | None, key: FieldKey | None) -> str:
    """The page of this person's last reading of the field, else that of all their readings."""
    if scan is None or key is None:
        return "/readings"
    own = [each for each in store.field_history(scan, key).readings if each.source == who]
    return f"/readings/{own[-1].id}" if own else "/readings"


def _question(store: Store, who: str, scan: str | None, key: FieldKey | None) -> Question | None:
    """The latest answered question of this person about the field."""
    asked = (each for each in store.questions() if each.transcriber == who and (each.scan, each.key) == (scan, key))
    return next((each for each in asked if each.answer is not None), None)
