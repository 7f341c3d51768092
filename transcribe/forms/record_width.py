"""How long and how many the names of a form may be, so that the database of records can have a table of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from transcribe.fields import Facts, facts_of
from transcribe.forms.mistakes import Entry, Mistake, mistake
from transcribe.i18n import worded
from transcribe.model import Field, Form

MAX_TABLE_COLUMNS = 900
"""The most columns that the plain fields of a form, or one of its tables, may need; an amount needs three.

A table of records.db has 999 at most; the rest is for its own and for those of later versions.
"""

MAX_NAME_CHARACTERS = 100
"""The longest name of a field or table, as that of a form. Chosen by hand."""


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
