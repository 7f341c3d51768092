"""One side of a rule as a function of the form's values: a parsed term bound to the fields of one scan.

Only terms that `transcribe.rule_grammar` has accepted come here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import add, mul, sub, truediv

from transcribe.model import FieldKey

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
