"""What is checked before an operator's word on a value is taken."""

from __future__ import annotations

from flows.home import Home
from transcribe import fields
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey


def require_fitting(home: Home, scan: str, key: FieldKey, text: str) -> None:
    """SettingsError where a text is no value of a field's type: records hold typed values.

    NotFound where the scan's form has no such field.
    """
    known = home.store.scan(scan)
    form = home.forms(known.form, known.form_version) if known.form else None
    if form is None or key.name not in {field.name for field in form.all_fields()}:
        raise NotFound(f"The scan {scan[:12]} has no field {key}. fairhand forms check names the fields of its form.")
    field = form.field(key.name)
    if text.strip() and fields.load(field.type).parse(text, field, form) is None:
        raise SettingsError(f"{text!r} is no {field.type}, which {key} is. Write it as the form does.")
