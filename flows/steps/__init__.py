"""The steps of the flows as plain functions: take in, read, weigh, decide or ask, learn."""

from flows.steps.close_appeals import close_appeals
from flows.steps.erasures import (
    ErasureUnfinished,
    finish_erasures,
    held_forms,
    publish_records,
    rebuild_records,
)
from flows.steps.ingested import (
    BatchError,
    Ingested,
    batch_summary,
    cancelled_at,
    count_failed,
    existing_folder,
    finish_batch,
    require_open_batch,
    time_name,
    url_name,
)
from flows.steps.learn_parameters import LearningReport, ReopenedField, go_back, learn_home, parameter_versions
from flows.steps.learning_facts import audited_values
from flows.steps.provisional_records import keep_provisional
from flows.steps.read_scans import (
    AUTO_FORM,
    Because,
    TakenScan,
    failure_message,
    forms_of,
    laid_pages,
    machine_reads,
    place_of,
    read_options,
    read_scan,
    require_readable,
    take_in,
)
from flows.steps.reconcile_scans import (
    reconcile_home,
    reconcile_to_the_end,
)

__all__ = [
    "AUTO_FORM",
    "BatchError",
    "Because",
    "ErasureUnfinished",
    "Ingested",
    "LearningReport",
    "ReopenedField",
    "TakenScan",
    "audited_values",
    "batch_summary",
    "cancelled_at",
    "close_appeals",
    "count_failed",
    "existing_folder",
    "failure_message",
    "finish_batch",
    "finish_erasures",
    "forms_of",
    "go_back",
    "held_forms",
    "keep_provisional",
    "laid_pages",
    "learn_home",
    "machine_reads",
    "parameter_versions",
    "place_of",
    "publish_records",
    "read_options",
    "read_scan",
    "rebuild_records",
    "reconcile_home",
    "reconcile_to_the_end",
    "require_open_batch",
    "require_readable",
    "take_in",
    "time_name",
    "url_name",
]
