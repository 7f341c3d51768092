"""Numbers as a locale writes them, read with tolerance for separators, signs, currencies and units on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    get_territory_currencies,
    list_currencies,
)

from transcribe.model import Field, Form
from transcribe.values.folding import tidy

_MAX_DIGIT_COUNT = 24
"""A longer number is none. Chosen by hand."""

_NEGATIVE = re.compile(r"^\((.*)\)$|^-(.*)$|^(.*[^-,.\s])\s*-$")
"""A negative number: in brackets, or with a minus before or after it."""

_FILLERS = re.compile(r"^[*=#\s]+|[*=#\s]+$")
"""Signs that fill the room beside a number."""

_NO_CENTS = re.compile(r"[.,]\s?-{1,2}$")
"""A dash in place of cents."""

_LOOSE_SEPARATOR = re.compile(r"\s*([.,'])\s*(?=\d)")
"""A separator with spaces beside it."""

_ANY_LETTER = r"[^\W\d_]"
"""A letter of any script."""

_EDGE_WORDS = re.compile(
    rf"^(?P<before>{_ANY_LETTER}+\.?|\W)?\s*(?P<rest>.*?)\s*(?P<after>{_ANY_LETTER}+\.?|\W)?$", re.DOTALL
)
"""A text with the word or sign before it, and that after it."""

_LAST_DOTS = re.compile(r"(?<=\d)[.,]+$")
"""Specks and dots after a number."""

_COLON = re.compile(r"(?<=\d)[:;](?=\d\d$)")
"""A colon where the decimal separator of money stands: a comma or point with a speck over it, as engines read it."""

_SIGN_INSIDE = re.compile(r"^(\d[\d .]*)\s?([€$£])\s?(\d\d)$")
"""Money with its sign in place of the decimal point: 12€50."""

UNITS = frozenset(
    "x pc pcs pce pces piece pieces pièce pièces ud uds ea each un unit units unité unités stk stück kg gr mg cl ml dl "
    "cm mm km lot lots box boxes boîte boîtes carton cartons paquet paquets rouleau rouleaux".split()
)
"""Words that may stand beside a quantity. None but x has one letter: a lone l or O there is a misread digit."""

_MONEY_WORDS = frozenset("euro euros eur rm rs kr fr frs f chf dollar dollars pound pounds livre livres hk us".split())
"""Words for money besides ISO 4217 codes."""


SHARED_SIGNS = {
    "dollar": frozenset({"$"}),
    "peso": frozenset({"$"}),
    "pound": frozenset({"£", "livre", "livres"}),
    "yuan": frozenset({"¥"}),
    "krona": frozenset({"kr"}),
    "króna": frozenset({"kr"}),
    "krone": frozenset({"kr"}),
    "franc": frozenset({"f", "fr", "frs"}),
    "rupee": frozenset({"rs"}),
}
"""Signs and words that several currencies share -> the English name that these currencies have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number read from a text, and the currency or unit beside it, "" for none."""

    amount: Decimal
    beside: str


@lru_cache(maxsize=512)
def locale_of(name: str) -> Locale:
    """Babel's locale of a form ("fr_FR"); English where CLDR does not know it."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def currency_of(field: Field, form: Form) -> str:
    """The ISO 4217 code of a field's amounts: the field's own, else the form's."""
    return field.currency or form.currency


