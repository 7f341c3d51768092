"""A form prepared for weighing: fields, known values, rules."""

from reconcile.forms.prepared_form import (
    CACHED_TEXT_COUNT,
    KnownMatch,
    KnownWords,
    PreparedField,
    PreparedForm,
    keys_apart,
    known_match,
    prepared,
)
from reconcile.forms.row_filter import readings_in_told_rows
from reconcile.forms.rules import CompiledRule, Operand, RuleInstance, Values, compile_rules, operand, solve

__all__ = [
    "CACHED_TEXT_COUNT",
    "CompiledRule",
    "KnownMatch",
    "KnownWords",
    "Operand",
    "PreparedField",
    "PreparedForm",
    "RuleInstance",
    "Values",
    "compile_rules",
    "keys_apart",
    "known_match",
    "operand",
    "prepared",
    "readings_in_told_rows",
    "solve",
]
