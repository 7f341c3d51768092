"""All the nouns, in the order of the path and on purpose in one file: file, scan, form, reading, task, record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from transcribe.codes import Reason, Witness
from transcribe.geometry import Box

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

Picture: TypeAlias = "NDArray[numpy.uint8]"
"""Rows x columns (grey) or rows x columns x 3 (RGB), 0 = black."""

Value = str | int | bool | None
"""What a field says, typed: ISO date and decimal amount as text, integer, ticked or not; None is no value."""

Null = Literal["blank", "illegible", "absent", "crossed out"]
"""Why a value is None: nothing written; not to be read; not on this form; written and struck through."""

Kind = Literal["machine", "person", "expert"]
GuideKind = Literal["right", "tricky"]
"""What an example in the guide of a field shows: how it is usually written, or what is easily read wrong."""

Role = Literal["transcriber", "expert", "operator", "auditor"]
"""What a person may be."""
TaskKind = Literal["read", "adjudicate", "audit", "test", "appeal", "identify", "locate", "rows", "whole form"]
Personal = Literal["contact", "payment"]
Where = Literal["right", "below", "line", "anywhere"]
Numbers = Mapping[str, float | int | str]

INK = "ink"
"""The source that looks at ink alone: blank or not, ticked or not, signed or not."""

PEOPLE = "people"
"""Who is named in the log where people agreed on what becomes of a scan."""

OPERATOR_SOURCE = "operator"
"""The source of the readings that operators type to correct a value or a form: they have seen all others."""

Origin = Literal["read", "words", "composed", "repaired", "master", "arithmetic", "swapped", "shape"]
"""Where a value comes from: somebody read it, each of its words was read by somebody, or it is a proposal only."""

READ: tuple[Origin, ...] = ("read", "words")
"""What may be decided."""

NOTHING: Mapping[str, float] = MappingProxyType({})
NO_TEXT: Mapping[str, str] = MappingProxyType({})


ROW_DIGITS_COUNT = 9
"""So many digits a row's number has at most: chosen by hand, as no paper has more rows and every database takes it."""


class FieldKey(NamedTuple):
    """The name of a field of a form, and its row where it is a cell of a table: ("lines.quantity", 2).

    Rows count from 0; `row` is None for a plain field.
    """

    name: str
    row: int | None = None

    def __str__(self) -> str:
        return self.name if self.row is None else f"{self.name}[{self.row}]"

    @classmethod
    def parse(cls, name: str) -> FieldKey:
        """The key that `str(key)` names: "total", or "lines.quantity[2]". What is no such cell is a plain name."""
        plain, bracket, row = name.removesuffix("]").partition("[")
        if not bracket or not row.isdecimal() or len(row) > ROW_DIGITS_COUNT:
            return cls(name)
        cell = cls(plain, int(row))
        return cell if str(cell) == name else cls(name)

    @property
    def table(self) -> str | None:
        """The table of a cell, None for a plain field."""
        return None if self.row is None else self.name.partition(".")[0]


def keys_in_words(keys: Iterable[FieldKey]) -> str:
    """The names of fields for a sentence, a column of a table once, with its rows: "total, lines.quantity[0 to 7]"."""
    rows: dict[str, int | None] = {}
    for key in keys:
        if key.name:
            rows[key.name] = key.row if key.row is None else max(key.row, rows.get(key.name) or 0)
    return ", ".join(name if last is None else f"{name}[0 to {last}]" for name, last in rows.items())


def row_wanted(key: FieldKey, known: Iterable[FieldKey]) -> str:
    """What is said of a column that was named without a row, with the rows that there are; "" of any other field."""
    rows = [each for each in known if each.name == key.name and each.row is not None]
    if key.row is not None or not rows:
        return ""
    return f"{key} is a column. Name a row of it, such as {FieldKey(key.name, 0)}: there is {keys_in_words(rows)}."


WHOLE = FieldKey("")
"""The key of tasks and readings that speak of a whole scan (identify, whole form)."""


