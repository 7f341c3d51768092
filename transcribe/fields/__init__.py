"""The field types, one file each."""

from transcribe.fields._field_type import FieldType, load, names

__all__ = ["FieldType", "load", "names"]
