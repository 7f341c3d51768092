"""Tests of the field types, with a form and a field to try them on."""

from __future__ import annotations

from transcribe.model import Blank, Field, Form


def blank_form(locale: str = "fr_FR", currency: str = "EUR", *, free: bool = False, **options: str) -> Form:
    """A form of one page without fields: field types ask it for its locale, currency, layout and options."""
    return Form(
        name="order",
        version=1,
        title={"en": "Order"},
        languages=("fra",),
        locale=locale,
        currency=currency,
        digest="0" * 64,
        blanks=(Blank(path=None if free else "order.png", size=(1654, 2339)),),
        fields=(),
        options=options,
    )


def field_of(type_: str, pattern: str | None = None, examples: tuple[str, ...] = ()) -> Field:
    """A field of a type."""
    return Field(name="it", type=type_, label={"en": "It"}, pattern=pattern, examples=examples)
