"""Drafts of forms in a home: definitions that are not in force yet, as files that every command takes by their path."""

from flows.drafting.definition_edits import Entry, SentDefinition, edited
from flows.drafting.draft_files import (
    Draft,
    draft_of,
    drafts,
    drop_draft,
    empty_draft,
    fill_draft,
    start_draft,
    start_version,
)
from flows.drafting.form_suggestions import SuggestedForm, suggest_form
from flows.drafting.known_values import add_list, read_table
from flows.drafting.put_in_force import install_draft, install_form
from flows.drafting.taking_over import take_over
from flows.drafting.trial import MOST_TRIED, TriedField, TriedScan, files_of_scan, try_form

__all__ = [
    "MOST_TRIED",
    "Draft",
    "Entry",
    "SentDefinition",
    "SuggestedForm",
    "TriedField",
    "TriedScan",
    "add_list",
    "draft_of",
    "drafts",
    "drop_draft",
    "edited",
    "empty_draft",
    "files_of_scan",
    "fill_draft",
    "install_draft",
    "install_form",
    "read_table",
    "start_draft",
    "start_version",
    "suggest_form",
    "take_over",
    "try_form",
]
