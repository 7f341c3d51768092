"""Exports of records, also those that need what only the state knows: readings, pictures, mappings of forms."""

from flows.exporting.write_export import FOLDERS, Wanted, export_records

__all__ = ["FOLDERS", "Wanted", "export_records"]
