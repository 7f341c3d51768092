"""A form prepared for weighing: its fields with their types and known values, and its rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import combinations
from math import exp, log
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconcile.forms.rules import CompiledRule, Operand, RuleInstance, compile_rules, operand
from transcribe import fields
from transcribe.model import Decision, Field, FieldKey, Form, Master, Value
from transcribe.values import shown_controls, tidy, without_accents

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


# Known values and known words of a field: whether a text is known, and which known ones are near it.

MAX_PROPOSAL_EDITS = 2
"""The most edits between a reading and a known value proposed for it: those further off were mostly other customers."""


MAX_PROPOSAL_COUNT = 4
"""The most known values proposed for one reading. Chosen by hand."""


MIN_CORRECTED_LETTER_COUNT = 4
"""Words with fewer letters are not corrected: they have too many neighbours."""


class KnownValues:
    """The known values of one field, by their comparable text.

    Values one edit apart are found without a search: each is filed under itself without each of its characters.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Take known values: comparable text to the text as master data write it."""
        self._texts = texts
        self.count = max(1, len(self._texts))
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        for normal in self._texts:
            for key in _deletions(normal):
                self._by_deletion[key].append(normal)
        self._most_letters = max(map(len, self._texts), default=0) + MAX_PROPOSAL_EDITS
        self._neighbours: dict[str, tuple[str, ...]] = {}
        self._without_accents = {without_accents(normal) for normal in texts}
        self.words = Counter(word for normal in texts for word in normal.split())
        self.word_count = self.words.total()

    def has(self, normal: str) -> bool:
        """Whether this comparable text is a known value."""
        return normal in self._texts

    def has_without_accents(self, normal: str) -> bool:
        """Whether this is a known value written without its accents, as many do in capitals."""
        return normal in self._without_accents and normal not in self._texts

    def text(self, normal: str) -> str:
        """The known value as master data write it; KeyError where it is not known."""
        return self._texts[normal]

    def neighbours(self, normal: str) -> tuple[str, ...]:
        """The other known values one edit away, at most MAX_PROPOSAL_COUNT, in alphabetical order.

        Those two edits away where there are none and the text itself is not known.
        """
        neighbours = self._neighbours.get(normal)
        if neighbours is None:
            neighbours = self._neighbours[normal] = self._find_neighbours(normal)
        return neighbours

    def _find_neighbours(self, normal: str) -> tuple[str, ...]:
        if len(normal) > self._most_letters:
            return ()  # so many edits apart from each that its deletions would be made for nothing
        sharing = {value for key in _deletions(normal) for value in self._by_deletion.get(key, ())} - {normal}
        near = sorted(value for value in sharing if OSA.distance(normal, value, score_cutoff=1) <= 1)
        if not near and normal not in self._texts:
            matches = process.extract(
                normal,
                list(self._texts),
                scorer=OSA.distance,
                score_cutoff=MAX_PROPOSAL_EDITS,
                limit=MAX_PROPOSAL_COUNT,
            )
            near = sorted(value for value, _, _ in matches)
        return tuple(near[:MAX_PROPOSAL_COUNT])


class KnownWords:
    """The words that decided values of a field hold, with how often; `total` counts all words of the field."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        """Take counts by word; the count under "" is that of all words."""
        self.counts = {word: count for word, count in counts.items() if word}
        self.total = counts.get("", 0.0)
        self._corrected: dict[str, str] = {}

    @cached_property
    def _values(self) -> KnownValues:
        return KnownValues({word: word for word in self.counts})

    def corrected(self, normal: str) -> str:
        """The text with each long unknown word replaced by the most frequent known word one edit away."""
        corrected = self._corrected.get(normal)
        if corrected is None:
            corrected = self._corrected[normal] = " ".join(map(self._corrected_word, normal.split(" ")))
        return corrected

    def _corrected_word(self, word: str) -> str:
        if word in self.counts or len(word) < MIN_CORRECTED_LETTER_COUNT or word[:1].isdigit():
            return word
        near = [other for other in self._values.neighbours(word) if OSA.distance(word, other) == 1]
        return max(near, key=lambda other: (self.counts[other], other), default=word)


def _deletions(normal: str) -> set[str]:
    """The text itself and the text without each of its characters: two texts one edit apart share one of these."""
    return {normal, *(normal[:at] + normal[at + 1 :] for at in range(len(normal)))}


# How decided values stand to the master data: which known value each is, and which keys speak against each other.


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMatch:
    """How a value stands to the master data of its field.

    "known" has the key and the value as the master data write it. "ambiguous" is several of them with keys that
    differ; "not in catalogue" is none. That it is this one is as probable as the value itself.
    """

    how: Literal["known", "ambiguous", "not in catalogue"]
    key: str | None = None
    value: str | None = None


def known_match(form: Form, decision: Decision) -> KnownMatch | None:
    """What the master data of a field say of its decided value; None where it has none, or no value."""
    field = prepared(form).fields.get(decision.key.name)
    if field is None or field.listed is None or decision.value is None:
        return None
    found = field.listed.get(field.normal(decision.text), [])
    if not found:
        return KnownMatch(how="not in catalogue")
    value, key = found[0]
    if any(other != key for _, other in found):
        return KnownMatch(how="ambiguous", value=value)
    return KnownMatch(how="known", key=key, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysApart:
    """Two values of one order, or of one of its lines, that have no key in common."""

    first: Decision
    second: Decision
    keys_of_first: tuple[str, ...]
    keys_of_second: tuple[str, ...]


def keys_apart(form: Form, decisions: Iterable[Decision]) -> Iterator[KeysApart]:
    """The values whose fields have the same keys of the same master data, and that have none in common.

    A value that is no known one says nothing, but where the field holds the keys themselves: it is then one that
    nobody has. `second` is such a field where one of the two is.
    """
    at = {(each.key.name, each.key.row): each for each in decisions if each.value is not None}
    for master, other in combinations(sorted(form.masters, key=_holds_keys), 2):
        if not master.key or (master.key, master.digest) != (other.key, other.digest):
            continue
        for (name, row), first in at.items():
            second = at.get((other.field, row))
            if name != master.field or second is None:
                continue
            ours, theirs = _keys(form, first), _keys(form, second)
            if ours and theirs and not set(ours) & set(theirs):
                yield KeysApart(first=first, second=second, keys_of_first=ours, keys_of_second=theirs)


def _holds_keys(master: Master) -> bool:
    """Whether the values of a field are keys themselves, as customer numbers are."""
    return all(value == key for value, key in master.values)


def _keys(form: Form, decision: Decision) -> tuple[str, ...]:
    """The keys that a value may be of; of a field of keys the value itself where it is no known one."""
    field = prepared(form).fields[decision.key.name]
    found = tuple(key for _, key in (field.listed or {}).get(field.normal(decision.text), ()))
    holds = any(_holds_keys(master) for master in form.masters if master.field == decision.key.name)
    return found or ((str(decision.value),) if holds else ())
