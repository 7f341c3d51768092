"""Two Spanish forms: shaded label cells, and a dense ledger with small print."""

from __future__ import annotations

from typing import Any

from tests.bench.world.definition import About
from tests.bench.world.sheet import Area, Column, Sheet, Table

PEDIDO = About(
    name="hoja-de-pedido",
    title="Hoja de pedido",
    language="es",
    rules=("articulos.importe == articulos.cantidad * articulos.precio", "total == base + iva"),
)
ALBARAN = About(name="albaran", title="Albarán de entrega", language="es")
GREY = (218, 218, 212)


def pedido() -> Sheet:
    return Sheet(width=1654, height=2339, family="narrow")


def shaded(sheet: Sheet, name: str, type: str, kind: str, box: Area, label: str, wide: int = 190, **more: Any) -> None:
    """A shaded cell with the label, and the cell to fill beside it."""
    x0, y0, x1, y1 = box
    sheet.frame((x0, y0, x0 + wide, y1), 1.6, fill=GREY)
    sheet.frame((x0 + wide, y0, x1, y1), 1.6)
    sheet.text(x0 + 12, (y0 + y1) / 2 + 9, label, 25, True)
    sheet.spot(name, type, kind, (x0 + wide, y0, x1, y1), label, **more)


def draw_pedido(sheet: Sheet) -> None:
    """A grid of shaded label cells."""
    sheet.text(90, 150, "SUMINISTROS ARANDA", 56, True)
    sheet.text(90, 196, "Polígono La Encina, nave 14 - 09400 Aranda de Duero", 25)
    sheet.text(1564, 150, "HOJA DE PEDIDO", 48, True, anchor="rs")
    shaded(
        sheet,
        "pedido",
        "code",
        "code",
        (900, 190, 1230, 250),
        "Pedido",
        110,
        shape="P-#####",
        pattern=r"P-\d{5}",
        required=True,
    )
    shaded(sheet, "fecha", "date", "date", (1230, 190, 1564, 250), "Fecha", 100)
    shaded(sheet, "empresa", "name", "company", (90, 290, 1000, 352), "Empresa", required=True)
    shaded(sheet, "nif", "code", "code", (1000, 290, 1564, 352), "NIF", 120, shape="@########", pattern=r"[A-Z]\d{8}")
    shaded(sheet, "persona", "name", "person", (90, 352, 1000, 414), "Contacto")
    shaded(sheet, "telefono", "phone", "phone", (1000, 352, 1564, 414), "Teléfono", 120)
    shaded(sheet, "calle", "text", "street", (90, 414, 1000, 476), "Dirección")
    shaded(sheet, "cp", "code", "postcode", (1000, 414, 1240, 476), "C. P.", 80, pattern=r"\d{5}")
    shaded(sheet, "poblacion", "text", "town", (1240, 414, 1564, 476), "Pobl.", 80)
    shaded(sheet, "obra", "text", "place", (90, 476, 1000, 538), "Obra")
    shaded(sheet, "entrega", "date", "date", (1000, 476, 1564, 538), "Entrega", 120)
    columns = (
        Column(name="codigo", type="code", kind="code", width=200, label="Código", shape="####"),
        Column(name="descripcion", type="text", kind="product", width=654, label="Descripción"),
        Column(name="cantidad", type="integer", kind="quantity", width=150, label="Cantidad"),
        Column(name="precio", type="amount", kind="price", width=220, label="Precio"),
        Column(name="importe", type="amount", kind="row amount", width=250, label="Importe"),
    )
    table = Table(name="articulos", area=(90, 656, 1564, 1376), rows=10, columns=columns)
    sheet.frame((90, 596, 1564, 656), 1.6, fill=GREY)
    for each, (left, _) in zip(table.columns, table.spans(), strict=True):
        sheet.text(left + 10, 636, each.label, 25, True)
        sheet.line(left, 596, left, 1376, 1.6)
    for row in range(11):
        sheet.line(90, 656 + row * 72, 1564, 656 + row * 72, 1.6)
    sheet.line(1564, 596, 1564, 1376, 1.6)
    sheet.table(table)
    _pedido_foot(sheet)


