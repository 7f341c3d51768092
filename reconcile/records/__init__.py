"""The published record database."""

from reconcile.records import query, record_search
from reconcile.records.database import LAYOUT_VERSION, Moments, damage, is_outdated, one_moment
from reconcile.records.export_formats import ExportOptions, export_names, load_export, spreadsheet_text
from reconcile.records.interchange import quality
from reconcile.records.interchange.data_package import write_package
from reconcile.records.interchange.datasette_metadata import metadata
from reconcile.records.interchange.postgres_copy import Copied, CopyFailed, copy_notes, follow
from reconcile.records.interchange.quality import FieldQuality, MonthOfWork
from reconcile.records.interchange.selection import (
    ListedRecord,
    ListedValue,
    Selection,
    Status,
    form_of_record,
    forms_of_batch,
    last_change,
    listed_records,
    require_value,
)
from reconcile.records.publish import empty_log_of, held, held_records, is_of, publish, rebuild, verify
from reconcile.records.query import PublishedRecord, ValueOrigin
from reconcile.records.record_contract import values_schema
from reconcile.records.sql_names import key_in_line

__all__ = [
    "LAYOUT_VERSION",
    "Copied",
    "CopyFailed",
    "ExportOptions",
    "FieldQuality",
    "ListedRecord",
    "ListedValue",
    "Moments",
    "MonthOfWork",
    "PublishedRecord",
    "Selection",
    "Status",
    "ValueOrigin",
    "copy_notes",
    "damage",
    "empty_log_of",
    "export_names",
    "follow",
    "form_of_record",
    "forms_of_batch",
    "held",
    "held_records",
    "is_of",
    "is_outdated",
    "key_in_line",
    "last_change",
    "listed_records",
    "load_export",
    "metadata",
    "one_moment",
    "publish",
    "quality",
    "query",
    "rebuild",
    "record_search",
    "require_value",
    "spreadsheet_text",
    "values_schema",
    "verify",
    "write_package",
]
