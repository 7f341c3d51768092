"""Form definitions in TOML made into Forms; every mistake is a FormError that names the file and the key."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from transcribe.errors import FormError
from transcribe.fields import Facts, facts_of
from transcribe.forms.mistakes import (
    Entry,
    Mistake,
    Mistakes,
    Place,
    definition_content,
    misplaced,
    mistake,
    overlapping,
    require_no_nul,
    unanswerable,
    unknown_options,
    without_wrong_keys,
    wrong_keys,
)
from transcribe.forms.order_schema import OrderTermTable
from transcribe.forms.schema import (
    PATTERNS_IGNORED,
    WANTED,
    ColumnTable,
    FieldTable,
    FindTable,
    FormFile,
    MasterTable,
    TableTable,
    known_keys,
)
from transcribe.forms.wrong_values import to_write
from transcribe.geometry import Box
from transcribe.i18n import N_, worded
from transcribe.model import Blank, Column, Field, Find, Form, Master, OrderMapping, OrderTerm, Rule, Table
from transcribe.rule_grammar import parse_check

if TYPE_CHECKING:
    from transcribe.model import Picture


SHIPPED = Path(__file__).parent / "shipped"
"""The folder of the forms that come with fairhand."""


MISSING_FILE = N_("The file %(file)s is missing. Send it again.")
"""The message for a file that a definition names and that does not lie beside it."""


def load(
    name_or_path: str | Path,
    folders: Sequence[Path] = (),
    *,
    patterns_ignored: bool = False,
    boxes_apart: bool = False,
) -> Form:
    """The form of this name (in `folders`, then among those shipped), or of this path of a TOML file.

    Its blank pages and master files lie beside the definition. FormError names the file and key of a mistake. With
    `patterns_ignored`, patterns that cannot be used are left out: scans were read with the form when they still could.
    Nor is a form refused then that is too wide to be published. With `boxes_apart`, fields on one place are a
    mistake, options that there are not, and constants that no order can have.
    """
    path = find(name_or_path, folders)
    raw = _read(path)
    content = definition_content(path.name, raw)
    try:
        said = FormFile.model_validate(content, context={PATTERNS_IGNORED: patterns_ignored})
    except ValidationError as error:
        raise _all_wrong(path, raw, content, error, apart=boxes_apart) from error
    return _form(path, raw, said, publishable=not patterns_ignored, apart=boxes_apart)


def shipped() -> tuple[str, ...]:
    """The names of the forms that come with fairhand, in alphabetical order."""
    return installed(())


def installed(folders: Iterable[Path]) -> tuple[str, ...]:
    """The names of the forms shipped and of those that lie in `folders`, in alphabetical order."""
    return tuple(sorted({file.stem for folder in (SHIPPED, *folders) for file in folder.glob("*.toml")}))


def definition(name_or_path: str | Path, folders: Sequence[Path] = ()) -> str:
    """The text of the definition as it stands in its file."""
    return _read(find(name_or_path, folders)).decode("utf-8-sig")


def find(name_or_path: str | Path, folders: Sequence[Path] = ()) -> Path:
    """The definition's file; FormError lists the known names where there is none."""
    asked = str(name_or_path)
    if asked.endswith(".toml") or "/" in asked:
        path = Path(asked)
        if path.is_file():
            return path
        raise FormError(f"There is no form definition {asked}. Give the path of a TOML file.")
    for folder in (*folders, SHIPPED):
        if (folder / f"{asked}.toml").is_file():
            return folder / f"{asked}.toml"
    known = ", ".join(installed(folders))
    raise FormError(f"There is no form {asked!r}. Use one of {known}, or the path of a TOML file.")


# --- reading the file ------------------------------------------------------------------------------------------------


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormError(f"{path.name}: the file cannot be read ({error.strerror}).") from error


def _all_wrong(path: Path, raw: bytes, content: dict[str, object], error: ValidationError, *, apart: bool) -> FormError:
    """Every mistake, one a line: those of single keys, and what shows of the rest without them."""
    found = wrong_keys(path.name, content, error, known_keys())
    try:
        _form(path, raw, FormFile.model_validate(without_wrong_keys(content, error)), apart=apart)
    except ValidationError:
        pass  # what is left is no form that could be looked at
    except FormError as more:
        found += more.args
    return FormError(*dict.fromkeys(found))


# --- making the nouns ------------------------------------------------------------------------------------------------


