"""The message of an order in Order-X 1.0, level comfort: terms of a record put where the standard has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import MAX_PREC, Decimal, localcontext
from xml.etree import ElementTree

from reconcile.records import PublishedRecord, ValueOrigin, sql_names
from transcribe.codes import RecordRule
from transcribe.forms import NOT_OF_XML, is_day, is_gtin, is_number, is_unit
from transcribe.model import FieldKey, OrderMapping, OrderTerm, Value

ADDRESS_PARTS = (
    ("postcode", "PostcodeCode"),
    ("street", "LineOne"),
    ("city", "CityName"),
    ("country", "CountryID"),
)
"""The terms of an address and their elements, in the order of the standard."""

OPTIONAL = frozenset(
    {"note", "ship_to_name", "requested_date"}
    | {f"{who}_{part}" for who in ("buyer", "seller") for part in ("postcode", "street", "city")}
)
"""The terms that an order does without where the paper has nothing there."""

GUIDELINE = "urn:order-x.eu:1p0:comfort"
"""The level of Order-X."""

ORDER_TYPE = "220"
"""UNTDID 1001: an order."""

TAX_TYPE = "VAT"
"""UNTDID 5153: value added tax."""

_ROOT = "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:128"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:128"
_NAMES = {"rsm": _ROOT, "ram": _RAM, "udt": _UDT}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMapped:
    """A term that a record does not give, the field that should, and why."""

    term: str
    field: str
    reason: str


@dataclass(slots=True, kw_only=True)
class OrderMessage:
    """A record and the terms that it is mapped by; `problems` are those that it does not give."""

    record: PublishedRecord
    order: OrderMapping
    problems: list[NotMapped] = field(default_factory=list)

    def has(self, term: str) -> bool:
        """Whether the form maps the term."""
        return term in self.order.terms

    def text(self, term: str, row: int | None = None) -> str:
        """The text of a term; "" where the record does not give it, and why is noted."""
        mapped = self.order.terms[term]
        if mapped.value:
            return mapped.value
        name = mapped.field
        value = self._value(name, row)
        if mapped.key:
            value = self._key(name, row if "." in name else None)
        if value is None or not str(value).strip():
            if term in OPTIONAL and not mapped.key and self._is_blank(name, row):
                return ""
            reason = "no value" if not mapped.key else "no one key in the master data"
            return self._problem(term, mapped, row, reason)
        if mapped.key and (other := self._excepted(RecordRule.ONE_KEY, name, row)):
            return self._problem(term, mapped, row, f"another value has another key ({other})")
        text = str(value)
        if mapped.codes and not mapped.codes.get(text):
            return self._problem(term, mapped, row, f"{text!r} is not among the codes of the mapping")
        if NOT_OF_XML.search(text):
            return self._problem(term, mapped, row, f"{text!r} has a character that XML cannot hold")
        return mapped.codes[text] if mapped.codes else text

    def number(self, term: str, row: int | None = None) -> str:
        """The number of a term as an exact decimal; "" where the record does not give it, and why is noted."""
        text, told = self.text(term, row), self.order.terms[term]
        if text and (other := self._other_currency(told.field, row)):
            return self._problem(term, told, row, f"it is in another currency ({other}) than the order")
        if text and not is_number(text):
            return self._problem(term, told, row, f"{text!r} is no number")
        return text

    def day(self, term: str) -> str:
        """The day of a term as 20261127; "" where the record does not give it, and why is noted."""
        text = self.text(term)
        if text and not is_day(text):
            return self._problem(term, self.order.terms[term], None, f"{text!r} is no date")
        return text.replace("-", "")

    def unit(self, row: int) -> str:
        """The unit of a line as a code of UN/ECE Recommendation 20."""
        text = self.text("line_unit", row)
        if text and not is_unit(text):
            told = self.order.terms["line_unit"]
            return self._problem("line_unit", told, row, f"{text!r} is no code of UN/ECE Recommendation 20")
        return text

    def gtin(self, row: int) -> str:
        """The article number of a line, which must be one: its check digit fits."""
        text = self.text("line_gtin", row)
        if text and not is_gtin(text):
            return self._problem("line_gtin", self.order.terms["line_gtin"], row, f"{text!r} is no GTIN")
        return text

    def rows(self) -> list[int]:
        """The numbers of the lines in which something stands."""
        return [int(str(line["row"])) for line in self.record.tables.get(self.order.lines, ())]

    def _value(self, name: str, row: int | None) -> Value:
        table, _, column = name.rpartition(".")
        if not table:
            return self.record.values.get(name)
        return next(
            (
                line.get(sql_names.key_in_line(table, column))
                for line in self.record.tables.get(table, ())
                if line["row"] == row
            ),
            None,
        )

    def _key(self, name: str, row: int | None) -> str | None:
        found = self._origin(name, row)
        return None if found is None else found.known_key

    def _origin(self, name: str, row: int | None) -> ValueOrigin | None:
        return next((each for each in self.record.origins if (each.field, each.row) == (name, row)), None)

    def _is_blank(self, name: str, row: int | None) -> bool:
        """Whether nothing stands there on the paper, rather than what nobody can read."""
        found = self._origin(name, row)
        return found is None or (found.no_value != "illegible" and not found.text.strip())

    def _other_currency(self, name: str, row: int | None) -> str:
        """The currency of an amount, or the sign beside it, where it is not the order's; else ""."""
        found = self._origin(name, row if "." in name else None)
        if found is None:
            return ""
        if sign := self._excepted(RecordRule.ONE_CURRENCY, name, found.row):
            return sign
        return "" if found.currency in (None, self.record.currency) else str(found.currency)

    def _excepted(self, rule: str, name: str, row: int | None) -> str:
        """The finding of a rule's exception about a field; "" where there is none."""
        key = str(FieldKey(name, row if "." in name else None))
        return next((each.found for each in self.record.exceptions if each.rule == rule and key in each.fields), "")

    def _problem(self, term: str, told: OrderTerm, row: int | None, reason: str) -> str:
        where = f"{told.field}[{row}]" if row is not None and "." in told.field else told.field
        self.problems.append(NotMapped(term=term, field=where, reason=reason))
        return ""


