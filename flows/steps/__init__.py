"""What a flow does, as plain functions: take in, read, weigh, decide or ask, learn."""

from flows.steps.erasures import finish_erasures, held_forms, publish_records
from flows.steps.form_suggestions import suggest_form
from flows.steps.ingested import Ingested, batch_summary, log_batch, require_open_batch
from flows.steps.layout_tasks import with_layout_tasks
from flows.steps.learn_parameters import LearningReport, ReopenedField, learn_home
from flows.steps.outcomes import outcomes
from flows.steps.parameter_versions import go_back, parameter_versions
from flows.steps.provisional_records import keep_provisional
from flows.steps.read_scans import (
    AUTO_FORM,
    Because,
    TakenScan,
    failure_message,
    forms_of,
    machine_reads,
    read_options,
    read_scan,
    take_in,
    work_key,
)
from flows.steps.reconcile_scans import (
    is_audited,
    rebuild_records,
    reconcile_home,
    reconcile_to_the_end,
)

__all__ = [
    "AUTO_FORM",
    "Because",
    "Ingested",
    "LearningReport",
    "ReopenedField",
    "TakenScan",
    "batch_summary",
    "failure_message",
    "finish_erasures",
    "forms_of",
    "go_back",
    "held_forms",
    "is_audited",
    "keep_provisional",
    "learn_home",
    "log_batch",
    "machine_reads",
    "outcomes",
    "parameter_versions",
    "publish_records",
    "read_options",
    "read_scan",
    "rebuild_records",
    "reconcile_home",
    "reconcile_to_the_end",
    "require_open_batch",
    "suggest_form",
    "take_in",
    "with_layout_tasks",
    "work_key",
]
