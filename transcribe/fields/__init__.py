"""The field types, one file each."""

from transcribe.fields._field_type import FieldType, load, names, read_back, second_reading
from transcribe.fields._lookalikes import as_type_allows

__all__ = ["FieldType", "as_type_allows", "load", "names", "read_back", "second_reading"]
