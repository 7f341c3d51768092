"""A form's rules: sums and comparisons parsed once, never evaluated as code, checked in exact decimals.

The grammar: one comparison (== != <= >= < >) of two terms. A term is a number, a field ("subtotal"), a column
("lines.amount"), + - * / of terms, round(term) to the minor unit of the form's currency, round(term, digits), or
sum(term) over the rows of one table. A rule with a column outside sum is checked once for every row. Dates can only be
compared.

In the values given, None is a blank field. It makes a rule silent, and sum leaves its row out. A field that is missing
from the values is not known: every rule that touches it is silent, sums too.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from operator import add, mul, sub, truediv

from transcribe.fields import Facts, facts_of
from transcribe.model import FieldKey, Form, Rule, Value
from transcribe.rule_grammar import Comparison, parse_check
from transcribe.values import minor_digits

# One side of a rule as a function of the form's values: a parsed term bound to the fields of one scan.
#
# Only terms that `transcribe.rule_grammar` has accepted come here.

Operand = Decimal | date | None
"""A field's value as rules calculate with it; None for a blank."""

Term = Callable[[Mapping[FieldKey, Operand]], Operand]
Operation = Callable[[Decimal, Decimal], Decimal]

_OPERATIONS: dict[type[ast.operator], Operation] = {ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv}


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The row, the rows of each table and the decimals of the currency that a term is bound to.

    `row` is None for a term without columns outside `sum`. `smooth` leaves rounding out, for solving. `keys` collects
    the fields met, in the order of the rule.
    """

    row: int | None
    rows: Mapping[str, Sequence[int]]
    digits: int
    smooth: bool
    keys: dict[FieldKey, None] = field(default_factory=dict)


def bind(node: ast.expr, binding: Binding) -> Term:
    """The term as a function of values, which gives None where an operand is blank.

    The function raises KeyError where an operand is missing from the values.
    """
    match node:
        case ast.Constant(value=number):
            constant = Decimal(str(number))
            return lambda values: constant
        case ast.UnaryOp(op=sign, operand=inner):
            return _signed(isinstance(sign, ast.USub), bind(inner, binding))
        case ast.BinOp(left=left, op=operator, right=right):
            return _calculated(_OPERATIONS[type(operator)], bind(left, binding), bind(right, binding))
        case ast.Name(id=name):
            return _looked_up(FieldKey(name), binding)
        case ast.Attribute(value=ast.Name(id=table), attr=column):
            return _looked_up(FieldKey(f"{table}.{column}", binding.row), binding)
        case ast.Call(func=ast.Name(id="sum"), args=[inner]):
            rows = binding.rows.get(_table_of(inner), ())
            return _summed([bind(inner, replace(binding, row=row)) for row in rows])
        case ast.Call(args=[inner, ast.Constant(value=int(digits))]):
            return bind(inner, binding) if binding.smooth else _rounded(bind(inner, binding), digits)
        case ast.Call(args=[inner]):
            return bind(inner, binding) if binding.smooth else _rounded(bind(inner, binding), binding.digits)
    raise ValueError(f"not of the grammar: {ast.unparse(node)}")


def _looked_up(key: FieldKey, binding: Binding) -> Term:
    binding.keys[key] = None
    return lambda values: values[key]


def _signed(minus: bool, term: Term) -> Term:
    def signed(values: Mapping[FieldKey, Operand]) -> Operand:
        number = term(values)
        return -number if minus and isinstance(number, Decimal) else number

    return signed


def _calculated(operation: Operation, left: Term, right: Term) -> Term:
    def calculated(values: Mapping[FieldKey, Operand]) -> Operand:
        first, second = left(values), right(values)
        if isinstance(first, Decimal) and isinstance(second, Decimal):
            return operation(first, second)
        return None

    return calculated


def _summed(terms: Sequence[Term]) -> Term:
    """The sum of the rows that are not blank; None where all are, so that an empty table proves nothing."""

    def summed(values: Mapping[FieldKey, Operand]) -> Operand:
        numbers = [number for term in terms if isinstance(number := term(values), Decimal)]
        return sum(numbers, Decimal(0)) if numbers else None

    return summed


def _rounded(term: Term, digits: int) -> Term:
    unit = Decimal(1).scaleb(-digits)

    def rounded(values: Mapping[FieldKey, Operand]) -> Operand:
        number = term(values)
        return number.quantize(unit, ROUND_HALF_UP) if isinstance(number, Decimal) else number

    return rounded


def _table_of(node: ast.expr) -> str:
    return next(
        part.value.id for part in ast.walk(node) if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)
    )


Values = Mapping[FieldKey, Operand]
"""The values of a scan's fields as rules calculate with them."""

