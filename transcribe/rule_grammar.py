"""The grammar of a form's rules: checks are parsed with `ast`, and their fields must be known and of the right type."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NoReturn, get_args

from transcribe.errors import FormError
from transcribe.fields import facts_of
from transcribe.i18n import worded
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
        reader.refuse(
            "It compares a date with a number. Compare dates with dates, and numbers with numbers.",
            "compares a date with a number",
        )
    if len(reader.tables) > 1:
        reader.refuse(
            "It uses rows of several tables outside sum(...): %(tables)s. Write sum(TABLE.COLUMN).",
            "uses rows of several tables outside sum: %(tables)s",
            tables=", ".join(sorted(reader.tables)),
        )
    if not reader.names:
        reader.refuse("The rule is about no field. Write the name of one.", "names no field")
    table = next(iter(reader.tables), None)
    comparison = _COMPARISONS[type(tree.ops[0])]
    return ParsedCheck(comparison=comparison, left=left, right=right, names=tuple(reader.names), table=table)


def _comparison(check: str, reader: _CheckReader) -> ast.Compare:
    if len(check) > _MAX_CHECK_LENGTH:
        most = _MAX_CHECK_LENGTH
        reader.refuse("The rule is longer than %(most)s characters.", "is longer than %(most)s characters", most=most)
    try:
        with warnings.catch_warnings():  # Python would warn the terminal of what is refused here anyway
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(check.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if check.count("(") != check.count(")"):
            reader.refuse(
                "%(said)s: a bracket is opened and not closed, or closed and not opened. Write as many ( as ).",
                "has a bracket without its other half: %(said)r",
                said=check,
            )
        reader.refuse(
            "This is no rule. A rule compares two things, as total == net + tax; equal is written ==.",
            "is no comparison: %(said)r",
            said=check,
        )
    if _depth(tree) > _MAX_CHECK_DEPTH:
        reader.refuse(
            "The rule has too many brackets inside each other. Write two rules.",
            "has more than %(most)s terms inside each other",
            most=_MAX_CHECK_DEPTH,
        )
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARISONS:
        reader.refuse(
            "A rule compares two things with one of %(all)s, as total == net + tax.",
            "must be one comparison of two terms with one of %(all)s",
            all=" ".join(get_args(Comparison)),
        )
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

    def refuse(self, message: str, command: str, **values: object) -> NoReturn:
        """FormError with what is wrong, and of which rule for who writes the file."""
        told = f"Form %(form)s, rule %(rule)r {command}. docs/adding-a-form.md shows how rules are written."
        raise FormError(worded(message, command=told, form=self.form.name, rule=self.rule, **values))

    def term_type(self, node: ast.expr, inside: set[str] | None = None) -> str:
        """The type of a term, "number" or "date". `inside`, where given, collects the tables of columns under a sum."""
        match node:
            case ast.Constant(value=bool()):
                self.refuse(
                    "A rule has no True and no False. Write a number.", "has a truth value where a number belongs"
                )
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
                    self.refuse("Round to 0 to 9 decimals, as round(total, 2).", "rounds to other than 0 to 9 decimals")
                return self._numbers(inside, term)
        return self.refuse(
            "“%(part)s” cannot stand in a rule. A rule has names of fields, numbers, + - * /, sum(...) and round(...).",
            "has %(part)r, which is not of the grammar: names, + - * /, sum, round",
            part=ast.unparse(node),
        )

    def _numbers(self, inside: set[str] | None, *terms: ast.expr) -> str:
        for term in terms:
            if self.term_type(term, inside) != "number":
                self.refuse(
                    "“%(name)s” is a date: it can be compared, but not added or multiplied.",
                    "calculates with the date %(name)r; dates can only be compared",
                    name=ast.unparse(term),
                )
        return "number"

    def _sum(self, term: ast.expr, inside: set[str] | None) -> str:
        if inside is not None:
            self.refuse("A sum cannot stand inside a sum.", "has a sum inside a sum")
        tables: set[str] = set()
        self._numbers(tables, term)
        if len(tables) != 1:
            self.refuse(
                "“%(name)s” does not add up the rows of one table. Write sum(TABLE.COLUMN).",
                "sums over %(count)s tables in %(name)r; sum needs columns of one",
                count=len(tables),
                name=ast.unparse(term),
            )
        return "number"

    def _field(self, name: str) -> str:
        type_name = self.types.get(name)
        if type_name is None:
            self.refuse(
                "“%(name)s” is no field of this form. Its fields are %(known)s.",
                "names %(name)r, which is no field of the form; known are %(known)s",
                name=name,
                known=", ".join(self.types),
            )
        facts = facts_of(type_name)
        if not facts.is_day and not facts.is_number:
            self.refuse(
                "“%(name)s” cannot be reckoned with. Rules take amounts, numbers and dates.",
                "uses %(name)r of type %(type)s; rules take amount, decimal, integer and date",
                name=name,
                type=type_name,
            )
        self.names[name] = None
        return "date" if facts.is_day else "number"