# --- what comes in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file as it came in, never changed. `sha256` is that of its bytes; `name` is only a label."""

    sha256: str
    name: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPage:
    """One page of one file of the archive.

    `file` is the SHA-256 of the file that came in, or of its masked copy where payment data were masked. `page` counts
    from 1. `turn` is by how many degrees with the clock the page is turned to stand upright. `hocr` is the SHA-256 of
    an hOCR file that lay beside the picture, "" where there was none.
    """

    file: str
    page: int
    turn: Literal[0, 90, 180, 270] = 0
    hocr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One filled-in form: an ordered list of (file, page). `id` is the SHA-256 of that list, of the files as they came.

    `form` and `form_version` are those it is read with; empty and 0 while nobody knows which form it is.
    """

    id: str
    pages: tuple[ScanPage, ...]
    form: str
    form_version: int
    name: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAlignment:
    """How a page was found to lie on a form.

    `form` is the form's digest, `number` which of its pages it is, and `inliers` how many features agree. `homography`
    are the nine numbers, row by row, of the homography from pixels of the photo to pixels of the blank.
    """

    form: str
    number: int
    inliers: int
    homography: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flattened:
    """What a photo was before its bent page was pressed flat.

    `size` is the photo's (width, height). `homography` are the nine numbers, row by row, of the homography from its
    pixels to those of the flat picture, as far as the paper was flat.
    """

    size: tuple[int, int]
    homography: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One picture of a scan, decoded, as it stands in memory; `number` counts from 1.

    `alignment` is known where the page was laid onto its form before. `flattened` is known where it was pressed flat,
    as masked copies of bent paper are. `hocr` is an hOCR file that lay beside the picture.
    """

    number: int
    picture: Picture
    dpi: float | None = None
    hocr: bytes | None = None
    alignment: StoredAlignment | None = None
    flattened: Flattened | None = None


DuplicatePolicy = Literal["link", "flag", "hold", "retake"]
"""What becomes of a scan that is the same order again: it is said, marked, kept back, or a new picture of the first."""


