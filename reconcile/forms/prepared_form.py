"""A form made ready for weighing: its fields with their types and known values, and its rules."""

from __future__ import annotations

from functools import cached_property, lru_cache

from reconcile.forms.field_families import Family, family_of, type_of
from reconcile.forms.master_data import KnownValues
from reconcile.forms.rule_terms import Operand
from reconcile.forms.rules import CompiledRule, RuleInstance, compile_rules, operand
from reconcile.forms.street_words import spelled_out
from transcribe.model import Field, FieldKey, Form, Value

CACHED_TEXT_COUNT = 65536
"""Texts of one field whose comparable form and faults are kept: weighing asks for the same ones again and again."""


class PreparedField:
    """A field on its form: how its texts are compared, checked and parsed, and which values are known for it."""

    def __init__(self, field: Field, form: Form) -> None:
        self.field, self.form = field, form
        self.name_on_form = f"{form.name}: {field.name}"
        kind = type_of(field.type)
        self.family: Family = family_of(field.type)
        self.type = field.type
        self.exact = kind.EXACT
        self.normal = lru_cache(CACHED_TEXT_COUNT)(self._normal)
        self.faults = lru_cache(CACHED_TEXT_COUNT)(lambda text: kind.faults(text, field, form))
        self._parse = lru_cache(CACHED_TEXT_COUNT)(lambda text: kind.parse(text, field, form))
        self.number = lru_cache(CACHED_TEXT_COUNT)(self._number)
        self._kind = kind

    def _normal(self, text: str) -> str:
        says = self._kind.normalise(text, self.field, self.form)
        return spelled_out(says) if self.field.type == "address" else says

    def value(self, text: str) -> Value:
        """The typed value of a text."""
        return self._parse(text)

    def _number(self, text: str) -> Operand:
        return operand(self.value(text), self.field.type)

    def written(self, value: Value) -> str:
        """A value as this form writes it."""
        return self._kind.write(value, self.field, self.form)

    @cached_property
    def known_values(self) -> KnownValues | None:
        """The known values of this field, None where the form has no master data for it."""
        for master in self.form.masters:
            if master.field == self.field.name:
                return KnownValues({self.normal(text): text for text, _ in master.values})
        return None


class PreparedForm:
    """A form's spots by field name, and its rules."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.fields = {field.name: PreparedField(field, form) for field in form.all_fields()}

        self.instances = lru_cache(64)(self._instances)

    @cached_property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The form's rules, parsed once."""
        return compile_rules(self.form)

    def _instances(self, keys: tuple[FieldKey, ...]) -> tuple[RuleInstance, ...]:
        """The rules bound to the fields that a scan has, row by row; those that touch a missing field are left out."""
        here = set(keys)
        bound = (instance for rule in self.rules for instance in rule.instances(keys))
        return tuple(instance for instance in bound if here.issuperset(instance.keys))


_RECENT_FORMS: list[PreparedForm] = []


def prepared(form: Form) -> PreparedForm:
    """The form made ready; the last few are kept, since a batch is mostly of one form."""
    for each in _RECENT_FORMS:
        if each.form is form:
            return each
    made = PreparedForm(form)
    _RECENT_FORMS.insert(0, made)
    del _RECENT_FORMS[16:]
    return made
