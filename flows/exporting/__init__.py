"""Exports of records, also those that need what only the state knows: readings, pictures, mappings of forms."""

from flows.exporting.for_datasette import write_for_datasette
from flows.exporting.postgres import copied_rounds
from flows.exporting.write_export import FOLDERS, Wanted, export_records

__all__ = ["FOLDERS", "Wanted", "copied_rounds", "export_records", "write_for_datasette"]
