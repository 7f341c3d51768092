"""Two English forms: combs of boxes for single characters, and a tinted page with dark bars."""

from __future__ import annotations

from typing import Any

from tests.bench.world.definition import About
from tests.bench.world.sheet import Area, Column, Sheet, Table

SUPPLY = About(name="supply-request", title="Supply request", language="en", currency="GBP")
PARTS = About(
    name="parts-order",
    title="Parts order",
    language="en",
    currency="GBP",
    rules=("items.amount == items.quantity * items.price",),
)


def supply() -> Sheet:
    return Sheet(width=1654, height=2339, family="round", colour=(40, 40, 40))


def combed(
    sheet: Sheet,
    name: str,
    type: str,
    kind: str,
    at: tuple[int, int],
    label: str,
    groups: tuple[int, ...],
    **more: Any,
) -> None:
    """A comb of boxes under its label."""
    x, y = at
    sheet.text(x, y - 10, label, 22)
    box = sheet.comb(x, y, groups, 44, 58, 16)
    sheet.spot(name, type, kind, box, label, cells=groups, **more)


def ruled(sheet: Sheet, name: str, type: str, kind: str, box: Area, label: str, **more: Any) -> None:
    sheet.text(box[0], box[1] - 10, label, 22)
    sheet.frame(box, 1.6)
    sheet.spot(name, type, kind, box, label, **more)


def draw_supply(sheet: Sheet) -> None:
    """Combs for codes and dates, boxes for the rest."""
    sheet.frame((70, 70, 1584, 190), 3)
    sheet.text(100, 150, "NORTHGATE CARE HOMES", 48)
    sheet.text(1556, 146, "Supply request", 40, anchor="rs")
    sheet.text(74, 236, "Please write in capitals, one letter to a box. Send to central stores by Thursday noon.", 24)
    combed(
        sheet,
        "request",
        "code",
        "code",
        (80, 310),
        "Request number",
        (3, 4),
        shape="@@@####",
        pattern=r"[A-Z]{3}\d{4}",
        required=True,
    )
    combed(sheet, "date", "date", "date", (560, 310), "Date (day, month, year)", (2, 2, 4))
    combed(sheet, "home", "code", "code", (1060, 310), "Home code", (2, 3), shape="@@###")
    ruled(sheet, "manager", "name", "person", (80, 440, 800, 504), "Manager", required=True)
    combed(sheet, "extension", "integer", "number", (840, 446), "Extension", (4,))
    combed(sheet, "postcode", "code", "postcode", (1110, 446), "Postcode", (4, 3))
    ruled(sheet, "address", "address", "address", (80, 566, 1574, 630), "Delivery address")
    columns = (
        Column(
            name="stock",
            type="code",
            kind="code",
            width=230,
            label="Stock no.",
            shape="##-##-#",
            pattern=r"\d{2}-\d{2}-\d",
        ),
        Column(name="item", type="text", kind="product", width=754, label="Item"),
        Column(name="quantity", type="integer", kind="quantity", width=200, label="Quantity"),
        Column(name="unit", type="text", kind="unit", width=310, label="Unit"),
    )
    table = Table(name="lines", area=(80, 740, 1574, 1460), rows=10, columns=columns)
    for each, (left, right) in zip(table.columns, table.spans(), strict=True):
        sheet.text(left + 8, 722, each.label, 24)
        for row in range(10):
            sheet.frame((left, 740 + row * 72, right - 10, 800 + row * 72), 1.4)
    sheet.table(table)
    _supply_foot(sheet)


def _supply_foot(sheet: Sheet) -> None:
    for number, (name, label) in enumerate(
        (("urgent", "Urgent"), ("standing", "Standing order"), ("replace", "Replaces an earlier request"))
    ):
        x = 80 + number * 330
        sheet.frame((x, 1500, x + 42, 1542), 1.6)
        sheet.text(x + 56, 1532, label, 25)
        sheet.spot(name, "checkbox", "tick", (x - 4, 1496, x + 46, 1546), label)
    combed(sheet, "budget", "code", "code", (80, 1620), "Budget code", (6,), shape="######")
    combed(sheet, "needed", "date", "date", (400, 1620), "Needed by", (2, 2, 4))
    ruled(sheet, "cost", "amount", "amount", (860, 1620, 1180, 1680), "Estimated cost £")
    ruled(sheet, "beds", "integer", "quantity", (1220, 1620, 1574, 1680), "Beds occupied")
    ruled(sheet, "reason", "text", "note", (80, 1750, 1574, 1814), "Reason for the request")
    ruled(sheet, "approved", "name", "person", (80, 1880, 760, 1944), "Approved by")
    ruled(sheet, "signature", "signature", "sign", (820, 1880, 1574, 2050), "Signature")
    sheet.text(80, 2010, "Requests without a budget code are returned. Controlled", 22)
    sheet.text(80, 2040, "medicines are never ordered on this form.", 22)
    sheet.line(70, 2180, 1584, 2180, 2)
    sheet.text(80, 2220, "Form NG/17, revised in March. White copy: stores. Keep a copy for your file.", 21)


