"""The published record database."""

from reconcile.records import copy_notes, database, query, record_search, schema, sql_names
from reconcile.records.database import LAYOUT_VERSION, Moments, damage, is_outdated, one_moment
from reconcile.records.export_formats import Export, ExportOptions, export_names, load_export, spreadsheet_text
from reconcile.records.interchange import export_columns, quality
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
from reconcile.records.table_library import Database

__all__ = [
    "LAYOUT_VERSION",
    "Database",
    "Export",
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
    "database",
    "empty_log_of",
    "export_columns",
    "export_names",
    "form_of_record",
    "forms_of_batch",
    "held",
    "held_records",
    "is_of",
    "is_outdated",
    "last_change",
    "listed_records",
    "load_export",
    "one_moment",
    "publish",
    "quality",
    "query",
    "rebuild",
    "record_search",
    "require_value",
    "schema",
    "spreadsheet_text",
    "sql_names",
    "values_schema",
    "verify",
]
