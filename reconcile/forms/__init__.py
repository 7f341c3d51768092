"""A form prepared for weighing: fields, field families, known values, rules."""

from reconcile.forms.field_families import TEXTS, Family, family_of, type_of
from reconcile.forms.master_data import Words
from reconcile.forms.prepared_form import PreparedField, PreparedForm, prepared
from reconcile.forms.rule_terms import Operand
from reconcile.forms.rules import RuleInstance, Values, compile_rules, operand, solve

__all__ = [
    "TEXTS",
    "Family",
    "Operand",
    "PreparedField",
    "PreparedForm",
    "RuleInstance",
    "Values",
    "Words",
    "compile_rules",
    "family_of",
    "operand",
    "prepared",
    "solve",
    "type_of",
]
