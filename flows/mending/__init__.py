"""What an operator mends and steers: scans read again, duplicates, batches, values."""

from flows.mending.acts_in_words import act_in_words, due_set
from flows.mending.batches import (
    LOOK_BACK,
    MIN_READINGS,
    READINGS_PER_FIELD,
    BatchReport,
    Forecast,
    batch_due_of,
    batch_report,
    batch_states,
    begin_of,
    due_of,
    forecast,
)
from flows.mending.form_doubts import form_doubts
from flows.mending.read_again import (
    form_to_read,
    keys_typed,
    known_as,
    read_again,
    scans_to_read_again,
    still_aside,
    still_masked,
    to_read_again,
    what_stands,
)
from flows.mending.retake import retake, turn
from flows.mending.settle_duplicates import reconcile_with_retakes, settle
from flows.mending.split_join import join, split
from flows.mending.values import NO_KNOWN_VALUE, require_fitting, require_shown, text_of_value

__all__ = [
    "LOOK_BACK",
    "MIN_READINGS",
    "NO_KNOWN_VALUE",
    "READINGS_PER_FIELD",
    "BatchReport",
    "Forecast",
    "act_in_words",
    "batch_due_of",
    "batch_report",
    "batch_states",
    "begin_of",
    "due_of",
    "due_set",
    "forecast",
    "form_doubts",
    "form_to_read",
    "join",
    "keys_typed",
    "known_as",
    "read_again",
    "reconcile_with_retakes",
    "require_fitting",
    "require_shown",
    "retake",
    "scans_to_read_again",
    "settle",
    "split",
    "still_aside",
    "still_masked",
    "text_of_value",
    "to_read_again",
    "turn",
    "what_stands",
]