@lru_cache(maxsize=256)
def minor_digits(currency: str) -> int:
    """How many decimals the minor unit of a currency has (ISO 4217, from CLDR): EUR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


@lru_cache(maxsize=65536)
def read_number(text: str, locale: str, minor: int | None) -> Number | None:
    """The number that a text means in a locale, None where it is none.

    The locale's decimal symbol is decimal. Another single point or comma groups thousands where exactly three digits
    follow it, and either the locale groups with it or money of `minor` decimals would not have three. Else it is
    decimal too (12.50 on a French form). Where both stand, the last is decimal, and so it is where money has as many
    digits behind it as its minor unit (1.234.50). `minor` is None for quantities.
    """
    text = _FILLERS.sub("", tidy(text))
    if len(text) > 4 * _MAX_DIGIT_COUNT:
        return None
    text, negative = _sign(_NO_CENTS.sub("", text))
    text, beside = _beside(text, locale, minor)
    text = _NO_CENTS.sub("", text)
    if not negative:
        text, negative = _sign(text)
    text = _LAST_DOTS.sub("", text)
    if minor == 2:
        text = _COLON.sub(".", text)
    digits = _digits(_LOOSE_SEPARATOR.sub(r"\1", text), locale, minor)
    if digits is None or len(digits) > _MAX_DIGIT_COUNT:
        return None
    amount = Decimal(digits)
    if len(plain_number(amount, minor or 0)) > _MAX_DIGIT_COUNT:
        return None  # with its decimals it is written longer than what is read
    return Number(amount=-amount if negative and amount else amount, beside=beside)


def has_fillers(text: str) -> bool:
    """Whether signs such as * or # stand beside the text. So does %, which is seen where a 6 or 8 stands."""
    bare = tidy(text)
    return _FILLERS.sub("", bare) != bare or "%" in bare


def rough_number(text: str, locale: str, minor: int | None) -> str:
    """A text that is no number, written like one: "1 234,5O EUR" is "1234.5o".

    So it stays near the number that was misread.
    """
    plain = tidy(tidy(text).casefold())
    bare = tidy(_beside(_FILLERS.sub("", plain), locale, minor)[0].replace(" ", "").replace("'", ""))
    head, mark, tail = _last_separator(bare)
    bare = re.sub(r"[.,]", "", head) + ("." + tail if mark and len(tail) <= 2 else tail)
    again = _beside(_FILLERS.sub("", bare), locale, minor)[0]
    settled = tidy(bare) == again == bare and read_number(bare, locale, minor) is None
    return bare if settled and bare else plain


def plain_number(amount: Decimal, least: int = 0) -> str:
    """A decimal as text, with `least` decimals at least and no needless ones: "1234.50"."""
    whole, _, part = f"{amount:f}".partition(".")
    part = part.rstrip("0").ljust(least, "0")
    return f"{whole}.{part}" if part else whole


def comparable_number(amount: Decimal, least: int = 0) -> str:
    """`plain_number` with three decimals written as four, so that no locale takes the point for thousands."""
    text = plain_number(amount, least)
    return text + "0" if len(text.partition(".")[2]) == 3 else text


@lru_cache(maxsize=16384)
def write_number(amount: Decimal, locale: str, least: int = 0) -> str:
    """A decimal as the locale writes it, thousands grouped, with at least `least` decimals."""
    where = locale_of(locale)
    pattern = where.decimal_formats[None].pattern.partition(".")[0] + ("." + "0" * least if least else "")
    return format_decimal(amount, format=pattern, locale=where, decimal_quantization=False)


@lru_cache(maxsize=256)
def currency_words(currency: str, locale: str) -> frozenset[str]:
    """The words and signs for a currency beside an amount, in lower case; also those that it shares with others."""
    signs = {currency, *(get_currency_symbol(currency, locale=name) for name in ("en", "fr", "es", "de"))}
    signs.add(get_currency_symbol(currency, locale=locale_of(locale)))
    kind = get_currency_name(currency, locale="en").casefold().split()[-1]
    extra = {"EUR": {"€"}, "MYR": {"rm"}, "INR": {"₹"}, "CHF": {"sfr"}, "USD": {"us"}, "HKD": {"hk"}}
    own = signs | extra.get(currency, set()) | SHARED_SIGNS.get(kind, frozenset()) | {kind, f"{kind}s"}
    return frozenset(word.casefold().strip(".") for word in own)


def other_currency(text: str, field: Field, form: Form) -> str:
    """The sign, word or code of another currency than the field's that stands beside an amount; "" for none.

    A sign that several currencies share, as $, is one of the field's where that is among them.
    """
    currency = currency_of(field, form)
    number = read_number(text, form.locale, minor_digits(currency))
    if number is None or unit_beside(text, field, form):
        return ""
    if number.beside in currency_words(currency, form.locale):
        return ""
    return code if (code := number.beside.upper()) in list_currencies() else number.beside


