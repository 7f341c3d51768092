"""Files made to crash, hang or fool a decoder, and odd ones that are fine: bytes by name."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import numpy
import pillow_heif
import pypdfium2
from PIL import Image, ImageDraw, TiffImagePlugin

SIZE = (420, 300)
PACKED_BYTES = 1_000_000
"""Bytes of a bomb that are packed at once."""


def readable() -> dict[str, bytes]:
    """Every odd but honest picture: all modes, depths, turns and formats."""
    page = _page()
    grey = page.convert("L")
    deep = numpy.asarray(grey).astype(numpy.uint16) * 257
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    shown.paste(page, mask=grey.point(lambda level: 255 - level))
    return {
        "plain.jpg": _saved(page, "JPEG"),
        "grey.jpg": _saved(grey, "JPEG"),
        "progressive.jpg": _saved(page, "JPEG", progressive=True),
        "cmyk.jpg": _saved(page.convert("CMYK"), "JPEG"),
        "turned.jpg": _saved(page, "JPEG", exif=exif),
        "trailing.jpg": _saved(page, "JPEG") + b"%PDF-1.4 and more" * 50,
        "wrong name.png": _saved(page, "JPEG"),
        "plain.png": _saved(page, "PNG"),
        "one bit.png": _saved(page.convert("1", dither=Image.Dither.NONE), "PNG"),
        "palette.png": _saved(page.quantize(8), "PNG"),
        "clear palette.png": _saved(page.quantize(8), "PNG", transparency=0),
        "alpha.png": _saved(shown, "PNG"),
        "grey alpha.png": _saved(grey.convert("LA"), "PNG"),
        "sixteen.png": _saved(Image.fromarray(deep), "PNG"),
        "interlaced.png": _interlaced(grey),
        "float.tif": _saved(Image.fromarray(numpy.asarray(grey).astype(numpy.float32) / 255), "TIFF"),
        "integers.tif": _saved(Image.fromarray(numpy.asarray(grey).astype(numpy.int32) * 16), "TIFF"),
        "fax.tif": _saved(page.convert("1", dither=Image.Dither.NONE), "TIFF", compression="group4"),
        "lzw.tif": _saved(page, "TIFF", compression="tiff_lzw"),
        "pages.tif": _saved(grey, "TIFF", save_all=True, append_images=[grey, grey]),
        "with small copy.tif": _with_small_copy(grey),
        "loop.tif": _loop(_saved(grey, "TIFF")),
        "plain.webp": _saved(page, "WEBP"),
        "animated.webp": _saved(page, "WEBP", save_all=True, append_images=[page.rotate(5)]),
        "phone.heic": _heic(page),
        "plain.jp2": _saved(page, "JPEG2000"),
        "plain.bmp": _saved(page, "BMP"),
        "plain.pgm": _saved(grey, "PPM"),
        "plain.pdf": _saved(page, "PDF"),
        "three.pdf": _pdf(3),
    }


@cache
def refused() -> dict[str, bytes]:
    """What holds no picture that may be read: the reason is one sentence, and nothing is exhausted."""
    page = _page()
    jpeg, png, tiff = _saved(page, "JPEG"), _saved(page, "PNG"), _saved(page, "TIFF")
    webp, heic, pdf = _saved(page, "WEBP"), _heic(page), _saved(page, "PDF")
    return {
        "empty.jpg": b"",
        "text.jpg": b"This is no picture at all.\n" * 20,
        "page.html.png": b"<!doctype html><img src=x>",
        "random.jpg": numpy.random.default_rng(1).bytes(5000),
        "zeros.tif": bytes(4000),
        "archive.png": b"PK\x03\x04" + bytes(500),
        "program.jpg": b"\x7fELF" + bytes(500),
        "cut.jpg": jpeg[: len(jpeg) // 2],
        "only head.jpg": jpeg[:100],
        "only magic.jpg": jpeg[:3],
        "cut.png": png[: len(png) // 2],
        "bad checksum.png": png[:29] + b"\0\0\0\0" + png[33:],
        "only head.png": png[:33],
        "cut.tif": tiff[: len(tiff) // 2],
        "only head.tif": tiff[:8],
        "offset outside.tif": tiff[:4] + struct.pack("<I", 2**31) + tiff[8:],
        "cut.webp": webp[: len(webp) // 2],
        "cut.heic": heic[: len(heic) // 2],
        "cut.jp2": _saved(page, "JPEG2000")[:60],
        "bomb 40000.png": bomb(40_000, 40_000),
        "bomb 12000 colour.png": bomb(12_000, 12_000, colour=True),
        "long 60000.png": bomb(60_000, 20),
        "high 60000.png": bomb(20, 60_000),
        "one pixel.png": _saved(Image.new("L", (1, 1)), "PNG"),
        "thin.png": _saved(Image.new("L", (3, 400)), "PNG"),
        "claims.tif": _claims(tiff),
        "claims.bmp": _saved(page, "BMP")[:18] + struct.pack("<ii", 60_000, 60_000) + _saved(page, "BMP")[26:],
        "many frames.tif": _chain(400),
        "cut.pdf": pdf[:200],
        "only magic.pdf": b"%PDF-1.7\n",
        "locked.pdf": _locked(),
        "10000 pages.pdf": _pdf(10_000),
        "pdf of nothing.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj "
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>",
        "pdf and picture.jpg": b"%PDF-1.4\n" + jpeg,
        "vector.svg.png": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        "animated.gif": _saved(page.convert("P"), "GIF"),
        "icon.png": _saved(page.resize((64, 64)), "ICO"),
    }


def _page() -> Image.Image:
    page = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((20, 20, 400, 80), outline="black", width=4)
    draw.text((40, 40), "ORDER 4178", fill="navy", font_size=30)
    draw.ellipse((300, 200, 380, 280), fill="black")
    return page


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def _heic(image: Image.Image) -> bytes:
    content = io.BytesIO()
    pillow_heif.from_pillow(image).save(content)
    return content.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@cache
def bomb(width: int, height: int, *, colour: bool = False) -> bytes:
    """A valid PNG of white pixels that is a few kilobytes small."""
    row = b"\0" + b"\xff" * (width * 3 if colour else (width + 7) // 8)
    rows = max(1, PACKED_BYTES // len(row))
    often, rest = divmod(height, rows)
    packed = b"\x78\xda" + _packed(row * rows) * often + _packed(row * rest) + b"\x03\x00"
    packed += struct.pack(">I", _sum_of(row * rows, often, row * rest))
    header = struct.pack(">IIBBBBB", width, height, 8 if colour else 1, 2 if colour else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _packed(content: bytes) -> bytes:
    """A part of a deflate stream that stands by itself: the same part again means the same bytes again."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)


