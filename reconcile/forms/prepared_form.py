"""A form prepared for weighing: its fields with their types and known values, and its rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property, lru_cache
from hashlib import sha256
from math import exp, log

from reconcile.forms.master_data import KnownValues
from reconcile.forms.rule_terms import Operand
from reconcile.forms.rules import CompiledRule, RuleInstance, compile_rules, operand
from transcribe import fields
from transcribe.model import Field, FieldKey, Form, Value
from transcribe.values import shown_controls, tidy

CACHED_TEXT_COUNT = 65536
"""So many texts of one field are cached in each of their forms: weighing asks for the same ones many times."""

RECENT_FORM_COUNT = 16
"""So many prepared forms are kept. Chosen by hand."""


def way_of_finding(field: Field, form: Form) -> str:
    """The stored name of how a field of a free layout is found.

    It is its type, and a hash of its labels and where they are. Its form's name, language and locale are not in it. A
    field without labels is found among the others, and so has those of its whole form.
    """
    own = field.find is not None and (field.find.labels or field.find.header)
    found = [field] if own else sorted(form.all_fields(), key=lambda each: (each.type, str(each.find)))
    told = [(each.type, each.find and (each.find.labels, each.find.where, each.find.header)) for each in found]
    return f"{field.type} {sha256(repr((field.type, told)).encode()).hexdigest()[:12]}"


class PreparedField:
    """A field on its form: how its texts are compared, checked and parsed, and which values are known for it.

    `normal(text)` gives the comparable text, `faults(text)` the type's complaints, and `number(text)` the operand that
    rules calculate with. All three are cached.
    """

    def __init__(self, field: Field, form: Form) -> None:
        self.field, self.form = field, form
        self.name_on_form = f"{form.name}: {field.name}"
        self.way_of_finding = way_of_finding(field, form)
        kind = fields.load(field.type)
        self.type, self.facts = field.type, kind.facts
        self.family, self.exact = self.facts.family, self.facts.exact
        self.repairable_faults = self.facts.repairable_faults
        self.flat_log_prior = None if self.facts.prior is None else log(self.facts.prior)
        self.value_count = exp(-(self.flat_log_prior or 0.0))
        self.normal = lru_cache(CACHED_TEXT_COUNT)(self._normal)
        self.faults = lru_cache(CACHED_TEXT_COUNT)(lambda text: kind.faults(text, field, form))
        self._parse = lru_cache(CACHED_TEXT_COUNT)(lambda text: kind.parse(text, field, form))
        self.number = lru_cache(CACHED_TEXT_COUNT)(self._number)
        self._kind = kind

    def _normal(self, text: str) -> str:
        exact = tidy(shown_controls(text))
        return exact if exact in self._told_apart else self._folded(text)

    def _folded(self, text: str) -> str:
        return self.facts.spelled_out(self._kind.normalise(shown_controls(text), self.field, self.form))

    def value(self, text: str) -> Value:
        """The typed value of a text, None where it says none."""
        return self._parse(text)

    def _number(self, text: str) -> Operand:
        return operand(self.value(text), self.facts)

    def written(self, value: Value) -> str:
        """The text of a value as this form writes it."""
        return self._kind.write(value, self.field, self.form)

    @cached_property
    def known_values(self) -> KnownValues | None:
        """The known values of this field; None where the form has no master data for it."""
        for master in self.form.masters:
            if master.field == self.field.name:
                return KnownValues({self.normal(text): text for text, _ in master.values})
        return None

    @cached_property
    def _told_apart(self) -> frozenset[str]:
        """Known values that differ only in what this type does not compare, as capitals do: here each is its own."""
        alike: dict[str, set[str]] = defaultdict(set)
        for master in self.form.masters:
            if master.field == self.field.name:
                for text, _ in master.values:
                    alike[self._folded(text)].add(tidy(shown_controls(text)))
        return frozenset(text for texts in alike.values() if len(texts) > 1 for text in texts)

    @cached_property
    def listed(self) -> Mapping[str, list[tuple[str, str]]] | None:
        """(value, key) of each known value, by comparable text; None where the form has no master data for it."""
        found: dict[str, list[tuple[str, str]]] | None = None
        for master in self.form.masters:
            if master.field == self.field.name:
                found = {}
                for text, key in master.values:
                    found.setdefault(self.normal(text), []).append((text, key))
        return found


class PreparedForm:
    """A form's prepared fields by name, and its rules.

    `instances(keys)` gives the rules bound to the fields that a scan has, cached.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.fields = {field.name: PreparedField(field, form) for field in form.all_fields()}
        self.instances = lru_cache(64)(self._instances)

    @cached_property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The form's rules, parsed once; FormError where one is wrong."""
        return compile_rules(self.form)

    def _instances(self, keys: tuple[FieldKey, ...]) -> tuple[RuleInstance, ...]:
        """The rules bound to these fields, row by row, without those that touch a missing field."""
        present = set(keys)
        bound = (instance for rule in self.rules for instance in rule.instances(keys))
        return tuple(instance for instance in bound if present.issuperset(instance.keys))


_RECENT_FORMS: list[PreparedForm] = []


def prepared(form: Form) -> PreparedForm:
    """The prepared form. The last RECENT_FORM_COUNT are kept, since a batch is mostly of one form."""
    for recent in _RECENT_FORMS:
        if recent.form is form:
            return recent
    made = PreparedForm(form)
    _RECENT_FORMS.insert(0, made)
    del _RECENT_FORMS[RECENT_FORM_COUNT:]
    return made
