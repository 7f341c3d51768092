"""The facts of a field type, so that no other room names a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from transcribe.model import Value

Family = Literal["line text", "short text", "code", "amount", "date", "mark"]
"""Trust, calibration and the choice between model and majority are kept by family."""

Quantity = Literal["words", "money", "number", "count", "day", "mark"]
"""Kinds of values: free characters, an amount of a currency, a number that may have decimals, a whole number, a day,
or yes and no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a field type.

    A fact that is left out is that of a code whose shapes are not learnt.
    """

    name: Mapping[str, str]
    """Its name, by language, as one picks a type."""

    plural: Mapping[str, str]
    """The name of its fields, by language."""

    rank: int = 99
    """Its place where people pick a type, the most usual ones first."""

    colour: str = "#0b5fa5"
    """The colour of its boxes on a picture of the blank."""

    input_mode: str = "text"
    """The HTML inputmode of its box: text, decimal, numeric, tel, email."""

    family: Family = "code"
    """The types whose trust and calibration it shares."""

    holds: Quantity = "words"
    """The kind of its values."""

    exact: bool = True
    """True if nearly equal values differ (codes, amounts, dates). Such readings never agree "closely"."""

    prior: float | None = None
    """The probability of one value, where all are as likely. None where the words of a value tell how likely it is."""

    has_check_digit: bool = False
    """True if a right check digit vouches for a value. `faults` names a wrong one "check digit"."""

    has_shapes: bool = False
    """True if shapes of values are learnt, as only a pattern is known of them."""

    may_be_listed: bool = False
    """Whether its values may be known beforehand, in a list that a form brings."""

    is_choice: bool = False
    """Whether its values are a few words, the examples of the field."""

    is_ticked: bool = False
    """Whether its mark is a tick in a box of its own."""

    is_of_cards: bool = False
    """Whether payment cards have such numbers."""

    barcode: Literal["", "may be", "is"] = ""
    """Whether its values are printed as barcodes."""

    in_head: Literal["", "party", "place"] = ""
    """Which fact of the sender it is, if the head of a page prints it without a label; "" for none."""

    guessed: int = 0
    """Its place among types that are guessed from texts alone, the narrowest first; 0 for none."""

    labels: Mapping[str, int] = field(default_factory=dict)
    """Words of labels of such fields, with the place in the order in which labels are looked through.

    Each is a regular expression, or "#" and the name of a list in transcribe/fields/words.
    """

    example: Value = None
    """A value, as `parse` gives it, that is not written alike on all forms."""

    fault_words: Mapping[str, str] = field(default_factory=dict)
    """A sentence in English for each code of `faults` that is its own.

    It is said in other languages where the catalogues have it, and as it stands where they have not.
    """

    spelled_out: Callable[[str], str] = str
    """The comparable text with its short words in full, as readings are compared when they are weighed."""

    @property
    def is_text(self) -> bool:
        """Whether its values are free text. A source may write such text in conventions of its own."""
        return self.family in ("line text", "short text")

    @property
    def is_mark(self) -> bool:
        """Whether its values are yes and no."""
        return self.holds == "mark"

    @property
    def is_day(self) -> bool:
        """Whether its values are days."""
        return self.holds == "day"

    @property
    def is_money(self) -> bool:
        """Whether its values are amounts of a currency."""
        return self.holds == "money"

    @property
    def is_plain_number(self) -> bool:
        """Whether its values are numbers without a currency: nobody fills the room beside them, as **12.50**."""
        return self.holds in ("number", "count")

    @property
    def has_decimals(self) -> bool:
        """Whether its values have a decimal point to lose."""
        return self.holds in ("money", "number")

    @property
    def is_number(self) -> bool:
        """Whether rules calculate with its values."""
        return self.holds in ("money", "number", "count")

    @property
    def is_all_digits(self) -> bool:
        """True if a letter in a value can only be a misread digit."""
        return self.is_number or self.is_day or self.input_mode == "tel"

    @property
    def is_one_value(self) -> bool:
        """Whether a field holds one value of few characters, and no free text."""
        return not (self.has_shapes or self.in_head or self.is_choice)

    @property
    def is_searchable(self) -> bool:
        """Whether the words of its values are searched in records; who knows a whole number asks for it."""
        return self.holds == "words" and not self.has_check_digit

    @property
    def is_indexed(self) -> bool:
        """Whether orders are looked for by its values: by their number, their day and what they cost."""
        return self.is_free_code or self.is_day or self.is_money

    @property
    def repairable_faults(self) -> tuple[str, ...]:
        """The faults that one changed character may mend."""
        return ("check digit", "not a number") if self.has_check_digit else ("not a date",) if self.is_day else ()

    @property
    def is_one_word(self) -> bool:
        """True if a value is one word beside its label. Numbers of cards stand in groups."""
        return self.holds == "words" and self.exact and not self.is_choice and not self.is_of_cards

    @property
    def is_free_text(self) -> bool:
        """Whether it is any text."""
        return self.has_shapes and not self.exact

    @property
    def is_free_code(self) -> bool:
        """Whether it is any code, such as the number of an order."""
        return self.has_shapes and self.exact


ANY_TEXT = Facts(name={}, plural={}, family="short text", exact=False)
"""The facts of a type that was removed, and that old records may have."""
