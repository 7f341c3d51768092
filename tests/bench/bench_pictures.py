"""Pictures of fields as people get them: comments of four lines in twelve hands, and glyphs that an edge cuts.

A recogniser reads each comment from the picture that is sent and from the page itself. How high its small letters are
on screens is measured in Chromium. Glyphs are found in another way than crops find them: darker than Otsu's level of
the page around the field, of the height of its letters.
"""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, sync_playwright
from rapidfuzz.distance import Levenshtein

from tests.bench.read_samples import data_folder, sroie
from tests.bench.rows import Row, at_least, at_most
from tests.bench.truth_results import NOW
from tests.bench.world import forms, photographs
from tests.camera import photograph
from tests.chromium import FLAGS, chromium
from tests.pens import FONTS
from tests.transcribe.review.site import make_site, served
from transcribe import extraction, ocr
from transcribe.archive_names import opened
from transcribe.forms import load
from transcribe.geometry import Box
from transcribe.imaging import grey
from transcribe.model import FieldKey, Form, Page, Picture, Place, ReadResult, Scan, ScanPage, SourceFile, Task
from transcribe.ocr.engine import Engine
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read

HANDS = {
    "opentype/comic-neue/ComicNeue-Regular.otf": 42,
    "opentype/comic-neue/ComicNeue-Italic.otf": 42,
    "truetype/klee/KleeOne-Regular.ttf": 40,
    "truetype/klee/KleeOne-SemiBold.ttf": 40,
    "truetype/breip/Breip.ttf": 48,
    "truetype/fifthhorseman/dkg.ttf": 42,
    "opentype/bwht/BecauseWeConnect-Regular.otf": 38,
    "opentype/bwht/BecauseWeCreate-Regular.otf": 42,
    "opentype/bwht/BecauseWeOrganize-Regular.otf": 34,
    "opentype/bwht/BecauseWeMentor-Regular.otf": 38,
    "opentype/bwht/BecauseWeBuild-Regular.otf": 38,
    "truetype/rufscript/Rufscript010.ttf": 36,
}
"""Twelve hands, with the pixels of their size at 200 dpi."""

BOX = Box(100, 900, 1554, 1220)
COMMENT = (
    "Please ring twice and leave the parcels with the caretaker of number 18 behind the blue gate because the front "
    "door sticks in wet weather. The grey cups of our last order had cracks, so send 24 new ones, and write the "
    "invoice to the office in Market Street. Nobody is here on Friday after 3, call 0478 22 19 60 before you come."
)
SCREENS = {"phone": (390, 844, 3), "phone with its keyboard": (390, 400, 3), "desk": (1440, 900, 1)}
"""CSS pixels across and down, and device pixels for each."""

LEAST_LETTER, MOST_LOST, GLYPH_SHARE, PAPER_PX = 16, 0.01, 0.15, 41
"""Device pixels of small letters; share of characters; share of a cut glyph on each side of the edge; pixels around a
glyph whose middle grey is paper: ink is seen where what is sent is nearer to it than to paper."""