def unit_beside(text: str, field: Field, form: Form) -> str:
    """The unit of a quantity that stands beside an amount, such as "x" or "kg"; "" for none."""
    number = read_number(text, form.locale, minor_digits(currency_of(field, form)))
    return number.beside if number is not None and (number.beside in UNITS or number.beside == "×") else ""


@lru_cache(maxsize=256)
def _known_words(locale: str) -> frozenset[str]:
    """Units, codes of currencies, words for money, and how the locale's country writes its own money: zł, Kč, Ft."""
    where = locale_of(locale)
    own = get_territory_currencies(where.territory) if where.territory else ()
    signs = {get_currency_symbol(code, locale=where).casefold().strip(".") for code in own}
    words = {sign for sign in signs if len(sign) > 1 and sign.isalpha()}
    return frozenset(code.casefold() for code in list_currencies()) | words | UNITS | _MONEY_WORDS


def _sign(text: str) -> tuple[str, bool]:
    found = _NEGATIVE.match(text)
    if found is None:
        return text, False
    return next(part for part in found.groups() if part is not None).strip(), True


def _beside(text: str, locale: str, minor: int | None) -> tuple[str, str]:
    """The text without the currency or unit at its edges, and that word; a sign between euros and cents is a point."""
    inside = _SIGN_INSIDE.match(text)
    if inside is not None:
        return f"{inside[1]}.{inside[3]}", inside[2]
    found = _EDGE_WORDS.match(text)
    if found is None:
        return text, ""
    before, after = (_word(found[name], locale, is_quantity=minor is None) for name in ("before", "after"))
    if before is None or after is None or not found["rest"]:
        return text, ""
    return found["rest"], before or after


def _word(text: str | None, locale: str, *, is_quantity: bool) -> str | None:
    """A known currency or unit in lower case, "" for nothing, None for what is neither. Quantities may be per cent."""
    if not text:
        return ""
    word = text.casefold().rstrip(".")
    if word in _known_words(locale) or text in "€$£¥₹₽₩₪₺₫₴₦₱₡₲₵×" or (is_quantity and text == "%"):
        return word
    return None


def _last_separator(text: str) -> tuple[str, str, str]:
    at = max(text.rfind("."), text.rfind(","))
    return (text[:at], text[at], text[at + 1 :]) if at >= 0 else (text, "", "")


@lru_cache(maxsize=256)
def _symbols(locale: str) -> tuple[str, str, int]:
    """The locale's decimal symbol and group symbol as tidied text has them, and the size of its higher groups."""
    where = locale_of(locale)
    decimal, group = tidy(get_decimal_symbol(where)), tidy(get_group_symbol(where))
    return decimal, group, where.decimal_formats[None].grouping[1]


def _digits(text: str, locale: str, minor: int | None) -> str | None:
    """Plain digits with at most one point, None where the text is no number."""
    decimal, group, high = _symbols(locale)
    if decimal not in ".,":
        text, decimal = text.replace(decimal, "."), "."
    if group and group not in ".,' ":
        text = text.replace(group, "'")
    whole, mark, part = _last_separator(text)
    others = whole.count(mark) if mark else 0
    if others and minor not in (None, 3) and len(part) == minor and _grouped(high).fullmatch(whole):
        others = 0  # a comma read as a point: 1.234.50
    if mark and (others or _groups(mark, part, decimal, group, minor)) and not (set(whole) & (set(".,") - {mark})):
        whole, part = text, ""
    if part and not _plain(part):
        return None
    if not (_plain(whole) or _grouped(high).fullmatch(whole) or (part and not whole)):
        return None
    bare = re.sub(r"\D", "", whole) or "0"
    return f"{bare}.{part}" if part else bare


def _plain(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _groups(mark: str, part: str, decimal: str, group: str, minor: int | None) -> bool:
    """Whether a single separator before `part` groups thousands."""
    if mark == decimal or len(part) != 3:
        return False
    return mark == group or (minor is not None and minor != 3)


@lru_cache(maxsize=8)
def _grouped(high: int) -> re.Pattern[str]:
    middle = r"\d{3}" if high == 3 else r"\d{2,3}"
    return re.compile(rf"\d{{1,3}}(?P<mark>[ .,'])(?:{middle}(?P=mark))*\d{{3}}", re.ASCII)
