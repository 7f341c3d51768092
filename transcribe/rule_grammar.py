"""The grammar of a form's rules: checks are parsed with `ast`, and their fields must be known and of the right type."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NoReturn, get_args

from transcribe.errors import FormError
from transcribe.fields import facts_of
from transcribe.model import Form, Rule

Comparison = Literal["==", "!=", "<=", ">=", "<", ">"]

_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.Gt: ">",
}

_MAX_CHECK_LENGTH = 1000
"""The most characters of a check. Longer ones were not written by a person, and could nest too deep to walk."""


_SHOWN_CHARACTER_COUNT = 100
"""So much of a check stands for the name of a rule without one. Chosen by hand."""

_MAX_CHECK_DEPTH = 100
"""The most terms inside each other in a check: a sum of 100 fields has so many. Deeper ones could not be walked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCheck:
    """A parsed check: two terms, the fields that they name, and the table of columns outside `sum` (None: no table)."""

    comparison: Comparison
    left: ast.expr
    right: ast.expr
    names: tuple[str, ...]
    table: str | None


def parse_check(rule: Rule, form: Form) -> ParsedCheck:
    """The rule's check, parsed and safe to bind. FormError names the rule and what is wrong with it."""
    types = {each.name: each.type for each in form.all_fields()}
    reader = _CheckReader(form=form, rule=rule.name or rule.check[:_SHOWN_CHARACTER_COUNT], types=types)
    tree = _comparison(rule.check, reader)
    left, right = tree.left, tree.comparators[0]
    if reader.term_type(left) != reader.term_type(right):
        reader.refuse("compares a date with a number")
    if len(reader.tables) > 1:
        reader.refuse(f"uses rows of several tables outside sum: {', '.join(sorted(reader.tables))}")
    if not reader.names:
        reader.refuse("names no field")
    table = next(iter(reader.tables), None)
    comparison = _COMPARISONS[type(tree.ops[0])]
    return ParsedCheck(comparison=comparison, left=left, right=right, names=tuple(reader.names), table=table)


def _comparison(check: str, reader: _CheckReader) -> ast.Compare:
    if len(check) > _MAX_CHECK_LENGTH:
        reader.refuse(f"is longer than {_MAX_CHECK_LENGTH} characters")
    try:
        with warnings.catch_warnings():  # Python would warn the terminal of what is refused here anyway
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(check.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if check.count("(") != check.count(")"):
            reader.refuse(f"has a bracket without its other half: {check!r}")
        reader.refuse(f"is no comparison: {check!r}")
    if _depth(tree) > _MAX_CHECK_DEPTH:
        reader.refuse(f"has more than {_MAX_CHECK_DEPTH} terms inside each other")
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARISONS:
        reader.refuse(f"must be one comparison of two terms with one of {' '.join(get_args(Comparison))}")
    return tree


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


@dataclass(slots=True, kw_only=True)
class _CheckReader:
    """Walks a rule once: notes its fields and the table of columns outside sum, and refuses all else."""

    form: Form
    rule: str
    types: Mapping[str, str]
    names: dict[str, None] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)

    def refuse(self, what: str) -> NoReturn:
        raise FormError(
            f"Form {self.form.name}, rule {self.rule!r} {what}. docs/adding-a-form.md shows how rules are written."
        )

    def term_type(self, node: ast.expr, inside: set[str] | None = None) -> str:
        """The type of a term, "number" or "date". `inside`, where given, collects the tables of columns under a sum."""
        match node:
            case ast.Constant(value=bool()):
                self.refuse("has a truth value where a number belongs")
            case ast.Constant(value=int() | float()):
                return "number"
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=term):
                return self._numbers(inside, term)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=right):
                return self._numbers(inside, left, right)
            case ast.Name(id=name):
                return self._field(name)
            case ast.Attribute(value=ast.Name(id=table), attr=column):
                (self.tables if inside is None else inside).add(table)
                return self._field(f"{table}.{column}")
            case ast.Call(func=ast.Name(id="sum"), args=[term], keywords=[]):
                return self._sum(term, inside)
            case ast.Call(func=ast.Name(id="round"), args=[term], keywords=[]):
                return self._numbers(inside, term)
            case ast.Call(func=ast.Name(id="round"), args=[term, ast.Constant(value=int(digits))], keywords=[]):
                if isinstance(digits, bool) or not 0 <= digits <= 9:
                    self.refuse("rounds to other than 0 to 9 decimals")
                return self._numbers(inside, term)
        return self.refuse(f"has {ast.unparse(node)!r}, which is not of the grammar: names, + - * /, sum, round")

    def _numbers(self, inside: set[str] | None, *terms: ast.expr) -> str:
        for term in terms:
            if self.term_type(term, inside) != "number":
                self.refuse(f"calculates with the date {ast.unparse(term)!r}; dates can only be compared")
        return "number"

    def _sum(self, term: ast.expr, inside: set[str] | None) -> str:
        if inside is not None:
            self.refuse("has a sum inside a sum")
        tables: set[str] = set()
        self._numbers(tables, term)
        if len(tables) != 1:
            self.refuse(f"sums over {len(tables)} tables in {ast.unparse(term)!r}; sum needs columns of one")
        return "number"

    def _field(self, name: str) -> str:
        type_name = self.types.get(name)
        if type_name is None:
            self.refuse(f"names {name!r}, which is no field of the form; known are {', '.join(self.types)}")
        facts = facts_of(type_name)
        if not facts.is_day and not facts.is_number:
            self.refuse(f"uses {name!r} of type {type_name}; rules take amount, decimal, integer and date")
        self.names[name] = None
        return "date" if facts.is_day else "number"
