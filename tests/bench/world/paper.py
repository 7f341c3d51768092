"""What happens to the paper itself: ink and pencil on it, its tint, folds, a stamp."""

from __future__ import annotations

from typing import Any

import cv2
import numpy
from PIL import Image, ImageDraw

from tests.bench.world import fonts
from tests.bench.world.scene import Picture, Scene, cloud, eight_bits, size_of
from tests.bench.world.writing import Ink

PENS = ((22, 22, 28), (18, 26, 92), (30, 42, 130), (40, 40, 44))
COLOURED = ((170, 24, 40), (20, 110, 60), (110, 30, 130), (190, 70, 20), (30, 70, 170))
TINTS = ((255, 242, 168), (250, 214, 220), (208, 238, 206), (200, 226, 246), (250, 224, 180))
STAMPS = ("REÇU LE", "EINGEGANGEN", "RECIBIDO", "RECEIVED", "COPIE")


def inked(page: Picture, ink: Ink, colour: tuple[int, int, int], strength: Any = 1.0) -> Picture:
    """The page with ink of a colour on it; as much of it as `strength` says."""
    cover = (ink.astype(numpy.float32) / 255 * strength)[..., None]
    return eight_bits(page * (1 - cover) + numpy.array(colour, numpy.float32) * cover)


def by_pen(page: Picture, ink: Ink, scene: Scene) -> Picture:
    """Ball pens and printers: even, a little weaker here and there."""
    strength = 0.86 + 0.14 * cloud(scene, size_of(ink), 40)
    return inked(page, ink, PENS[scene.chance.integers(len(PENS))], strength)


def by_pencil(page: Picture, ink: Ink, scene: Scene) -> Picture:
    """Grey, thin, with the paper's grain in it."""
    grain = scene.chance.random(ink.shape, dtype=numpy.float32)
    grain = numpy.asarray(cv2.GaussianBlur(grain, (0, 0), 1.0), numpy.float32)
    strength = (0.48 + 0.25 * cloud(scene, size_of(ink), 30)) * (0.55 + 0.9 * grain).clip(0, 1)
    return inked(page, ink, (66, 66, 72), strength)


def by_coloured_pen(page: Picture, ink: Ink, scene: Scene) -> Picture:
    return inked(page, ink, COLOURED[scene.chance.integers(len(COLOURED))], 0.9)


def tinted(page: Picture, scene: Scene) -> Picture:
    """Coloured paper: what is white takes its tint."""
    tint = numpy.array(TINTS[scene.chance.integers(len(TINTS))], numpy.float32) / 255
    return eight_bits(page * tint)


def grained(page: Picture, scene: Scene) -> Picture:
    """Plain paper: not quite white, not quite even."""
    height, width = page.shape[:2]
    tone = 0.965 + 0.03 * cloud(scene, (height, width), 9)[..., None]
    warm = numpy.array((1.0, 0.995, 0.98), numpy.float32)
    return eight_bits(page * tone * warm)


def folded(page: Picture, scene: Scene) -> Picture:
    """Folded twice and opened again: panels lie at slightly different angles, creases catch the light."""
    creases = [(0, scene.chance.uniform(0.3, 0.7))]
    creases += [(0, scene.chance.uniform(0.2, 0.4)), (0, scene.chance.uniform(0.6, 0.8))][: scene.chance.integers(0, 3)]
    creases += [(1, scene.chance.uniform(0.4, 0.6))] if scene.chance.random() < 0.7 else []
    height, width = page.shape[:2]
    rows, columns = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    shade = numpy.ones((height, width), numpy.float32)
    shift = numpy.zeros((2, height, width), numpy.float32)
    for across, place in creases:
        far = (columns - place * width) if across else (rows - place * height)
        side = scene.chance.uniform(0.03, 0.12) * (1 if scene.chance.random() < 0.5 else -1)
        reach = scene.chance.uniform(120, 420)
        shade *= 1 + side * numpy.sign(far) * numpy.exp(-numpy.abs(far) / reach)
        shade *= 1 + scene.chance.uniform(-0.3, 0.12) * numpy.exp(-((far / scene.chance.uniform(2, 5)) ** 2))
        shift[across] += scene.chance.uniform(-9, 9) * numpy.exp(-numpy.abs(far) / reach)
    moved = cv2.remap(page, columns + shift[1], rows + shift[0], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return eight_bits(moved * shade[..., None])


def stamped(page: Picture, scene: Scene) -> Picture:
    """A stamp over a field that is filled in, in another colour than the ink."""
    scale = scene.sheet.scale
    wide, high = round(430 * scale), round(170 * scale)
    stamp = Image.new("L", (wide, high), 0)
    pen = ImageDraw.Draw(stamp)
    pen.rounded_rectangle((6, 6, wide - 7, high - 7), radius=18, outline=255, width=round(4 * scale))
    word = STAMPS[scene.chance.integers(len(STAMPS))]
    bold = fonts.debian(fonts.PRINT["sans"][1], round(46 * scale))
    pen.text((wide / 2, high * 0.34), word, font=bold, fill=255, anchor="mm")
    day = f"{scene.chance.integers(1, 29):02} / {scene.chance.integers(1, 13):02} / 2025"
    pen.text((wide / 2, high * 0.72), day, font=bold, fill=255, anchor="mm")
    turned = stamp.rotate(scene.chance.uniform(-14, 14), Image.Resampling.BICUBIC, expand=True)
    filled = [spot for spot in scene.sheet.spots if scene.truth[spot.key] not in ("", "true", "false")]
    x0, y0, x1, y1 = filled[scene.chance.integers(len(filled))].box
    left = round(min(max(0, (x0 + x1) / 2 * scale - turned.width / 2), page.shape[1] - turned.width))
    top = round(min(max(0, (y0 + y1) / 2 * scale - turned.height / 2), page.shape[0] - turned.height))
    ink = numpy.zeros(page.shape[:2], numpy.uint8)
    ink[top : top + turned.height, left : left + turned.width] = numpy.asarray(turned)
    colour = ((176, 30, 60), (60, 60, 170), (120, 40, 140), (20, 110, 90))[scene.chance.integers(4)]
    grain = scene.chance.random(page.shape[:2], dtype=numpy.float32)
    strength = 0.6 * (0.4 + 0.6 * cloud(scene, size_of(page), 60)) * (0.7 + 0.3 * grain)
    cover = (ink.astype(numpy.float32) / 255 * strength)[..., None]
    return eight_bits(page * (1 - cover * (1 - numpy.array(colour) / 255)))