def _pedido_foot(sheet: Sheet) -> None:
    shaded(sheet, "base", "amount", "sum", (1064, 1400, 1564, 1462), "Base imponible", 250)
    shaded(sheet, "iva", "amount", "tax", (1064, 1462, 1564, 1524), "IVA 21 %", 250)
    shaded(sheet, "total", "amount", "gross", (1064, 1524, 1564, 1586), "Total", 250)
    sheet.frame((90, 1400, 1000, 1462), 1.6, fill=GREY)
    sheet.text(102, 1440, "Forma de pago", 25, True)
    for number, (name, label) in enumerate((("contado", "Contado"), ("recibo", "Recibo"), ("giro", "Transferencia"))):
        x = 330 + number * 210
        sheet.frame((x, 1412, x + 38, 1450), 2, fill=(255, 255, 255))
        sheet.text(x + 50, 1440, label, 24)
        sheet.spot(name, "checkbox", "tick", (x - 5, 1407, x + 43, 1455), label)
    shaded(sheet, "notas", "text", "note", (90, 1640, 1564, 1702), "Notas")
    sheet.frame((90, 1760, 780, 1820), 1.6, fill=GREY)
    sheet.text(102, 1800, "Firma del cliente", 25, True)
    sheet.frame((90, 1820, 780, 2000), 1.6)
    sheet.spot("firma", "signature", "sign", (90, 1820, 780, 2000), "Firma del cliente")
    shaded(sheet, "vendedor", "name", "person", (830, 1760, 1564, 1822), "Vendedor", 160)
    shaded(sheet, "ruta", "code", "code", (830, 1822, 1564, 1884), "Ruta", 160, shape="R##@")
    sheet.text(830, 1930, "No se admiten devoluciones pasados quince días desde la entrega.", 21)
    sheet.text(830, 1960, "Los precios no incluyen portes salvo indicación en contrario.", 21)
    sheet.text(
        827,
        2250,
        "Suministros Aranda S. L. - Registro Mercantil de Burgos - Original para el proveedor",
        21,
        anchor="ms",
    )


def albaran() -> Sheet:
    return Sheet(width=1654, height=1170, family="serif")


def draw_albaran(sheet: Sheet) -> None:
    """Half a page across: a head in two columns, a table of close rows."""
    sheet.frame((50, 50, 800, 300), 2)
    sheet.text(74, 110, "Bodegas Valdesil", 50, True)
    sheet.text(74, 150, "Camino de las Viñas 3 - 31340 Marcilla", 24)
    sheet.text(74, 184, "vinos, vinagres y aceites al por mayor", 24)
    sheet.text(74, 256, "ALBARÁN DE ENTREGA", 34, True)
    sheet.frame((830, 50, 1604, 300), 2)
    lines: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
        ("numero", "code", "code", "Nº", {"shape": "A######", "pattern": r"A\d{6}", "required": True}),
        ("cliente", "name", "company", "Cliente", {"required": True}),
        ("destino", "text", "street", "Destino", {}),
        ("fecha", "date", "date", "Fecha", {}),
    )
    for number, (name, type, kind, label, more) in enumerate(lines):
        y = 58 + number * 60
        sheet.text(846, y + 42, label, 25)
        sheet.line(960, y + 54, 1588, y + 54, 1.4)
        sheet.spot(name, type, kind, (960, y, 1588, y + 56), label, **more)
    columns = (
        Column(name="ref", type="code", kind="code", width=170, label="Ref.", shape="@@##"),
        Column(name="producto", type="text", kind="product", width=640, label="Producto"),
        Column(name="cajas", type="integer", kind="quantity", width=160, label="Cajas"),
        Column(name="lote", type="code", kind="code", width=290, label="Lote", shape="L####-##"),
        Column(name="peso", type="decimal", kind="weight", width=294, label="Peso kg"),
    )
    table = Table(name="bultos", area=(50, 370, 1604, 850), rows=8, columns=columns)
    for each, (left, right) in zip(table.columns, table.spans(), strict=True):
        sheet.text((left + right) / 2, 356, each.label, 24, True, anchor="ms")
        sheet.line(left, 322, left, 850, 1.4)
    sheet.line(1604, 322, 1604, 850, 1.4)
    for y in (322, *range(370, 851, 60)):
        sheet.line(50, y, 1604, y, 1.4)
    sheet.table(table)
    for number, (name, label) in enumerate((("conforme", "Recibido conforme"), ("reserva", "Con reservas"))):
        sheet.frame((60 + number * 340, 880, 96 + number * 340, 916), 2)
        sheet.text(110 + number * 340, 908, label, 25)
        sheet.spot(name, "checkbox", "tick", (55 + number * 340, 875, 101 + number * 340, 921), label)
    sheet.text(60, 990, "Transportista", 25)
    sheet.line(230, 996, 800, 996, 1.4)
    sheet.spot("transportista", "name", "person", (230, 940, 800, 998), "Transportista")
    sheet.text(60, 1066, "Matrícula", 25)
    sheet.line(230, 1072, 560, 1072, 1.4)
    sheet.spot("matricula", "code", "code", (230, 1016, 560, 1074), "Matrícula", shape="#### @@@")
    sheet.frame((900, 880, 1604, 1080), 1.6)
    sheet.text(912, 908, "Firma", 22)
    sheet.spot("firma", "signature", "sign", (900, 912, 1604, 1080), "Firma")
    sheet.text(827, 1130, "Conserve este albarán: es necesario para cualquier reclamación.", 22, anchor="ms")