def _form(path: Path, raw: bytes, said: FormFile, *, publishable: bool = True, apart: bool = False) -> Form:
    """The form of a definition whose keys are right; FormError has all mistakes that show when it is put together."""
    mistakes = Mistakes()
    blanks = _blanks(path, said, mistakes)
    fields = tuple(_field(each) for each in said.field)
    tables = tuple(_table(each) for each in said.table)
    _check_names(path, said, mistakes)
    places = [(Entry("field", it.name), it.page, it.box) for it in fields]
    places += [(Entry("table", it.name), it.page, it.box) for it in tables]
    mistakes.found += filter(None, (misplaced(path.name, *place, blanks) for place in places))
    known = {field.name for field in fields} | {column.field.name for table in tables for column in table.columns}
    masters = mistakes.kept(lambda each: _master(path, each, known), said.master)
    files = [*_blank_files(blanks), *(path.parent / each.source for each in said.master)]
    form = Form(
        name=said.name,
        version=said.version,
        title=said.title,
        help=said.help,
        languages=said.languages,
        locale=said.locale,
        currency=said.currency,
        digest="" if mistakes.found else _digest(raw, files),
        blanks=tuple(each or Blank(path=None, size=(0, 0)) for each in blanks),
        fields=fields,
        tables=tables,
        rules=tuple(Rule(name=rule.name or rule.check, check=rule.check) for rule in said.rule),
        masters=tuple(masters),
        retention_days=said.retention_days,
        options=dict(said.options),
        order=order_mapping(path.name, said, mistakes),
    )
    for number, rule in enumerate(said.rule, 1):
        with mistakes.noted():
            _check_rule(path, Entry("rule", rule.name or number), Rule(name=rule.name, check=rule.check), form)
    mistakes.found += unpublishable(path.name, form) if publishable else ()
    if apart:
        mistakes.found += [*overlapping(path.name, form), *unanswerable(path.name, form)]
        mistakes.found += [*unknown_options(path.name, form.options), *impossible_constants(path.name, form.order)]
    mistakes.raise_all()
    return form


def _blanks(path: Path, said: FormFile, mistakes: Mistakes) -> list[Blank | None]:
    """The blank of each page; None where it is not there or is wrong, which is noted."""
    if said.blank is None and not said.page:
        return [Blank(path=None, size=said.size or (0, 0))]
    named: list[tuple[Place, str, tuple[int, int] | None]]
    named = [((Entry("page", number), "blank"), page.blank, page.size) for number, page in enumerate(said.page, 1)]
    blanks: list[Blank | None] = []
    for place, name, size in named or [(("blank",), said.blank or "", said.size)]:
        blanks.append(None)
        with mistakes.noted():
            blanks[-1] = _blank(path, place, name, size)
    return blanks


def _blank(path: Path, place: Place, name: str, size: tuple[int, int] | None) -> Blank:
    file = _beside(path, place, name)
    real = blank_size(file)
    if size is not None and size != real:
        said = worded("%(file)s is %(real)s pixels, not %(size)s.", file=name, real="{} x {}".format(*real),
                      size="{} x {}".format(*size))  # fmt: skip
        raise FormError(mistake(path.name, ("size",), said))
    return Blank(path=str(file), size=real)


def _beside(path: Path, place: Place, name: str) -> Path:
    """A file that lies beside the definition: a link that leads elsewhere would take in whatever can be read there."""
    file = path.parent / name
    if file not in path.parent.iterdir() or not file.is_file():
        command = "there is no file %(file)s beside the definition."
        raise FormError(mistake(path.name, place, worded(MISSING_FILE, command=command, file=name)))
    if file.resolve().parent != path.parent.resolve():
        command = "%(file)s is a link out of the definition's folder; put the file there."
        raise FormError(mistake(path.name, place, worded(MISSING_FILE, command=command, file=name)))
    return file


def _field(said: FieldTable) -> Field:
    return _field_of(said, said.name, page=said.page, box=Box(*said.box) if said.box else None, find=_find(said.find))


def _field_of(
    said: FieldTable | ColumnTable, name: str, *, page: int, box: Box | None = None, find: Find | None = None
) -> Field:
    return Field(
        name=name,
        type=said.type,
        label=said.label or {"en": said.name.replace("_", " ").capitalize()},
        help=said.help,
        page=page,
        box=box,
        find=find,
        required=said.required,
        pattern=said.pattern,
        personal=said.personal,
        target=said.target,
        examples=said.examples,
        languages=said.languages,
        regions=said.regions,
        apart=said.apart,
        currency=said.currency,
    )


def _find(said: FindTable | None) -> Find | None:
    return Find(labels=said.labels, where=said.where, header=said.header) if said else None


