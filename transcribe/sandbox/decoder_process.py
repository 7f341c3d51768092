"""The confined process that decodes pictures and PDFs to pixels, one request after another.

`decoding.py` runs it as `python -m transcribe.sandbox.decoder_process` and never imports it: the bytes that come in may
be made to do harm.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import IO, Any

import numpy
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from transcribe.sandbox.limits import Limits

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF", "BMP", "PPM", "JPEG2000")
"""The formats that are read, as Pillow names them."""

REDUCED_COPY = 1
"""Bit of TIFF's NewSubfileType: the frame is a small copy of another one, no page of its own."""

GREY_STEP = 4
"""Every fourth pixel of every fourth row tells whether a colour picture is grey all the same. Chosen by hand."""

NOTHING = memoryview(b"")
"""The body of an answer without one."""


class Refused(Exception):
    """The bytes give no picture; the message is one sentence that says why, or a code of `decoding.NO_PICTURES`."""


def check(content: bytes, limits: Limits) -> dict[str, Any]:
    """The media type and the number of pages; every page is decoded, small where the format allows it."""
    if _is_pdf(content):
        return {"media_type": "application/pdf", "pages": _check_pdf(content, limits)}
    with _opened(content) as image:
        media_type = Image.MIME.get(image.format or "", "image/heif")
        pages = pixels = 0
        for frame in _frames(image, limits):
            _check_size(*frame.size, limits)
            pixels += min(frame.width * frame.height, limits.kept)
            _check_all_pixels(pixels, limits)
            frame.draft(None, (frame.width // 8, frame.height // 8))
            frame.load()
            pages += 1
    return {"media_type": media_type, "pages": pages}


def picture(content: bytes, page: int, limits: Limits) -> tuple[numpy.ndarray[Any, Any], float | None]:
    """One page in grey or RGB, and its dots an inch, None where they are not said.

    The page stands upright by its EXIF mark and has no more pixels than `limits.kept`.
    """
    if _is_pdf(content):
        return _pdf_page(content, page, limits)
    with _opened(content) as image:
        for number, frame in enumerate(_frames(image, limits), 1):
            if number == page:
                _check_size(*frame.size, limits)
                return _pixels(frame, limits)
    raise Refused(f"there is no page {page}")


def _is_pdf(content: bytes) -> bool:
    """Whether the bytes begin as a PDF; some programs put a mark or blank lines before."""
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF")


def _opened(content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused(_what_it_is(content)) from error


def _what_it_is(content: bytes) -> str:
    """A code of `decoding.NO_PICTURES`."""
    if not content:
        return "empty"
    if content.lstrip()[:1] in (b"<", b"{") or all(32 <= byte < 127 or byte in b"\t\r\n" for byte in content[:256]):
        return "text"
    return "no picture"


def _frames(image: Image.Image, limits: Limits) -> Iterator[Image.Image]:
    """The pages of a TIFF, or the first picture of another format: its others are thumbnails and animations."""
    if image.format != "TIFF":
        yield image
        return
    for number in range(limits.pages + 1):
        try:
            image.seek(number)
        except EOFError:
            return
        if number == limits.pages:
            raise Refused(f"the file has more than {limits.pages} pages")
        if number == 0 or not int(image.tag_v2.get(254, 0)) & REDUCED_COPY:  # type: ignore[attr-defined]  # TIFF only
            yield image


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels or max(width, height) > limits.side:
        most = f"{limits.pixels / 1e6:.0f} million pixels, {limits.side} a side"
        raise Refused(f"the picture of {width} x {height} pixels is larger than the limit of {most}")
    if min(width, height) < limits.smallest_side:
        raise Refused(f"the picture of {width} x {height} pixels is too small to hold writing")


def _check_all_pixels(pixels: int, limits: Limits) -> None:
    if pixels > limits.file_pixels:
        raise Refused(
            f"its pages have more than {limits.file_pixels // 1_000_000:,} million pixels together; "
            "save it as several files, or at a smaller page size"
        )


def _pixels(image: Image.Image, limits: Limits) -> tuple[numpy.ndarray[Any, Any], float | None]:
    width, height = image.size
    factor = max(1.0, (width * height / limits.kept) ** 0.5)
    if factor > 1:
        image.draft(None, (int(width / factor), int(height / factor)))
    image.load()
    dots = image.info.get("dpi")
    dpi = float(dots[0]) / factor if dots and 30 <= float(dots[0]) <= 2400 else None
    if image.mode in ("1", "P"):
        image = _eight_bits(image)  # these two cannot be averaged
    small = _no_larger(image, limits.kept)
    upright = ImageOps.exif_transpose(small)
    return _grey_if_grey(numpy.asarray(_eight_bits(upright), dtype=numpy.uint8)), dpi


def _no_larger(image: Image.Image, kept: int) -> Image.Image:
    """The picture averaged down to `kept` pixels before anything copies it."""
    factor = (image.width * image.height / kept) ** 0.5
    if factor <= 1:
        return image
    size = (int(image.width / factor), int(image.height / factor))
    exif, info = image.getexif(), image.info
    smaller = image.resize(size, Image.Resampling.BOX)
    smaller.info = info | {"exif": exif.tobytes()} if exif else info
    return smaller


def _eight_bits(image: Image.Image) -> Image.Image:
    """The picture in grey or RGB of 8 bits.

    Transparency is laid on white, deep grey is scaled, CMYK and palettes are turned to RGB.
    """
    if image.mode in ("L", "RGB"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_scaled(numpy.asarray(image)))
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(clear, mask=clear.getchannel("A"))
        return paper
    return image.convert("RGB")


def _scaled(deep: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    """Deep grey scaled to 8 bits, by the depth that its highest value needs (1.0, 8, 10, 12, 16 bits ...)."""
    values = numpy.nan_to_num(deep.astype(numpy.float32), nan=0.0, posinf=0.0, neginf=0.0)
    highest = float(values.max(initial=0.0))
    full = 1.0 if highest <= 1.0 else 2.0 ** max(8, int(numpy.ceil(numpy.log2(highest + 1)))) - 1
    return numpy.asarray(numpy.clip(values * (255.0 / full), 0, 255), numpy.uint8)


def _grey_if_grey(pixels: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    if pixels.ndim == 2:
        return pixels
    seen = pixels[::GREY_STEP, ::GREY_STEP]
    if (seen[..., 0] == seen[..., 1]).all() and (seen[..., 1] == seen[..., 2]).all():
        return numpy.ascontiguousarray(pixels[..., 1])
    return numpy.ascontiguousarray(pixels)


# --- PDF -------------------------------------------------------------------------------------------------------------


def _opened_pdf(content: bytes, limits: Limits) -> Any:
    import pypdfium2  # a quarter of a second that a picture need not pay

    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Refused(
            "the PDF is locked by a password; save it without one" if locked else "the PDF is damaged"
        ) from error
    if not 0 < count <= limits.pages:
        raise Refused(f"the PDF has {count} pages, and the limit is {limits.pages}")
    document.init_forms()  # so that what was typed into a form's fields is drawn
    return document


def _check_pdf(content: bytes, limits: Limits) -> int:
    document = _opened_pdf(content, limits)
    sizes = (document.get_page_size(number) for number in range(len(document)))
    scale = (limits.pdf_dpi / 72) ** 2
    _check_all_pixels(int(sum(min(width * height * scale, limits.kept) for width, height in sizes)), limits)
    for number in range(len(document)):
        _rendered(document, number, 18 / 72, limits)
    return len(document)


def _pdf_page(content: bytes, page: int, limits: Limits) -> tuple[numpy.ndarray[Any, Any], float | None]:
    document = _opened_pdf(content, limits)
    if page > len(document):
        raise Refused(f"there is no page {page}")
    pixels, scale = _rendered(document, page - 1, limits.pdf_dpi / 72, limits)
    return _grey_if_grey(pixels), scale * 72


def _rendered(document: Any, number: int, scale: float, limits: Limits) -> tuple[numpy.ndarray[Any, Any], float]:
    import pypdfium2

    try:
        page = document[number]
        width, height = page.get_size()
        scale = min(scale, (limits.kept / max(1.0, width * height)) ** 0.5, limits.side / max(width, height, 1.0))
        if width * scale < 1 or height * scale < 1:
            raise Refused(f"page {number + 1} of the PDF has no size")
        pixels: numpy.ndarray[Any, Any] = page.render(scale=scale, rev_byteorder=True).to_numpy()
        return pixels[..., :3] if pixels.ndim == 3 and pixels.shape[2] > 1 else pixels.reshape(pixels.shape[:2]), scale
    except pypdfium2.PdfiumError as error:
        raise Refused(f"page {number + 1} of the PDF is damaged") from error


# --- the process -----------------------------------------------------------------------------------------------------


def _answer(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], memoryview]:
    limits = Limits(**request["limits"])
    try:
        if request["wish"] == "check":
            return check(content, limits), NOTHING
        pixels, dpi = picture(content, request["page"], limits)
        return {"shape": pixels.shape, "dpi": dpi}, numpy.ascontiguousarray(pixels).data.cast("B")
    except Refused as error:
        return {"refused": str(error)}, NOTHING
    except MemoryError:
        return {"refused": "decoding it needs more memory than the limit"}, NOTHING
    except Exception as error:  # decoders raise anything at all on damaged input; the process must go on
        return {"refused": f"the file is damaged or its end is missing ({type(error).__name__})"}, NOTHING


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _write(pipe: int, content: memoryview) -> None:
    while content:
        content = content[os.write(pipe, content) :]


def _serve(requests: IO[bytes], answers: int) -> None:
    while line := requests.readline():
        request = json.loads(line)
        header, body = _answer(request, requests.read(request["length"]))
        _write(answers, memoryview(json.dumps(header | {"length": len(body)}).encode() + b"\n"))
        _write(answers, body)


def main() -> None:
    """Answer requests until the parent closes the pipe.

    Messages of this process and of its C libraries are dropped.
    """
    import pillow_heif

    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    _confine(Limits(**json.loads(sys.argv[1])))
    _serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