def _sum_of(content: bytes, often: int, rest: bytes) -> int:
    """The check sum of zlib for what is there so often, with the rest."""
    found = 1
    for _ in range(often):
        found = zlib.adler32(content, found)
    return zlib.adler32(rest, found)


def _interlaced(grey: Image.Image) -> bytes:
    """Adam7: pixels in seven passes, each of its own rows (PNG specification, section 8.2)."""
    pixels = numpy.asarray(grey)
    raw = b""
    for x, y, across, down in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        for row in pixels[y::down, x::across]:
            raw += b"\0" + row.tobytes()
    header = struct.pack(">IIBBBBB", *grey.size, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")


def _with_small_copy(grey: Image.Image) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = 1
    small = grey.resize((60, 40))
    small.encoderinfo = {"tiffinfo": tags}
    return _saved(grey, "TIFF", save_all=True, append_images=[small])


def _loop(tiff: bytes) -> bytes:
    """A TIFF whose pointer to the next page points at the first again."""
    at = struct.unpack("<I", tiff[4:8])[0]
    entries = struct.unpack("<H", tiff[at : at + 2])[0]
    end = at + 2 + 12 * entries
    return tiff[:end] + struct.pack("<I", at) + tiff[end + 4 :]


def _chain(frames: int) -> bytes:
    """A TIFF of many pages that share one strip of pixels."""
    pixels = bytes(32 * 32)
    content = b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels
    tags = [(256, 32), (257, 32), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 32), (279, len(pixels))]
    for number in range(frames):
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        here = len(content)
        after = here + 2 + len(entries) + 4 if number < frames - 1 else 0
        content += struct.pack("<H", len(tags)) + entries + struct.pack("<I", after)
    return content


def _claims(tiff: bytes) -> bytes:
    """A TIFF whose header claims 65,000 x 65,000 pixels over the bytes of a small one."""
    at = struct.unpack("<I", tiff[4:8])[0]
    content = bytearray(tiff)
    for entry in range(struct.unpack("<H", tiff[at : at + 2])[0]):
        place = at + 2 + 12 * entry
        if struct.unpack("<H", tiff[place : place + 2])[0] in (256, 257):
            content[place : place + 12] = tiff[place : place + 2] + struct.pack("<HII", 4, 1, 65_000)
    return bytes(content)


def _pdf(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(300, 420)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _locked() -> bytes:
    """A PDF whose trailer asks for a password (RC4, 40 bits); no password opens it, its keys are noise."""
    encrypt = b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"7a" * 32 + b">/U<" + b"3c" * 32 + b">>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]>>",
        encrypt,
    ]
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj" % number + each + b"endobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF" % len(content)
    return content + table + ends