_FINEST_QUANTITY = Decimal("1e-6")
"""The finest unit of a solved quantity: no form has quantities with more decimals. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of a rule: `found` is its left side, `expected` its right side, rounded as they are compared."""

    holds: bool
    expected: Decimal | date
    found: Decimal | date


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInstance:
    """A rule bound to its fields, and to one row where it has columns outside `sum`; `keys` are these fields."""

    rule: str
    row: int | None
    keys: tuple[FieldKey, ...]
    comparison: Comparison
    tolerance: Decimal
    """Half the minor unit where a field is an amount, so that a half may be rounded either way; else 0."""
    left: Term = field(repr=False, compare=False)
    right: Term = field(repr=False, compare=False)
    smooth_left: Term = field(repr=False, compare=False)
    smooth_right: Term = field(repr=False, compare=False)
    facts: Mapping[FieldKey, Facts] = field(repr=False, compare=False)
    digits: int = field(repr=False)

    def check(self, values: Values) -> CheckResult | None:
        """The result for these values; None where the rule is silent (blank, unknown, division by 0)."""
        sides = self._sides(values)
        if sides is None:
            return None
        found, expected, gap = sides
        return CheckResult(holds=self._holds(gap), expected=self._shown(expected), found=self._shown(found))

    def holds(self, values: Values) -> bool | None:
        """Whether the values satisfy the rule, None where it is silent; faster than `check`, without the sides."""
        sides = self._sides(values)
        return None if sides is None else self._holds(sides[2])

    def _sides(self, values: Values) -> tuple[Decimal | date, Decimal | date, Decimal] | None:
        """The left side, the right side, and left less right (of dates in days); None where the rule is silent."""
        try:
            found, expected = self.left(values), self.right(values)
        except (KeyError, ArithmeticError):
            return None
        if isinstance(found, Decimal) and isinstance(expected, Decimal):
            return found, expected, found - expected
        if isinstance(found, date) and isinstance(expected, date):
            return found, expected, Decimal((found - expected).days)
        return None

    def _holds(self, gap: Decimal) -> bool:
        equal = abs(gap) <= self.tolerance
        match self.comparison:
            case "==":
                return equal
            case "!=":
                return not equal
            case "<=":
                return equal or gap < 0
            case ">=":
                return equal or gap > 0
            case "<":
                return not equal and gap < 0
            case ">":
                return not equal and gap > 0

    def _shown(self, number: Decimal | date) -> Decimal | date:
        if not self.tolerance or not isinstance(number, Decimal):
            return number
        try:
            return number.quantize(Decimal(1).scaleb(-self.digits))
        except InvalidOperation:  # more digits than the context holds: no form has such a number, show it as it is
            return number


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule of a form, parsed and checked against its fields."""

    name: str
    comparison: Comparison
    left: ast.expr = field(repr=False, compare=False)
    right: ast.expr = field(repr=False, compare=False)
    names: tuple[str, ...]
    table: str | None
    """The table whose rows the rule is checked for; None for a rule of the whole form."""
    facts: Mapping[str, Facts] = field(repr=False)
    digits: int

    def instances(self, keys: Iterable[FieldKey]) -> list[RuleInstance]:
        """The rule for the fields that a scan has: one instance, or one for each row of the rule's table."""
        rows_of: dict[str, set[int]] = {}
        for key in keys:
            if key.table is not None and key.row is not None:
                rows_of.setdefault(key.table, set()).add(key.row)
        rows = {table: sorted(numbers) for table, numbers in rows_of.items()}
        chosen: Sequence[int | None] = [None] if self.table is None else rows.get(self.table, [])
        return [self._instance(row, rows) for row in chosen]

    def _instance(self, row: int | None, rows: Mapping[str, Sequence[int]]) -> RuleInstance:
        exact = Binding(row=row, rows=rows, digits=self.digits, smooth=False)
        smooth = Binding(row=row, rows=rows, digits=self.digits, smooth=True)
        left, right = bind(self.left, exact), bind(self.right, exact)
        keys = tuple(exact.keys)
        money = any(self.facts[key.name].is_money for key in keys)
        return RuleInstance(
            rule=self.name,
            row=row,
            keys=keys,
            comparison=self.comparison,
            tolerance=Decimal(5).scaleb(-self.digits - 1) if money else Decimal(0),
            left=left,
            right=right,
            smooth_left=bind(self.left, smooth),
            smooth_right=bind(self.right, smooth),
            facts={key: self.facts[key.name] for key in keys},
            digits=self.digits,
        )


