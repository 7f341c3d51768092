"""What is checked before an operator's word on a value is taken."""

from __future__ import annotations

import json

from flows.home import Home
from reconcile.forms import prepared
from transcribe import fields, values
from transcribe.errors import NotFound, SettingsError
from transcribe.fields import facts_of
from transcribe.i18n import N_, worded
from transcribe.model import Field, FieldKey, Form, Value, row_wanted

HIDDEN = N_("The field %(key)s holds payment data, which are painted over and kept nowhere: it is read by nobody.")
"""What is said of payment data, whatever is to be done to their value."""

NO_DATE = N_("%(text)s is no date that exists, and the field %(key)s holds one. %(advice)s %(as_it_is)s")
"""A date may be written as it should be and yet be none: the 29th of February of most years."""

NO_VALUE = N_("%(text)s is no value that the field %(key)s can have. %(advice)s %(as_it_is)s")
"""What is said of every other type."""

TWO_VALUES = N_(
    "%(text)s can be read two ways in the field %(key)s: as the form writes it is %(as_form)s, as records write it is "
    "%(as_record)s. Write %(one)s or %(other)s."
)
"""What is said of a text that means one value on the form and another one in its record."""

NO_RECORD_VALUE = N_(
    "%(value)s is no value of the field %(key)s, of the type %(type)s, as its record writes it. %(expected)s"
)
"""What is said of a value that a program sends."""

NO_NULL = N_(
    "The record has no value of %(key)s as it is %(null)s, which is not to be sent back. Send the text that stands "
    "there: an empty one is blank."
)
"""What is said of a null where a field is not blank."""

A_UNIT = N_("%(text)s has %(unit)s beside it, which is no currency, and the field %(key)s holds an amount. %(advice)s")
"""What is said of an amount with the unit of a quantity beside it: a slip, as of x for 2."""

OTHER_PATTERN = N_("%(text)s is not written as the form says of %(key)s: %(pattern)s. %(look_again)s")
"""What is said of a field with a pattern."""

NO_CHOICE = N_("%(text)s is none of the words of %(key)s: %(words)s. %(look_again)s")
"""What is said of a field that is one of a few words."""

NO_KNOWN_VALUE = N_("Nobody could be judged by what is no value, so it cannot be a known one.")
"""What is said of a known value where a text is no value of its field's type, whatever the paper says."""


def require_fitting(
    home: Home,
    scan: str,
    key: FieldKey,
    text: str,
    *,
    no_value: bool = False,
    other_pattern: bool = False,
    as_it_is: str = "",
) -> None:
    """SettingsError where a text is no value of a field's type, or not written as its pattern or words say.

    Also where it can be read as two values: as the form writes them, and as records do. `as_it_is` says what may be
    done where the paper itself is wrong, if not what commands and pages do.
    Unless who says it knows: `no_value` takes a text of which no value can be made, as it stands on the paper; its
    record has an exception then. `other_pattern` takes one that the pattern or the words speak against.
    NotFound where the scan's form has no such field, or where the row of a cell is missing.
    """
    field, form = _field_and_form(home, scan, key)
    if text.strip() and not no_value:
        _require_one_value(field, form, key, text, as_it_is)
    if text.strip() and not other_pattern:
        _require_writing(field, form, key, text)


def text_of_value(home: Home, scan: str, key: FieldKey, value: Value) -> str:
    """A value, given as records have it, as it stands on the paper or else as the form writes it.

    None is blank. SettingsError where records do not write such a value of the field.
    """
    field, form = _field_and_form(home, scan, key)
    standing = next((each for each in home.store.decisions(scan) if each.key == key), None)
    null = standing.null if standing is not None else None
    if value is None and null not in (None, "blank"):
        raise SettingsError(worded(NO_NULL, key=str(key), null=null))
    if standing is not None and _is_written(standing.value, value):
        return standing.text
    kind = fields.load(field.type)
    found = kind.parse("", field, form) if value is None else fields.read_back(value, field, form)
    if not _is_written(found, value):
        example = facts_of(field.type).example if found is None else found
        expected = "" if example is None else worded("It writes %(value)s.", value=json.dumps(example))
        said = {"value": json.dumps(value), "key": str(key), "type": field.type, "expected": expected}
        raise SettingsError(worded(NO_RECORD_VALUE, **said).strip())
    return kind.write(found, field, form)