def _table(said: TableTable) -> Table:
    columns = tuple(
        Column(field=_field_of(each, f"{said.name}.{each.name}", page=said.page, find=_find(each.find)), span=each.span)
        for each in said.column
    )
    return Table(
        name=said.name,
        columns=columns,
        page=said.page,
        box=Box(*said.box) if said.box else None,
        rows=said.rows,
        find=_find(said.find),
        label=said.label or {"en": said.name.replace("_", " ").capitalize()},
    )


def _master(path: Path, said: MasterTable, known: set[str]) -> Master:
    if said.field not in known:
        told = worded(
            "The list of known values is of “%(field)s”, which is no field any more. Take the list out.",
            command='the form has no field "%(field)s".', field=said.field,
        )  # fmt: skip
        raise FormError(mistake(path.name, ("master", "field"), told))
    file = _beside(path, ("master", "source"), said.source)
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        require_no_nul(said.source, {"text": text})
        rows = list(csv.DictReader(text.splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        told = worded("The list is no table. Save it as CSV UTF-8 in your spreadsheet.", fault=error,
                      command="this is no CSV in UTF-8: %(fault)s.")  # fmt: skip
        raise FormError(mistake(said.source, (), told)) from error
    for column in filter(None, (said.column, said.key)):
        if not rows or column not in rows[0]:
            advice = " Separate its columns by commas." if ";" in text.partition("\n")[0] else ""
            told = worded(
                "The list %(file)s has no values in a column “%(column)s”. Send it again, or name another column.",
                command=f'%(file)s has no rows with a column "%(column)s".{advice}', file=said.source, column=column,
            )  # fmt: skip
            raise FormError(mistake(path.name, ("master",), told))
    pairs = ((row[said.column] or "", row[said.key or said.column] or "") for row in rows)
    values = tuple((value.strip(), key.strip()) for value, key in pairs if value.strip())
    digest = hashlib.sha256(content).hexdigest()
    return Master(field=said.field, values=values, digest=digest, key=said.key or said.column)


def _digest(raw: bytes, files: Iterable[Path]) -> str:
    """SHA-256 over the hashes of the definition and of each file beside it, in order."""
    total = hashlib.sha256(hashlib.sha256(raw).digest())
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _blank_files(blanks: Iterable[Blank | None]) -> Iterator[Path]:
    return (Path(each.path) for each in blanks if each and each.path)


# --- what one key alone cannot show ----------------------------------------------------------------------------------


def _check_names(path: Path, said: FormFile, mistakes: Mistakes) -> None:
    names = [each.name for each in said.field] + [each.name for each in said.table]
    for group, listed in [("", names), *((f"{t.name}.", [c.name for c in t.column]) for t in said.table)]:
        for twice in sorted({name for name in listed if listed.count(name) > 1}):
            told = worded("Two have the name “%(name)s”. Give one of them another name.", name=f"{group}{twice}",
                          command='"%(name)s" stands twice; every name must be its own.')  # fmt: skip
            about = [Entry(kind, twice) for kind in ("field", "table")]
            mistakes.found.append(mistake(path.name, ("name",), told, *about))


def _check_rule(path: Path, entry: Entry, rule: Rule, form: Form) -> None:
    try:
        parse_check(rule, form)
    except FormError as error:
        raise FormError(*(mistake(path.name, (entry, "check"), each) for each in error.args)) from error


# The blank page of a form as a picture: its size and its grey pixels.


def blank_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels, from the file's header; FormError where it is no picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        said = worded("The picture of the page cannot be opened. Save it as PNG, and send it again.", error=error,
                      command="this blank is no picture that can be opened (%(error)s). Save it as PNG.")  # fmt: skip
        raise FormError(mistake(path.name, (), said)) from error


@lru_cache(maxsize=16)
def blank_grey(path: str) -> Picture:
    """The blank's grey pixels, rows x columns, 0 for black.

    They are kept for the life of the process and cannot be written to.
    """
    import numpy
    from PIL import Image

    with Image.open(path) as picture:
        pixels = numpy.asarray(picture.convert("L"), dtype=numpy.uint8)
    pixels.setflags(write=False)
    return pixels


# The terms of an electronic order in a form definition, checked against the fields of the form.

LINE_PREFIX = "line_"
"""The prefix of the names of terms that every line has."""


def order_mapping(file: str, said: FormFile, mistakes: Mistakes) -> OrderMapping | None:
    """The mapping of a form; None where it has none. What is wrong with a term is noted, and the term left out."""
    if said.order_x is None:
        return None
    table = next((each for each in said.table if each.name == said.order_x.lines), None)
    if table is None:
        told = worded("The order has its lines from “%(table)s”, which is no table of this form.",
                      command='the form has no table "%(table)s".', table=said.order_x.lines)  # fmt: skip
        mistakes.found.append(mistake(file, ("order_x", "lines"), told))
        return None
    plain = {each.name for each in said.field if each.personal != "payment"}
    listed = {each.field for each in said.master}
    found = {}
    for name in said.order_x.model_fields_set - {"lines"}:
        term: OrderTermTable | None = getattr(said.order_x, name)
        if term is None:
            continue
        known = {f"{table.name}.{each.name}" for each in table.column} if name.startswith(LINE_PREFIX) else set()
        with mistakes.noted():
            found[name] = _checked(partial(mistake, file, ("order_x", name)), term, plain | known, listed)
    return OrderMapping(lines=table.name, terms=dict(sorted(found.items())))


def _checked(wrong: Callable[[str], Mistake], term: OrderTermTable, known: set[str], listed: set[str]) -> OrderTerm:
    if term.field and term.field not in known:
        raise FormError(wrong(worded(
            "The order takes “%(field)s”, which is no field of this form, or payment data.",
            command='there is no field "%(field)s" here, or it is payment data.', field=term.field,
        )))  # fmt: skip
    if term.key and term.field not in listed:
        raise FormError(wrong(worded(
            "The order takes the number of “%(field)s” in a list of known values, and it has no list.",
            command='the field "%(field)s" has no master data, and so no key.', field=term.field,
        )))  # fmt: skip
    return OrderTerm(field=term.field, value=term.value, key=term.key, codes=term.codes)


def impossible_constants(file: str, order: OrderMapping | None) -> list[Mistake]:
    """The constants and codes of values in a mapping that no order can have."""
    told: list[Mistake] = []
    for name, term in order.terms.items() if order else ():
        if name in WANTED:
            is_right, wanted, command = WANTED[name]
            said = [each for each in (term.value, *term.codes.values()) if each]
            wrong = dict.fromkeys(each for each in said if not is_right(each))
            told += [
                mistake(file, ("order_x", name), to_write(name, worded(wanted, command=command), each))
                for each in wrong
            ]
    return told


# How long and how many the names of a form may be, so that the database of records can have a table of it.

MAX_TABLE_COLUMNS = 900
"""The most columns that the plain fields of a form, or one of its tables, may need; an amount needs three.

A table of records.db has 999 at most; the rest is for its own and for those of later versions.
"""


MAX_NAME_CHARACTERS = 100
"""The most characters in the name of a field or table, as in that of a form. Chosen by hand."""


def unpublishable(file: str, form: Form) -> Iterator[Mistake]:
    """Why a form cannot be published: it is too wide, or a name is too long. Each says what to write instead."""
    listed = {master.field for master in form.masters}
    yield from _too_wide(file, "its plain fields", form.fields, listed)
    for table in form.tables:
        entry = Entry("table", table.name)
        yield from _too_wide(file, str(entry), [column.field for column in table.columns], listed, entry)
    for name in [*(table.name for table in form.tables), *(field.name.split(".")[-1] for field in form.all_fields())]:
        if len(name) > MAX_NAME_CHARACTERS:
            said = worded(
                "The name “%(name)s...” is longer than %(most)s characters. Shorten it; the label may be longer.",
                command='"%(name)s..." has %(count)s characters; write a name of at most %(most)s, and what people are '
                "shown as its label.",
                name=name[:MAX_NAME_CHARACTERS], count=len(name), most=MAX_NAME_CHARACTERS,
            )  # fmt: skip
            yield mistake(file, ("name",), said)


def _too_wide(file: str, what: str, fields: Iterable[Field], listed: Set[str], *about: Entry) -> Iterator[Mistake]:
    needed = sum(_column_count(facts_of(field.type)) + (field.name in listed) for field in fields)
    if needed > MAX_TABLE_COLUMNS:
        said = worded(
            "It has more fields than a record can hold. Draw fields that repeat as one table, or make two forms of it.",
            command="%(what)s need %(needed)s columns in the records, where an amount needs three, and a table has at "
            "most %(most)s. Write fields that repeat as rows of a [[table]], or split the form into two forms.",
            what=what, needed=needed, most=MAX_TABLE_COLUMNS,
        )  # fmt: skip
        yield mistake(file, (), said, *about)


def _column_count(facts: Facts) -> int:
    """The columns of a field; master data need one more for the key."""
    return 3 if facts.is_money else 2 if facts.has_decimals else 1