TINT = (238, 244, 238)
DARK = (52, 84, 70)


def parts() -> Sheet:
    return Sheet(width=1654, height=2339, family="open", colour=(38, 60, 50), paper=TINT)


def bar(sheet: Sheet, y: int, said: str) -> None:
    """A dark bar with light print, as it parts sections."""
    sheet.frame((60, y, 1594, y + 46), 0, fill=DARK)
    sheet.text(80, y + 33, said, 25, True, fill=(255, 255, 255))


def white(sheet: Sheet, name: str, type: str, kind: str, box: Area, label: str, **more: Any) -> None:
    """A white field without a frame on the tinted page, its label at the left."""
    sheet.text(box[0] - 14, box[3] - 18, label, 22, anchor="rs")
    sheet.frame(box, 0, fill=(255, 255, 255))
    sheet.spot(name, type, kind, box, label, **more)


def draw_parts(sheet: Sheet) -> None:
    """White fields on a tinted page, dark bars, columns parted by gaps."""
    sheet.text(60, 140, "Halden Cycle Works", 60, True)
    sheet.text(1594, 110, "Trade counter: 01632 960 118", 24, anchor="rs")
    sheet.text(1594, 144, "Unit 4, Old Foundry Lane, Kendal", 24, anchor="rs")
    bar(sheet, 180, "PARTS ORDER")
    white(
        sheet,
        "order",
        "code",
        "code",
        (280, 246, 620, 306),
        "Order no.",
        shape="HC####@",
        pattern=r"HC\d{4}[A-Z]",
        required=True,
    )
    white(sheet, "date", "date", "date", (860, 246, 1130, 306), "Date")
    white(sheet, "account", "code", "code", (1320, 246, 1594, 306), "Account", shape="@####")
    white(sheet, "shop", "name", "company", (280, 322, 940, 382), "Shop", required=True)
    white(sheet, "buyer", "name", "person", (1080, 322, 1594, 382), "Buyer")
    white(sheet, "street", "text", "street", (280, 398, 940, 458), "Street")
    white(sheet, "town", "text", "town", (1080, 398, 1340, 458), "Town")
    white(sheet, "postcode", "code", "postcode", (1400, 398, 1594, 458), "PC")
    white(sheet, "phone", "phone", "phone", (280, 474, 640, 534), "Phone")
    white(sheet, "email", "email", "email", (800, 474, 1594, 534), "E-mail")
    bar(sheet, 566, "ITEMS")
    columns = (
        Column(name="part", type="code", kind="code", width=250, label="Part no.", shape="##@-###"),
        Column(name="description", type="text", kind="part", width=650, label="Description"),
        Column(name="quantity", type="integer", kind="quantity", width=154, label="Qty"),
        Column(name="price", type="amount", kind="price", width=220, label="Price £"),
        Column(name="amount", type="amount", kind="row amount", width=260, label="Amount £"),
    )
    table = Table(name="items", area=(60, 656, 1594, 1340), rows=9, columns=columns)
    for each, (left, right) in zip(table.columns, table.spans(), strict=True):
        sheet.text(left + 8, 646, each.label, 22)
        for row in range(9):
            sheet.frame((left, 660 + row * 76, right - 12, 728 + row * 76), 0, fill=(255, 255, 255))
    sheet.table(table)
    bar(sheet, 1370, "TOTALS AND DELIVERY")
    _parts_foot(sheet)


def _parts_foot(sheet: Sheet) -> None:
    for number, (name, kind, label) in enumerate(
        (("goods", "sum", "Goods"), ("carriage", "fee", "Carriage"), ("deposit", "amount", "Deposit paid"))
    ):
        white(sheet, name, "amount", kind, (1334, 1436 + number * 76, 1594, 1496 + number * 76), label)
    for number, (name, label) in enumerate((("collect", "We collect"), ("van", "Your van"), ("courier", "Courier"))):
        y = 1440 + number * 66
        sheet.frame((300, y, 344, y + 44), 0, fill=(255, 255, 255))
        sheet.text(360, y + 32, label, 24)
        sheet.spot(name, "checkbox", "tick", (296, y - 4, 348, y + 48), label)
    white(sheet, "by", "date", "date", (760, 1436, 1040, 1496), "Deliver by")
    white(sheet, "frame_no", "code", "code", (760, 1512, 1040, 1572), "Frame no.", shape="@@@###")
    white(sheet, "remarks", "text", "note", (280, 1690, 1594, 1750), "Remarks")
    bar(sheet, 1780, "AUTHORISED BY")
    white(sheet, "name", "name", "person", (280, 1850, 860, 1910), "Name")
    white(sheet, "signature", "signature", "sign", (1060, 1850, 1594, 2010), "Signature")
    sheet.text(60, 1970, "Goods remain our property until paid for in full. Parts fitted", 21)
    sheet.text(60, 2000, "by the buyer cannot be returned. Prices exclude VAT.", 21)
    sheet.line(60, 2200, 1594, 2200, 2)
    sheet.text(60, 2240, "Halden Cycle Works is a partnership. Order pad no. 4, top copy to the trade counter.", 21)