def order_xml(message: OrderMessage) -> tuple[bytes, list[NotMapped]]:
    """The order as XML, and the terms that the record does not give; with any of them it is none."""
    for prefix, name in _NAMES.items():
        ElementTree.register_namespace(prefix, name)
    root = ElementTree.Element(f"{{{_ROOT}}}SCRDMCCBDACIOMessageStructure")
    guideline = _add(_add(root, "rsm:ExchangedDocumentContext"), "ram:GuidelineSpecifiedDocumentContextParameter")
    _add(guideline, "ram:ID", GUIDELINE)
    document = _add(root, "rsm:ExchangedDocument")
    _add(document, "ram:ID", message.text("number"))
    _add(document, "ram:TypeCode", ORDER_TYPE)
    _add_day(_add(document, "ram:IssueDateTime"), message.day("date"))
    if message.has("note"):
        _add(_add(document, "ram:IncludedNote"), "ram:Content", message.text("note"))
    trade = _add(root, "rsm:SupplyChainTradeTransaction")
    rows = message.rows()
    if not rows:
        message.problems.append(NotMapped(term="lines", field=message.order.lines, reason="no line"))
    amounts = [_add_line(trade, message, row) for row in rows]
    with localcontext(prec=MAX_PREC):  # to the last digit, however many
        _add_header(trade, message, sum(amounts, Decimal(0)))
    _drop_empty(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), message.problems


