"""Exports of records: in JSON Lines or CSV, or in a format that a part brings."""

from flows.exporting.write_export import Wanted, export_records, fills_folder, format_of, require_folder

__all__ = ["Wanted", "export_records", "fills_folder", "format_of", "require_folder"]