def compile_rules(form: Form) -> tuple[CompiledRule, ...]:
    """The form's rules, in its order. FormError names the rule and what is wrong with it."""
    return tuple(_compile(rule, form) for rule in form.rules)


def operand(value: Value, facts: Facts) -> Operand:
    """A field's typed value as rules calculate with it.

    None for a blank and for types other than numbers and dates.
    """
    if value is None:
        return None
    if facts.is_number:
        return Decimal(str(value))
    return date.fromisoformat(str(value)) if facts.is_day else None


def solve(instance: RuleInstance, values: Values, unknown: FieldKey) -> Decimal | None:
    """The number for `unknown` that makes an equation hold, all else as in `values`; None where there is none.

    The difference of the sides must be linear in the number: two points give the line, a third confirms it. Rounding
    inside the rule is left out for that. The solution is rounded as its field is written, and given only if the rule
    then holds.
    """
    facts = instance.facts.get(unknown)
    if instance.comparison != "==" or facts is None or not facts.is_number:
        return None
    try:
        first, second, third = (_side_difference(instance, {**values, unknown: Decimal(point)}) for point in (0, 1, 2))
        if first is None or second is None or third is None:
            return None
        slope = second - first
        if abs(third - second - slope) > _FINEST_QUANTITY or abs(slope) < _FINEST_QUANTITY:
            return None
        solution = _rounded_as_written(-first / slope, facts, instance.digits)
    except (KeyError, ArithmeticError):
        return None
    check = instance.check({**values, unknown: solution})
    return solution if check is not None and check.holds else None


def _side_difference(instance: RuleInstance, values: Values) -> Decimal | None:
    left, right = instance.smooth_left(values), instance.smooth_right(values)
    return left - right if isinstance(left, Decimal) and isinstance(right, Decimal) else None


def _rounded_as_written(number: Decimal, facts: Facts, digits: int) -> Decimal:
    if facts.is_money:
        return number.quantize(Decimal(1).scaleb(-digits))
    if facts.has_decimals:
        return Decimal(f"{number.quantize(_FINEST_QUANTITY).normalize():f}")
    return number.quantize(Decimal(1))


def _compile(rule: Rule, form: Form) -> CompiledRule:
    parsed = parse_check(rule, form)
    return CompiledRule(
        name=rule.name or rule.check,
        comparison=parsed.comparison,
        left=parsed.left,
        right=parsed.right,
        names=parsed.names,
        table=parsed.table,
        facts={each.name: facts_of(each.type) for each in form.all_fields()},
        digits=minor_digits(form.currency),
    )
