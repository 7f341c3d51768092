"""Exports of records, also those that need what only the state knows: readings, pictures, mappings of forms."""

from flows.exporting.for_datasette import write_for_datasette
from flows.exporting.postgres import RoundFailed, copied_rounds
from flows.exporting.write_export import FOLDERS, Wanted, export_records

__all__ = ["FOLDERS", "RoundFailed", "Wanted", "copied_rounds", "export_records", "write_for_datasette"]
