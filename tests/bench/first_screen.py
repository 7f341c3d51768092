"""Draw the picture of the README: a photo, one field of it as a person sees it, and its record with the reason.

python -m tests.bench.first_screen OUT.png
"""

from __future__ import annotations

import io
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFont

from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.parameters import shipped
from reconcile.policy import POLICY
from transcribe import ocr
from transcribe.archive import Archive, Folder
from transcribe.forms.definition import load
from transcribe.i18n.evidence_messages import say
from transcribe.intake.load_pages import load_pages
from transcribe.intake.scans import Scanned, scans_of
from transcribe.model import Decision, FieldKey
from transcribe.recognition.read import read
from transcribe.sandbox.limits import Limits

PHOTO = Path(__file__).parents[1] / "cases" / "bon-de-commande-phone-typed-0002.jpg"
FIELD = FieldKey("lines.amount", 0)
PAPER, INK, FAINT, GREEN = "#f6f4ef", "#20242b", "#5c6370", "#0b5d5b"


def main() -> None:
    """Read the sample photo as anybody would, and draw what came out."""
    form = load("bon-de-commande")
    archive = Archive(Folder(Path(tempfile.mkdtemp()), lasting=False))
    scanned = next(each for each in scans_of([PHOTO], form, archive, Limits()) if isinstance(each, Scanned))
    engines = [ocr.load(name, form.languages) for name in ("tesseract", "rapidocr")]
    reads = read(scanned.scan, load_pages(scanned.scan, archive, Limits()), form, engines, datetime.now(UTC))
    posterior = weigh(form, reads.readings, shipped.shipped_parameters(), POLICY)[FIELD]
    decision = decide(form.field(FIELD.name), posterior, POLICY)
    assert isinstance(decision, Decision)
    snippet = next(place.snippet for place in reads.places if place.key == FIELD)
    assert snippet is not None
    for content in reads.files.values():
        archive.put(content)
    draw(Image.open(PHOTO), Image.open(io.BytesIO(archive.get(snippet))), decision).save(sys.argv[1], optimize=True)


def draw(photo: Image.Image, snippet: Image.Image, decision: Decision) -> Image.Image:
    """The three side by side."""
    photo.thumbnail((620, 820))
    canvas = Image.new("RGB", (1360, photo.height + 40), PAPER)
    canvas.paste(photo, (20, 20))
    pen = ImageDraw.Draw(canvas)
    left, top = photo.width + 70, 40
    top = write(pen, (left, top), "one field, as a person would see it", 18, FAINT)
    snippet = snippet.convert("RGB")
    snippet.thumbnail((640, 160))
    canvas.paste(snippet, (left, top + 8))
    top += snippet.height + 48
    top = write(pen, (left, top), "its record", 18, FAINT)
    top = write(pen, (left, top + 6), f"{FIELD.name}[{FIELD.row}]   {decision.value} EUR", 30, INK)
    sure = "over 0.9999" if decision.probability > 0.9999 else f"{decision.probability:.4f}"
    top = write(pen, (left, top + 4), f"probability {sure}   by {decision.method}", 20, GREEN)
    top = write(pen, (left, top + 34), "why", 18, FAINT)
    for evidence in decision.evidence:
        for line in wrapped(say(evidence), 62):
            top = write(pen, (left, top + 4), line, 19, INK)
        top += 6
    colours = numpy.unique(numpy.asarray(canvas).reshape(-1, 3), axis=0)
    return canvas.quantize(min(256, len(colours)))


def write(pen: ImageDraw.ImageDraw, where: tuple[int, int], text: str, size: int, colour: str) -> int:
    """Write one line; gives the y under it."""
    font = ImageFont.truetype("DejaVuSans.ttf", size)
    pen.text(where, text, font=font, fill=colour)
    return where[1] + round(size * 1.45)


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most so many characters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


if __name__ == "__main__":
    main()
