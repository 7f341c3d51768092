"""Patterns of headings that say whose name and address follow, and of titles that head a page."""

from __future__ import annotations

import re
from functools import cache

from transcribe.extraction.page_text.vocabulary import any_of


@cache
def issuer_heading_pattern() -> re.Pattern[str]:
    """Words over the name of the issuer."""
    return re.compile(rf"\b{any_of('issuer')}\b|^\W*{any_of('issuer_alone')}\W*$", re.IGNORECASE)


@cache
def recipient_heading_pattern() -> re.Pattern[str]:
    """Words over the name of the recipient."""
    return re.compile(rf"\b{any_of('recipient')}\b|^\W*{any_of('recipient_alone')}\W*$", re.IGNORECASE)


@cache
def customer_heading_pattern() -> re.Pattern[str]:
    """Words below which the customer's name and address stand."""
    return re.compile(rf"\b{any_of('customer_heading')}\b", re.IGNORECASE)


@cache
def delivery_heading_pattern() -> re.Pattern[str]:
    """Words over the address to which goods go. It is often another one than the invoice's."""
    return re.compile(rf"\b{any_of('delivery')}\b", re.IGNORECASE)


@cache
def person_title_pattern() -> re.Pattern[str]:
    """How the name of a person begins: with a title. An issuer of invoices has none."""
    return re.compile(rf"^\W*{any_of('person_title')}\W", re.IGNORECASE)


@cache
def bank_heading_pattern() -> re.Pattern[str]:
    """How a block begins that says where to pay."""
    return re.compile(rf"^\W*{any_of('bank')}\b", re.IGNORECASE)


@cache
def document_title_pattern() -> re.Pattern[str]:
    """How a line begins that says what the document is called, or its page."""
    return re.compile(rf"^\W*{any_of('document_title')}\b", re.IGNORECASE)


@cache
def invoice_title_pattern() -> re.Pattern[str]:
    """A line that is the title of an invoice and nothing else."""
    return re.compile(rf"^\W*{any_of('invoice_title')}\W*$", re.IGNORECASE)
