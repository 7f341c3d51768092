"""How long and how many the names of a form may be, so that the database of records can have a table of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transcribe.model import Field, Form

MAX_TABLE_COLUMNS = 900
"""The most columns that the plain fields of a form, or one of its tables, may need; an amount needs two.

A table of records.db has 999 at most; the rest is for its own and for those of later versions.
"""

MAX_NAME_CHARACTERS = 100
"""The longest name of a field or table, as that of a form. Chosen by hand."""


def unpublishable(file: str, form: Form) -> Iterator[str]:
    """Why a form cannot be published: it is too wide, or a name is too long. Each says what to write instead."""
    yield from _too_wide(file, "its plain fields", form.fields)
    for table in form.tables:
        yield from _too_wide(file, f'table "{table.name}"', [column.field for column in table.columns])
    for name in [*(table.name for table in form.tables), *(field.name.split(".")[-1] for field in form.all_fields())]:
        if len(name) > MAX_NAME_CHARACTERS:
            yield (
                f'{file}: name: "{name[:MAX_NAME_CHARACTERS]}..." has {len(name)} characters; write a name of at most '
                f"{MAX_NAME_CHARACTERS}, and what people are shown as its label."
            )


def _too_wide(file: str, what: str, fields: Iterable[Field]) -> Iterator[str]:
    needed = sum(2 if field.type == "amount" else 1 for field in fields)
    if needed > MAX_TABLE_COLUMNS:
        yield (
            f"{file}: {what} need {needed} columns in the records, where an amount needs two, and a table has at most "
            f"{MAX_TABLE_COLUMNS}. Write fields that repeat as rows of a [[table]], or split the form into two forms."
        )
