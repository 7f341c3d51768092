"""The keys of the table `[order_x]` of a form definition, and what all tables of a definition are made from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transcribe.i18n import worded


class DefinitionTable(BaseModel):
    """A table of the definition; an unknown key in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderTermTable(DefinitionTable):
    """A term of an electronic order: the value of a field, or a constant."""

    field: str = ""
    value: str = ""
    key: bool = False
    codes: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _field_or_value(self) -> OrderTermTable:
        if bool(self.field) == bool(self.value):
            raise ValueError(worded("What the order says is a field or a text, and not both.",
                                    command="a term needs a field or a value, and not both"))  # fmt: skip
        if self.value and (self.key or self.codes):
            raise ValueError(worded("A fixed text of the order has no codes and stands in no list.",
                                    command="key and codes belong to the value of a field"))  # fmt: skip
        return self


class OrderTable(DefinitionTable):
    """`[order_x]`: how a record becomes an electronic order. Terms that begin with line_ are of each line."""

    lines: str
    number: OrderTermTable
    date: OrderTermTable
    buyer_name: OrderTermTable
    seller_name: OrderTermTable
    line_name: OrderTermTable
    line_quantity: OrderTermTable
    line_unit: OrderTermTable
    line_price: OrderTermTable
    line_amount: OrderTermTable
    line_seller_article: OrderTermTable | None = None
    line_buyer_article: OrderTermTable | None = None
    line_gtin: OrderTermTable | None = None
    line_tax_category: OrderTermTable | None = None
    line_tax_rate: OrderTermTable | None = None
    buyer_reference: OrderTermTable | None = None
    buyer_id: OrderTermTable | None = None
    buyer_vat: OrderTermTable | None = None
    buyer_street: OrderTermTable | None = None
    buyer_postcode: OrderTermTable | None = None
    buyer_city: OrderTermTable | None = None
    buyer_country: OrderTermTable | None = None
    seller_id: OrderTermTable | None = None
    seller_vat: OrderTermTable | None = None
    ship_to_name: OrderTermTable | None = None
    requested_date: OrderTermTable | None = None
    note: OrderTermTable | None = None
    charges: OrderTermTable | None = None
    tax_total: OrderTermTable | None = None
    total: OrderTermTable | None = None