def _add_line(trade: ElementTree.Element, message: OrderMessage, row: int) -> Decimal:
    """Add a line; gives its amount."""
    line = _add(trade, "ram:IncludedSupplyChainTradeLineItem")
    _add(_add(line, "ram:AssociatedDocumentLineDocument"), "ram:LineID", str(row + 1))
    product = _add(line, "ram:SpecifiedTradeProduct")
    if message.has("line_gtin"):
        _add(product, "ram:GlobalID", message.gtin(row), schemeID="0160")
    for term, name in (("line_seller_article", "SellerAssignedID"), ("line_buyer_article", "BuyerAssignedID")):
        if message.has(term):
            _add(product, f"ram:{name}", message.text(term, row))
    _add(product, "ram:Name", message.text("line_name", row))
    price = _add(_add(line, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
    _add(price, "ram:ChargeAmount", message.number("line_price", row))
    delivery = _add(line, "ram:SpecifiedLineTradeDelivery")
    _add(delivery, "ram:RequestedQuantity", message.number("line_quantity", row), unitCode=message.unit(row))
    settlement = _add(line, "ram:SpecifiedLineTradeSettlement")
    if message.has("line_tax_category"):
        tax = _add(settlement, "ram:ApplicableTradeTax")
        _add(tax, "ram:TypeCode", TAX_TYPE)
        _add(tax, "ram:CategoryCode", message.text("line_tax_category", row))
        if message.has("line_tax_rate"):
            _add(tax, "ram:RateApplicablePercent", message.number("line_tax_rate", row))
    amount = message.number("line_amount", row)
    summation = _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _add(summation, "ram:LineTotalAmount", amount)
    return Decimal(amount or 0)


def _add_header(trade: ElementTree.Element, message: OrderMessage, lines: Decimal) -> None:
    agreement = _add(trade, "ram:ApplicableHeaderTradeAgreement")
    if message.has("buyer_reference"):
        _add(agreement, "ram:BuyerReference", message.text("buyer_reference"))
    _add_party(_add(agreement, "ram:SellerTradeParty"), message, "seller")
    _add_party(_add(agreement, "ram:BuyerTradeParty"), message, "buyer")
    delivery = _add(trade, "ram:ApplicableHeaderTradeDelivery")
    if message.has("ship_to_name"):
        _add(_add(delivery, "ram:ShipToTradeParty"), "ram:Name", message.text("ship_to_name"))
    if message.has("requested_date") and (day := message.day("requested_date")):
        event = _add(delivery, "ram:RequestedDeliverySupplyChainEvent")
        _add_day(_add(event, "ram:OccurrenceDateTime"), day)
    _add_sums(_add(trade, "ram:ApplicableHeaderTradeSettlement"), message, lines)


def _add_sums(settlement: ElementTree.Element, message: OrderMessage, lines: Decimal) -> None:
    """The sums: without charges what is taxed is what the lines come to, as the standard defines it."""
    _add(settlement, "ram:OrderCurrencyCode", message.record.currency)
    sums = _add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    charges = message.number("charges") if message.has("charges") else ""
    _add(sums, "ram:LineTotalAmount", format(lines, "f"))
    if message.has("charges"):
        _add(sums, "ram:ChargeTotalAmount", charges)
    _add(sums, "ram:TaxBasisTotalAmount", format(lines + Decimal(charges or 0), "f"))
    if message.has("tax_total"):
        _add(sums, "ram:TaxTotalAmount", message.number("tax_total"), currencyID=message.record.currency)
    if message.has("total"):
        _add(sums, "ram:GrandTotalAmount", message.number("total"))


def _add_party(party: ElementTree.Element, message: OrderMessage, who: str) -> None:
    if message.has(f"{who}_id"):
        _add(party, "ram:ID", message.text(f"{who}_id"))
    _add(party, "ram:Name", message.text(f"{who}_name"))
    parts = {name: message.text(f"{who}_{part}") for part, name in ADDRESS_PARTS if message.has(f"{who}_{part}")}
    address = _add(party, "ram:PostalTradeAddress")
    for name, text in parts.items():
        _add(address, f"ram:{name}", text)
    if who == "buyer" and not any(parts.values()):
        why = "Order-X wants an address of the buyer, and there is no part of it"
        message.problems.append(NotMapped(term="buyer_country", field="", reason=why))
    if message.has(f"{who}_vat"):
        registration = _add(party, "ram:SpecifiedTaxRegistration")
        _add(registration, "ram:ID", message.text(f"{who}_vat"), schemeID="VA")


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    prefix, _, local = name.partition(":")
    given: Mapping[str, str] = {key: value for key, value in attributes.items() if value}
    made = ElementTree.SubElement(parent, f"{{{_NAMES[prefix]}}}{local}", dict(given))
    made.text = text
    return made


def _add_day(parent: ElementTree.Element, day: str) -> None:
    _add(parent, "udt:DateTimeString", day, format="102")


def _drop_empty(element: ElementTree.Element) -> None:
    """Take out elements of optional terms without a value, and what held nothing else; deliveries may be empty."""
    for child in list(element):
        _drop_empty(child)
        kept = child.tag == f"{{{_RAM}}}ApplicableHeaderTradeDelivery"
        if not len(child) and not child.text and not kept:
            element.remove(child)
