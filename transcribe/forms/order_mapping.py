"""The terms of an electronic order in a form definition, checked against the fields of the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from transcribe.errors import FormError
from transcribe.forms.mistakes import Mistake, Mistakes, mistake
from transcribe.forms.order_schema import OrderTermTable
from transcribe.forms.order_texts import WANTED
from transcribe.forms.schema import FormFile
from transcribe.forms.wrong_values import to_write
from transcribe.i18n import worded
from transcribe.model import OrderMapping, OrderTerm

LINE_PREFIX = "line_"
"""What the names of terms begin with that every line has."""


def order_mapping(file: str, said: FormFile, mistakes: Mistakes) -> OrderMapping | None:
    """The mapping of a form; None where it has none. What is wrong with a term is noted, and the term left out."""
    if said.order_x is None:
        return None
    table = next((each for each in said.table if each.name == said.order_x.lines), None)
    if table is None:
        told = worded("The order has its lines from “%(table)s”, which is no table of this form.",
                      command='the form has no table "%(table)s".', table=said.order_x.lines)  # fmt: skip
        mistakes.found.append(mistake(file, ("order_x", "lines"), told))
        return None
    plain = {each.name for each in said.field if each.personal != "payment"}
    listed = {each.field for each in said.master}
    found = {}
    for name in said.order_x.model_fields_set - {"lines"}:
        term: OrderTermTable | None = getattr(said.order_x, name)
        if term is None:
            continue
        known = {f"{table.name}.{each.name}" for each in table.column} if name.startswith(LINE_PREFIX) else set()
        with mistakes.noted():
            found[name] = _checked(partial(mistake, file, ("order_x", name)), term, plain | known, listed)
    return OrderMapping(lines=table.name, terms=dict(sorted(found.items())))


def _checked(wrong: Callable[[str], Mistake], term: OrderTermTable, known: set[str], listed: set[str]) -> OrderTerm:
    if term.field and term.field not in known:
        raise FormError(wrong(worded(
            "The order takes “%(field)s”, which is no field of this form, or payment data.",
            command='there is no field "%(field)s" here, or it is payment data.', field=term.field,
        )))  # fmt: skip
    if term.key and term.field not in listed:
        raise FormError(wrong(worded(
            "The order takes the number of “%(field)s” in a list of known values, and it has no list.",
            command='the field "%(field)s" has no master data, and so no key.', field=term.field,
        )))  # fmt: skip
    return OrderTerm(field=term.field, value=term.value, key=term.key, codes=term.codes)


def impossible_constants(file: str, order: OrderMapping | None) -> list[Mistake]:
    """What no order can have of what a mapping says itself: a constant, or the code of a value."""
    told: list[Mistake] = []
    for name, term in order.terms.items() if order else ():
        if name in WANTED:
            is_right, wanted, command = WANTED[name]
            said = [each for each in (term.value, *term.codes.values()) if each]
            wrong = dict.fromkeys(each for each in said if not is_right(each))
            told += [
                mistake(file, ("order_x", name), to_write(name, worded(wanted, command=command), each))
                for each in wrong
            ]
    return told