def _is_written(value: Value, sent: Value) -> bool:
    """Whether records write a value so: exactly as it is sent, or beside each field, where all are texts."""
    return (type(value), value) == (type(sent), sent) or (isinstance(value, int) and str(value).lower() == sent)


def _field_and_form(home: Home, scan: str, key: FieldKey) -> tuple[Field, Form]:
    """A field of a scan and its form. NotFound where there is none; SettingsError where it holds payment data."""
    known = home.store.scan(scan)
    form = home.forms(known.form, known.form_version) if known.form else None
    if form is None or (key.name, key.row is None) not in _names(form):
        rows = {*(form.keys() if form else ()), *(each.key for each in home.store.readings(known.id))}
        if column := row_wanted(key, rows):
            raise NotFound(column)
        raise NotFound(f"The scan {scan[:12]} has no field {key}. {_fields_of(form)}")
    require_shown(home, scan, key)
    return form.field(key.name), form


def require_shown(home: Home, scan: str, key: FieldKey) -> None:
    """SettingsError where a field of a scan holds payment data: nobody may read them, and none are kept."""
    known = home.store.scan(scan)
    form = home.forms(known.form, known.form_version) if known.form else None
    hidden = {field.name for field in form.all_fields() if field.personal == "payment"} if form else set()
    if key.name in hidden:
        raise SettingsError(worded(HIDDEN, key=str(key)))


def _require_writing(field: Field, form: Form, key: FieldKey, text: str) -> None:
    """SettingsError where the form's pattern speaks against a text, or it is none of the words of a choice."""
    spot = prepared(form).fields[key.name]
    if not spot.faults(spot.normal(text)):
        return
    look_again = worded(
        "Look again, or tick “As it stands on the paper, whatever the form says”.",
        command="Look again, or say --anyway.",
    )
    said = {"text": repr(text), "key": str(key), "look_again": look_again}
    if field.pattern:
        raise SettingsError(worded(OTHER_PATTERN, pattern=field.pattern, **said))
    if facts_of(field.type).is_choice:
        raise SettingsError(worded(NO_CHOICE, words=", ".join(field.examples), **said))


def _require_one_value(field: Field, form: Form, key: FieldKey, text: str, as_it_is: str) -> None:
    """SettingsError where a text is no value of its field, two, or a quantity where money is wanted."""
    one = fields.load(field.type).parse(text, field, form)
    if one is None:
        told = NO_DATE if facts_of(field.type).is_day else NO_VALUE
        as_it_is = as_it_is or worded(
            "If the paper says so, tick “As it stands on the paper, whatever the form says”: the record then has no "
            "value there, and an exception.",
            command="If the paper says so, say --anyway: the record then has no value there, and an exception.",
        )
        raise SettingsError(worded(told, text=repr(text), key=str(key), advice=_advice(field, form), as_it_is=as_it_is))
    if (other := fields.second_reading(text, field, form)) is not None:
        ways = {"one": _plainly(one, field, form), "other": _plainly(other, field, form)}
        raise SettingsError(worded(TWO_VALUES, text=repr(text), key=str(key), as_form=one, as_record=other, **ways))
    unit = values.unit_beside(text, field, form) if facts_of(field.type).is_money else ""
    if unit:
        raise SettingsError(worded(A_UNIT, text=repr(text), unit=unit, key=str(key), advice=_advice(field, form)))


def _plainly(value: Value, field: Field, form: Form) -> str:
    """A value as the form writes it, or as records do where that could be read as another one."""
    written = fields.load(field.type).write(value, field, form)
    return written if fields.second_reading(written, field, form) is None else str(value)


def _advice(field: Field, form: Form) -> str:
    """How a value of a field is written on the form: with an example of the form, or one of its type."""
    value = facts_of(field.type).example
    written = "" if value is None else fields.load(field.type).write(value, field, form)
    example = next(iter(field.examples), written)
    if example:
        return worded("Write it as the form does, such as %(example)s.", example=example)
    return worded("Write it as the form does.")


def _fields_of(form: Form | None) -> str:
    """The names of a form's fields in a sentence, those of tables with a row as people write it."""
    if form is None:
        return "Nobody has said yet which form it is."
    return f"Use one of {', '.join(name if plain else f'{name}[0]' for name, plain in _names(form))}."


def _names(form: Form) -> list[tuple[str, bool]]:
    """The name of each field, and whether it is plain: a column needs a row with it."""
    columns = {column.field.name for table in form.tables for column in table.columns}
    return [(field.name, field.name not in columns) for field in form.all_fields()]