CONDITIONS = ("scan", "soft", "edge", "fold", "lowlight", "tinted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as it was read: its picture, what a recogniser reads there and on the page, and its small letters."""

    hand: str
    reads: ReadResult
    sent: str
    whole: str
    x_height: float


def form_of_comments(folder: Path) -> Form:
    """A form with one large box, on the print of a shipped one."""
    blank = Image.open(load("bon-de-commande").blanks[0].path or "").convert("L")
    pen = ImageDraw.Draw(blank)
    pen.rectangle((60, 840, 1600, 1500), fill=255)
    pen.rectangle(tuple(BOX), outline=60, width=3)
    blank.save(folder / "comments.png", dpi=(200, 200))
    (folder / "comments.toml").write_text(
        'name = "comments"\nversion = 1\ntitle = { en = "Comments" }\nlanguages = ["eng"]\nlocale = "en_GB"\n'
        'currency = "EUR"\nblank = "comments.png"\n\n[[field]]\nname = "comment"\ntype = "text"\n'
        f'label = {{ en = "Comments" }}\nbox = {list(BOX)}\n',
        encoding="utf-8",
    )
    return load(str(folder / "comments.toml"))


def comment(form: Form, engine: Engine, hand: str, number: int) -> Comment:
    """The comment written by a hand, photographed by a telephone and read."""
    chance = random.Random(number)
    blank = Image.open(form.blanks[0].path or "").convert("RGB")
    size = HANDS[hand]
    while True:
        font = ImageFont.truetype(str(FONTS / hand), size)
        lines = wrapped(COMMENT, font, BOX.width - 60)
        if len(lines) <= 4:
            break
        size -= 1
    for at, line in enumerate(lines):
        x, y = BOX.x0 + 24.0, BOX.y0 + 14 + at * (BOX.height - 20) / 4
        for letter in line:
            ImageDraw.Draw(blank).text((x, y + chance.uniform(-1.6, 1.6)), letter, font=font, fill=(24, 40, 110))
            x += font.getlength(letter) + chance.uniform(0, 0.6)
            y += 0.004 * font.getlength(letter)
    chance_of_light = numpy.random.default_rng(number)
    content = photograph(numpy.asarray(blank), "phone", chance_of_light)
    with Image.open(io.BytesIO(content)) as image:
        picture = numpy.asarray(image.convert("RGB"), dtype=numpy.uint8)
    reads = read(scan_of(form, hand), [Page(number=1, picture=picture)], form, [engine], NOW)
    [place] = reads.places
    turned = numpy.asarray(reads.transforms[1].homography).reshape(3, 3)
    page = cv2.warpPerspective(grey(picture), turned, reads.pictures[0].size)
    up, down = font.getbbox("x")[1], font.getbbox("x")[3]
    wide = box_of(place)
    return Comment(
        hand=Path(hand).stem,
        reads=reads,
        sent=said(engine, decoded(content_of(reads, place))),
        whole=said(engine, numpy.asarray(page[wide.slices], numpy.uint8)),
        x_height=float(down - up),
    )


def wrapped(text: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    """The text in lines that are no longer than the room."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) + 0.3 * len(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def scan_of(form: Form, name: str) -> Scan:
    return Scan(
        id=f"{abs(hash(name)):064x}"[:64],
        pages=(ScanPage(file="0" * 64, page=1),),
        form=form.name,
        form_version=form.version,
        name=Path(name).stem,
    )


def decoded(content: bytes) -> Picture:
    return numpy.asarray(cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_GRAYSCALE), numpy.uint8)


def content_of(reads: ReadResult, place: Place) -> bytes:
    """The bytes of a field's picture."""
    file, start, end = opened(place.snippet or "")
    return reads.files[file][start:end]


def box_of(place: Place) -> Box:
    """What of the page a field's picture shows, in pixels of the page."""
    assert place.frame is not None
    across, down = (place.box.width / place.frame.field.width, place.box.height / place.frame.field.height)
    x0, y0 = place.box.x0 - place.frame.field.x0 * across, place.box.y0 - place.frame.field.y0 * down
    return Box(round(x0), round(y0), round(x0 + 10_000 * across), round(y0 + 10_000 * down))


def said(engine: Engine, picture: Picture) -> str:
    """What a recogniser reads, row by row."""
    words = engine.words(Page(number=1, picture=numpy.repeat(picture[..., None], 3, 2)))[0]
    rows: list[list[tuple[int, str]]] = []
    at = -1e9
    for word in sorted(words, key=lambda each: each.box.y0 + each.box.y1):
        middle = (word.box.y0 + word.box.y1) / 2
        if middle - at > 0.6 * word.box.height:
            rows.append([])
        at = middle
        rows[-1].append((word.box.x0, word.text))
    return " ".join(text for row in rows for _, text in sorted(row))


def accuracy(text: str) -> float:
    """The share of characters that are right, case and spaces apart."""
    plain, truth = ("".join(each.lower().split()) for each in (text, COMMENT))
    return 1 - Levenshtein.distance(plain, truth) / len(truth)


def shown(browser: Browser, form: Form, read_as: Comment, folder: Path) -> dict[str, float]:
    """The device pixels of small letters on each screen. What is typed line by line is sent as it was typed."""
    site = make_site(folder, forms=lambda _, __: form)
    scan, [place] = scan_of(form, read_as.hand), read_as.reads.places
    assert place.frame is not None
    site.store.put_form(form, "", site.clock.now())
    file = SourceFile(sha256=scan.pages[0].file, name=scan.name, size=1, media_type="image/jpeg")
    site.store.put_scan(scan, [file], site.clock.now())
    for content in read_as.reads.files.values():
        site.archive.put(content)
    site.store.put_reads(scan.id, replace(read_as.reads, readings=()), site.clock.now())
    task = Task(scan=scan.id, key=FieldKey("comment"), kind="read", reason="one engine", pool="read")
    site.store.conclude(scan.id, 0, [], [task], None, site.clock.now())
    person, heights = site.person("amina"), {}
    with served(site.app) as address:
        page = browser.new_page()
        page.goto(f"{address}/in/{site.link(person)}")
        page.locator("main button").click()
        for name, (width, height, density) in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.reload()
            page.locator("html[data-ready]").wait_for()
            zoom = float(page.locator("#picture").get_attribute("data-zoom") or 0)
            wide = page.evaluate("document.querySelector('#picture img').naturalWidth")
            scale = place.frame.field.width / 10_000 * wide / BOX.width
            heights[name] = read_as.x_height * scale * zoom * density
        lines = wrapped(COMMENT, ImageFont.truetype(str(FONTS / next(iter(HANDS))), 42), BOX.width)
        for line in lines:
            page.keyboard.type(line)
            if line is not lines[-1]:
                page.keyboard.press("Enter")
        page.keyboard.press("Control+Enter")
        page.locator("#no-work").wait_for()
        page.close()
    assert site.texts_of(person.id) == ["\n".join(lines)], "typed in lines, and sent as it was typed"
    site.store.close()
    return heights


def cut_glyphs(reads: ReadResult) -> Iterator[int]:
    """For each field's picture of a scan, how many glyphs its edge cuts."""
    pages = {each.number: cv2.resize(decoded(reads.files[each.sha256]), each.size) for each in reads.pictures}
    for place in reads.places:
        if place.frame is None or not place.snippet:
            continue
        page, wide = numpy.asarray(pages[place.page], numpy.uint8), box_of(place)
        letter = place.frame.letter / 10_000 * wide.height
        near = wide.padded(60).clipped(*page.shape[::-1], least=1)
        sent = cv2.resize(decoded(content_of(reads, place)), (wide.width, wide.height))
        yield _cut(page[near.slices], wide.shifted(-near.x0, -near.y0), numpy.asarray(sent, numpy.uint8), letter)


def _cut(near: Picture, wide: Box, sent: Picture, letter: float) -> int:
    """The glyphs of the size of these letters (0: of none) that the edge of a box cuts, and whose ink is seen in what
    is `sent` of it."""
    if not letter:
        return 0
    dark = cv2.threshold(near, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    shown = numpy.asarray(labels[wide.slices], numpy.intp)
    paper = cv2.medianBlur(near, PAPER_PX)[wide.slices].astype(int)
    seen = numpy.bincount(shown[2 * sent.astype(int) < near[wide.slices] + paper].ravel(), minlength=len(stats))
    inside = numpy.bincount(shown.ravel(), minlength=len(stats))
    share = inside / stats[:, cv2.CC_STAT_AREA]
    high, long = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    of_size = (high >= 0.6 * letter) & (high <= 2.5 * letter) & (long >= 0.15 * letter) & (long <= 3 * letter)
    solid = stats[:, cv2.CC_STAT_AREA] >= 0.2 * high * long
    is_cut = (share > GLYPH_SHARE) & (share < 1 - GLYPH_SHARE) & (seen > inside / 2)
    return int((of_size & solid & is_cut)[1:].sum())


def scans(small: bool) -> Iterator[ReadResult]:
    """Photographs of the eight forms in several conditions, and receipts, read for their pictures."""
    wishes = photographs.wishes(CONDITIONS, ("typed",), list(forms.LAYOUTS), 1 if small else 16, 48)
    for wish in list(wishes)[: 4 if small else None]:
        made = photographs.photo(wish)
        with Image.open(made.file) as image:
            page = Page(number=1, picture=numpy.asarray(image.convert("RGB"), dtype=numpy.uint8))
        form = load(made.definition)
        yield read(scan_of(form, wish.name), [page], form, [], NOW)
    receipt = load("receipt")
    engines = [ocr.load("tesseract", receipt.languages)]
    for sample in sroie(data_folder(None), 4 if small else 200):
        yield read(
            scan_of(receipt, sample.file), [sample.page()], receipt, engines, NOW, ReadOptions(layouts=extraction)
        )


def rows(small: bool) -> Iterator[Row]:
    """Comments of twelve hands, and glyphs cut in the pictures of eight forms and 200 receipts."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        form, engine = form_of_comments(folder), ocr.load("rapidocr", ("eng",))
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        read_all = [comment(form, engine, hand, at) for at, hand in enumerate(list(HANDS)[: 2 if small else None])]
        heights = [shown(browser, form, each, folder / each.hand) for each in read_all]
    for screen in SCREENS:
        least = min(each[screen] for each in heights)
        yield at_least(f"comments, {screen}: least x-height in device pixels", least, LEAST_LETTER, 1)
    sent, whole = (
        sum(map(accuracy, texts)) / len(read_all) for texts in zip(*((c.sent, c.whole) for c in read_all), strict=True)
    )
    sizes = [len(content_of(each.reads, each.reads.places[0])) for each in read_all]
    lines = [len(each.reads.places[0].frame.lines) for each in read_all if each.reads.places[0].frame]
    yield Row(of="comments: bytes of the picture, lines seen", figure=f"{max(sizes)}, {sorted(lines)}")
    yield Row(of="comments: characters right, picture sent and page", figure=f"{sent:.4f}, {whole:.4f}")
    yield at_most("comments: lost by the picture that is sent", whole - sent, MOST_LOST)
    cut = [found for reads in scans(small) for found in cut_glyphs(reads)]
    yield at_most(f"glyphs cut in {len(cut)} pictures", sum(cut), 0, 0)