Verdict = Literal["duplicate", "retake", "different", "open", "joined"]
"""What two scans are: the same order, the same with the better picture, two orders, not settled; or one, joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Two scans that may be, or are, the same order; `batch` is that of the newer one.

    `differing` is the share of bits in which their fingerprints differ, None where they do not look alike.
    `same_values` is the probability that all identifying values are the same, None where they are not known to be.
    """

    older: str
    newer: str
    batch: str
    differing: float | None
    same_values: float | None
    policy: DuplicatePolicy
    found_at: datetime
    settled: Verdict

    @property
    def waits(self) -> bool:
        """Whether an operator is to say what the two are."""
        return self.settled == "open" and self.policy != "link"

    @property
    def is_marked(self) -> bool:
        """Whether the record of the newer scan says that it is, or may be, the same order again."""
        return self.waits or self.settled in ("duplicate", "retake", "joined")

    @property
    def is_held(self) -> bool:
        """Whether the newer scan has no record because of this, unless it has one already."""
        return self.settled in ("duplicate", "retake", "joined") or (self.waits and self.policy in ("hold", "retake"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFingerprint:
    """What tells the paper of a page from other paper: `bits` of what was written on page `number` of its form.

    The share of bits in which two differ says how little they are alike: some 0.1 for two pictures of one sheet.
    """

    number: int
    bits: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What an engine saw at one place. `line` groups the words of one line of print within one call.

    `alternatives` are what else it may say, (text, confidence) as the engine gives them, surest first.
    """

    text: str
    box: Box
    confidence: float | None
    line: int = 0
    alternatives: tuple[tuple[str, float], ...] = ()


# --- the blank form --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """How a field is found where the layout is free: labels beside it, or the words of a table's header."""

    labels: tuple[str, ...] = ()
    where: Where = "right"
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One place on a form to be filled. For a column of a table, `name` is "lines.quantity" and `box` is None.

    `languages` and `regions`, where given, are those of the people who may see the field. Fields of one scan with the
    same `apart` (such as "customer" on a name and an address) never go to one person in one sitting.
    """

    name: str
    type: str
    label: Mapping[str, str]
    help: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    page: int = 1
    box: Box | None = None
    find: Find | None = None
    required: bool = False
    pattern: str | None = None
    personal: Personal | None = None
    target: float | None = None
    examples: tuple[str, ...] = ()
    currency: str | None = None
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    apart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: the field that its cells are, and its span of x on the blank."""

    field: Field
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of the same fields. `rows` divide the height of `box` evenly; a free table has neither, and `rows` is 0."""

    name: str
    columns: tuple[Column, ...]
    page: int = 1
    box: Box | None = None
    rows: int = 0
    find: Find | None = None
    label: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A sum or comparison that the fields of one form should satisfy; the grammar stands in
    `reconcile/forms/rules.py`."""

    name: str
    check: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """Known values of a field: (value, key) pairs from a CSV beside the form; `key` is the column of the keys."""

    field: str
    values: tuple[tuple[str, str], ...]
    digest: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One page of the blank form: the file's path (None where the layout is free) and its size in pixels."""

    path: str | None
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerm:
    """Where a term of an electronic order comes from: a field's value (with `key` its key in the master data), or a
    constant `value`. `codes` are the codes that values stand for; one that is not among them stands for none."""

    codes: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    field: str = ""
    value: str = ""
    key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMapping:
    """How a record becomes an electronic order: its terms by name; its lines are those of the table `lines`."""

    lines: str
    terms: Mapping[str, OrderTerm]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The blank form's definition; `digest` is the SHA-256 of its definition, blanks and master files.

    `help` are the operator's own rules of how to transcribe it. `order` says how a record becomes an electronic order;
    None: it does not.
    """

    name: str
    version: int
    title: Mapping[str, str]
    languages: tuple[str, ...]
    locale: str
    currency: str
    digest: str
    blanks: tuple[Blank, ...]
    fields: tuple[Field, ...]
    tables: tuple[Table, ...] = ()
    rules: tuple[Rule, ...] = ()
    masters: tuple[Master, ...] = ()
    help: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    retention_days: int | None = None
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    order: OrderMapping | None = None

    @property
    def free(self) -> bool:
        """True where the layout is free: no blank page that boxes refer to."""
        return all(blank.path is None for blank in self.blanks)

    @property
    def has_payment(self) -> bool:
        """Whether the form asks for payment data, so that its pictures must be masked."""
        return any(field.personal == "payment" for field in self.fields)

    def may_be_shown(self, name: str) -> bool:
        """Whether pictures of this field may stand in its guide, for everybody who reads it: nothing personal is in
        them."""
        return self.field(name).personal is None and not self.options.get("strict")

    def field(self, name: str) -> Field:
        """The field or column of this name; KeyError names it otherwise."""
        for each in self.all_fields():
            if each.name == name:
                return each
        raise KeyError(f"the form {self.name} has no field {name}")

    def table(self, name: str) -> Table:
        """The table of this name; KeyError names it otherwise."""
        for each in self.tables:
            if each.name == name:
                return each
        raise KeyError(f"the form {self.name} has no table {name}")

    def all_fields(self) -> Iterator[Field]:
        """Plain fields, then the columns of each table."""
        yield from self.fields
        for table in self.tables:
            for column in table.columns:
                yield column.field

    def keys(self) -> Iterator[FieldKey]:
        """Every field that the definition itself fixes: plain fields, then each table row by row."""
        for each in self.fields:
            yield FieldKey(each.name)
        for table in self.tables:
            for row in range(table.rows):
                for column in table.columns:
                    yield FieldKey(column.field.name, row)


# --- where, and what is read -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetFrame:
    """What stands where on the picture of a field, in parts of 10,000 of the picture's sides.

    `field` is the field's box, `writing` what is written in it (the whole box where nothing sure is known of that).
    `letter` is the height of a small letter or figure, of the picture's height; 0 where it is not known. `lines` are
    the top and foot of each line of text that a detector sees, from top to bottom; empty where none looked.
    """

    field: Box
    writing: Box
    letter: int = 0
    lines: tuple[tuple[int, int], ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The corners of the field and of its writing, the height of a letter, the top and foot of each line."""
        return (*self.field, *self.writing, self.letter, *chain.from_iterable(self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one field of one scan stands. `box` is on the page as laid straight (its picture in the archive).

    `snippet` is the name of the field's picture in the archive, None where payment data are masked. `frame` says what
    stands where on it, None where nobody noted that.
    `confidence` is how sure the place is (1 for a box of a form that fits, less for what a label found; None: unknown,
    the box is then a whole page or a region).
    """

    scan: str
    key: FieldKey
    page: int
    box: Box
    snippet: str | None = None
    confidence: float | None = None
    frame: SnippetFrame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideExample:
    """A picture in the guide of a field, with what is to be typed for it and why. `snippet` is its archive name."""

    id: str
    kind: GuideKind
    scan: str
    key: FieldKey
    form: str
    snippet: str
    text: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one source says that one field of one scan says. Never changed or deleted; the latest of a source speaks.

    `text` "" is blank; None cannot be read, and `flags` then says why (`Flag.ILLEGIBLE`, `CROSSED_OUT`, `ABSENT`).
    A tick or a signature is read as "true" or "false". `confidence` is the source's own claim, 0 to 1, None if it makes
    none. `alternatives` are (text, confidence) as the source gave them. `seconds` is a person's active time. `shown`
    is a value that the source saw before reading (prefill): such a reading is no independent vote. `conditions` are
    numbers of the reading's circumstances that weighing uses: "fit", "quality", "place", "ink", each 0 to 1; "page" is
    the page of a `box` or of rows that a person showed. `flags` are of `transcribe.codes.Flag`; a store may hold others
    of another version. `legible` is what a person made out of an illegible field; it is shown to whoever reads next as
    an expert, and never weighed. `reason` is why an expert who has seen all readings reads it otherwise now; everybody
    who read the field is shown it.
    """

    id: str
    scan: str
    key: FieldKey
    source: str
    kind: Kind
    text: str | None
    at: datetime
    confidence: float | None = None
    alternatives: tuple[tuple[str, float], ...] = ()
    seconds: float | None = None
    flags: frozenset[str] = frozenset()
    shown: str | None = None
    conditions: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    box: Box | None = None
    task: str | None = None
    legible: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """The picture of a page as laid straight, in the archive, for people.

    `sha256` names it there. `size` is (width, height) in pixels; boxes of places are on it.
    """

    number: int
    sha256: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTransform:
    """How the picture of a page came out of the page as it came in.

    `page` is the number of that page in the scan. `homography` are the nine numbers, row by row, of the homography from
    its pixels to those of the picture, as far as the paper was flat.
    """

    page: int
    homography: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWords:
    """The words that one source saw in one field of a page, line by line.

    `key` is None where they are of the whole page. Boxes are in pixels of the page's picture.
    """

    source: str
    page: int
    words: tuple[Word, ...]
    key: FieldKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """What `read` gives: places and machine readings of one scan, with the pictures that they refer to.

    `fit` is how well the worst page lies on its form, 0 to 1; None for a free layout. `quality` holds numbers of the
    worst page, 0 bad to 1 good: "blur", "contrast", "resolution", "cut", "glare" and "overall". `advice` holds codes of
    what is wrong with the picture. `files` are the bytes of page pictures, and of the file in which all snippets lie,
    by SHA-256. `turns` are the degrees with the clock (0, 90, 180, 270) by which each page of a free layout, as it
    came, stands upright. `transforms` says of a picture's number how its page lay as it came in. `source_words` are the
    words that the readings are made of. `transforms` and `source_words` are not stored. `failed` names the engines that
    failed on a page, which was read without them. `seconds` is how long each engine worked, by its name.
    """

    places: tuple[Place, ...]
    readings: tuple[Reading, ...]
    fit: float | None
    quality: Mapping[str, float]
    pictures: tuple[PagePicture, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    advice: tuple[str, ...] = ()
    turns: tuple[int, ...] = ()
    transforms: Mapping[int, PageTransform] = field(default_factory=dict)
    source_words: tuple[SourceWords, ...] = ()
    failed: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)


# --- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcriber:
    """A person who reads. `engagement` says how the work is paid: by reading, hourly, staff or volunteer.

    `training` is whether they let their readings train machines; saying no costs no work. `begun`: they have been told
    what the work is and were asked about training, which happens before their first task.
    """

    id: str
    handle: str
    roles: frozenset[Role]
    languages: tuple[str, ...] = ()
    qualifications: frozenset[str] = frozenset()
    time_zone: str = "UTC"
    engagement: Literal["by reading", "hourly", "staff", "volunteer"] = "by reading"
    interface_language: str = "en"
    paused: bool = False
    regions: tuple[str, ...] = ()
    training: bool = False
    begun: bool = False

    @property
    def may_read(self) -> bool:
        """Whether fields are given to them: to transcribers and experts, whatever else these are."""
        return not self.roles.isdisjoint(("transcriber", "expert"))

    @property
    def tradition(self) -> str:
        """The tradition in which they learnt to write, as far as known: the first language that they named; "" for
        none. How a 1, a 7 or an accent looks is learnt with it."""
        return self.languages[0].casefold().replace("_", "-").partition("-")[0] if self.languages else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A wish for one reading by one person.

    `id` is random and the only id that a person's page sees; "" before the task is stored. `prefill` is the value that
    the box shows at first, "" for an empty box: who answers a shown value is no independent witness. `slot` is 1 +
    people's readings of the field so far, so that asking twice is the same task. `reason` is a
    `transcribe.codes.Reason`.
    `closed_at` and `leased_until` are facts; no status could disagree with them. `ease`, 0 hard to 1 easy, only orders
    what new people are offered first. `elsewhere` is a writing tradition ("fr"), or "": all its readers agree here and
    nobody else does, so readers of other traditions are offered this task first.
    """

    scan: str
    key: FieldKey
    kind: TaskKind
    reason: str
    slot: int = 1
    pool: str = "read"
    priority: int = 0
    id: str = ""
    form: str = ""
    form_version: int = 0
    transcriber: str | None = None
    leased_until: datetime | None = None
    closed_at: datetime | None = None
    ease: float = 0.5
    prefill: str = ""
    elsewhere: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A value known to be right, from an expert, a control item (gold) or an appeal."""

    scan: str
    key: FieldKey
    text: str
    origin: Literal["expert", "gold", "appeal"]
    at: datetime
    withdrawn_at: datetime | None = None


# --- what is decided -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What has been learnt: trust, calibration, lexicon, audit counts. Append only, opaque to the store."""

    version: int
    content: Mapping[str, object]
    at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Evidence:
    """One reason for a value, as a code with numbers; `transcribe/i18n/evidence_messages.py` says it in a reader's
    language. `code` is a `transcribe.codes.EvidenceCode`.

    Not frozen, as weighing makes seven for each field, and a frozen one takes three times as long to make.
    """

    code: str
    numbers: Numbers = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One value that a field may have.

    `origin` says how it came about: a source read it ("read"), sources read each of its words ("words"), or it is a
    proposal only. `normal` is the text as its type compares it, `text` as a source wrote it, `value` as the type parses
    it.
    """

    normal: str
    text: str
    probability: float
    origin: Origin = "read"
    null: Null | None = None
    value: Value = None

    @property
    def was_read(self) -> bool:
        """Whether a source read it, so that it may be decided; else it is a proposal only."""
        return self.origin in READ


class Standing(NamedTuple):
    """What stands beside the probability of a field's likeliest value that was read; deciding looks at it.

    `engines`, `people` and `experts` count independent sources that say it, `listening` all engines. `against_people`
    are people who say something else, `contradicting` those of them whose word could be so. `by_ink` and `by_code`:
    the ink test, or a barcode, says it by itself. `witness` vouches for it beside readings; "" where nothing does.
    `trouble` is why machines alone may not decide, whatever the evidence; "" where they may. `doubt` is why they may be
    wrong. `typed_alike`: it is a long text that all who read it typed alike.
    `searched_text`: it is a text of a free layout, and where it begins and ends is not sure.
    `situation` is what machines' right to decide alone is measured by, and `earned` the share right that is proven of
    them there. `fit` and `quality` (0 to 1) are those of the worst page that an engine read it on. `careful` are those
    of `people` who are not known to err often. `opposed`: sums, the check digit or a likelier reading speak against
    it; `unlisted`: master data do not have it; `against_engines` are engines that read something else. `like_ink`:
    the ink test, sure or not, says so too: nothing is written, or a box is ticked or not. `by_operator`: an
    operator corrected it to this, and no expert says it. `of_new_shape`: it is a code of a shape that was never seen.
    """

    engines: int = 0
    listening: int = 0
    people: int = 0
    experts: int = 0
    against_people: int = 0
    contradicting: int = 0
    by_ink: bool = False
    by_code: bool = False
    witness: Witness | Literal[""] = ""
    trouble: Reason | Literal[""] = ""
    doubt: Reason | Literal[""] = ""
    typed_alike: bool = False
    searched_text: bool = False
    situation: str = ""
    earned: float = 0.0
    fit: float = 1.0
    quality: float = 1.0
    careful: int = 0
    against_engines: int = 0
    opposed: bool = False
    unlisted: bool = False
    like_ink: bool = False
    by_operator: bool = False
    of_new_shape: bool = False


NO_STANDING = Standing()
"""Where nothing is known beside the probability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """How probable each value of one field is, most probable first; `none` is the probability of none of these.

    `probability` is the calibrated probability that the first candidate which was read is right: only that decides.
    `standing` is what stands beside it. `people`, `experts` and `machines` count all that read the field.
    `readings` are the ids of all readings it stands on (neighbours' too), `parameters` their version.
    """

    key: FieldKey
    candidates: tuple[Candidate, ...]
    none: float
    probability: float
    evidence: tuple[Evidence, ...]
    readings: tuple[str, ...]
    parameters: int
    people: int = 0
    experts: int = 0
    machines: int = 0
    standing: Standing = NO_STANDING
    scan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The value taken as true for one field of one scan. `null` says why `value` is None; `text` is what is written.
    `method` is a `transcribe.codes.Method`."""

    key: FieldKey
    value: Value
    text: str
    probability: float
    method: str
    evidence: tuple[Evidence, ...]
    readings: tuple[str, ...]
    parameters: int
    null: Null | None = None
    proposal: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleException:
    """A rule of the form that the paper itself breaks: the rule's name, the fields, what was expected and found."""

    rule: str
    keys: tuple[FieldKey, ...]
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The finished result of one scan: a typed value for each field, and the rules that the paper breaks."""

    scan: str
    form: str
    form_version: int
    decisions: tuple[Decision, ...]
    exceptions: tuple[RuleException, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a sent reading: kept, again or late.

    "again" is a repeated send, with nothing new. "late" came after its lease had ended, and is kept all the same.
    `key`, `scan`, `form` and `form_version` say of which field it is. `erased`: its scan is, so that nothing that was
    typed is kept.
    """

    kind: Literal["kept", "again", "late"]
    reading: str
    scan: str
    key: FieldKey = WHOLE
    form: str = ""
    form_version: int = 0
    erased: bool = False


EventType = Literal[
    "record.completed",
    "record.corrected",
    "record.provisional",
    "record.erased",
    "records.restored",
    "scan.set_aside",
    "duplicate.found",
    "duplicate.lifted",
    "batch.finished",
]
"""What other programs are told of."""

RECORD_EVENTS: tuple[EventType, ...] = ("record.completed", "record.corrected", "record.provisional")
"""What tells of a record that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEvent:
    """Something that other programs are told of, with its number in the order of the outbox.

    `message` is its name, the same however often it is told. `type` is None for what is told to nobody. `forms` are
    those that it is about; of a record also the form that its last version had. `detail` is what else there is to say.
    """

    number: int
    message: str
    type: EventType | None
    at: datetime
    scan: str | None = None
    other: str | None = None
    form: str = ""
    form_version: int = 0
    version: int = 0
    forms: frozenset[str] = frozenset()
    file: str = ""
    batch: str = ""
    is_erased: bool = False
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that events are sent to.

    `types` and `forms` are what it wants; empty: all. `private`: it may lie on a network inside. `position` is the
    number up to which everything is in its queue, of which `waiting` are to be sent and `dead` were given up.
    `off_because` is empty while it is sent to; `failing_since` is since when nothing arrived, None where it does.
    """

    name: str
    url: str
    types: tuple[EventType, ...] = ()
    forms: tuple[str, ...] = ()
    with_values: bool = False
    private: bool = False
    position: int = 0
    at: datetime
    off_because: str = ""
    off_at: datetime | None = None
    failing_since: datetime | None = None
    delivered_at: datetime | None = None
    waiting: int = 0
    dead: int = 0

    def wants(self, event: HomeEvent) -> bool:
        """Whether it is told of an event. Everybody is told that the home was restored."""
        if event.type is None:
            return False
        if event.type == "records.restored":
            return True
        is_wanted_form = not self.forms or not event.forms or bool(event.forms & set(self.forms))
        return is_wanted_form and (not self.types or event.type in self.types)


DeliveryState = Literal["waiting", "delivered", "dead", "erased"]
"""To be sent; taken; given up after days of trying; its scan was forgotten before it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook. `status` is the HTTP status of the last try, None where none came."""

    id: int
    webhook: str
    number: int
    message: str
    type: EventType
    scan: str | None
    state: DeliveryState
    tries: int
    first_at: datetime | None
    next_at: datetime
    last_at: datetime | None
    status: int | None
    error: str
