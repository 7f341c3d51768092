"""What a flow does, as plain functions: take in, read, weigh, decide or ask, learn."""

from flows.steps.layout_tasks import shown_by_people
from flows.steps.learn_parameters import learn_home
from flows.steps.outcomes import outcomes
from flows.steps.read_scans import AUTO, Taken, failure_message, forms_of, read_options, read_scan, take_in, work_key
from flows.steps.reconcile_scans import is_audited, publish_records, rebuild_records, reconcile_home

__all__ = [
    "AUTO",
    "Taken",
    "failure_message",
    "forms_of",
    "is_audited",
    "learn_home",
    "outcomes",
    "publish_records",
    "read_options",
    "read_scan",
    "rebuild_records",
    "reconcile_home",
    "shown_by_people",
    "take_in",
    "work_key",
]
