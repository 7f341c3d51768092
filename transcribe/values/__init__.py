"""Text to typed values and back: folding, numbers, dates, patterns, word lists."""

from transcribe.values.dates import damaged_date_parts, date_of_parts, date_parts, date_separator, date_text, day_order
from transcribe.values.folding import (
    as_written,
    fold,
    has_letter,
    plain,
    shown_controls,
    tidy,
    without_accents,
    without_marks,
)
from transcribe.values.numbers import (
    Number,
    comparable_number,
    currency_of,
    has_fillers,
    locale_of,
    minor_digits,
    other_currency,
    plain_number,
    read_number,
    rough_number,
    write_number,
)
from transcribe.values.patterns import breaks_pattern, found_pattern, pattern_advice, pattern_fault, shaped_by_pattern
from transcribe.values.word_lists import any_word, word_lists

__all__ = [
    "Number",
    "any_word",
    "as_written",
    "breaks_pattern",
    "comparable_number",
    "currency_of",
    "damaged_date_parts",
    "date_of_parts",
    "date_parts",
    "date_separator",
    "date_text",
    "day_order",
    "fold",
    "found_pattern",
    "has_fillers",
    "has_letter",
    "locale_of",
    "minor_digits",
    "other_currency",
    "pattern_advice",
    "pattern_fault",
    "plain",
    "plain_number",
    "read_number",
    "rough_number",
    "shaped_by_pattern",
    "shown_controls",
    "tidy",
    "without_accents",
    "without_marks",
    "word_lists",
    "write_number",
]
