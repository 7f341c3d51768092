"""How a page becomes a file: by a flatbed scanner, a phone, a fax, or off a screen."""

from __future__ import annotations

from typing import Any

import cv2
import numpy

from tests.bench.world.scene import Corners, Picture, Scene, blurred, cloud, eight_bits, noisy, size_of


def scanned(page: Picture, scene: Scene) -> Picture:
    """A flatbed at 300 pixels an inch: a little askew, flat light, the lid's white around."""
    height, width = page.shape[:2]
    border = 40
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), scene.chance.uniform(-1.3, 1.3), 1.0)
    turn = turn + numpy.array(((0, 0, 1), (0, 0, 1))) * (border + scene.chance.uniform(-18, 18, (2, 1)))
    lid = int(scene.chance.integers(236, 252))
    laid = cv2.warpAffine(
        page, turn, (width + 2 * border, height + 2 * border), flags=cv2.INTER_CUBIC, borderValue=(lid, lid, lid)
    )
    curve = eight_bits((laid.astype(numpy.float32) - 8) * scene.chance.uniform(1.02, 1.08))
    return noisy(blurred(curve, 0.6), scene, 1.5)


def table(scene: Scene, height: int, width: int) -> Picture:
    """Wood, cloth or a grey desk."""
    kind = scene.chance.integers(3)
    if kind == 0:
        grain = cloud(scene, (height, width), 6) * 0.5 + 0.5 * cv2.resize(
            scene.chance.random((height // 3, 8), dtype=numpy.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        colour = numpy.array((132, 92, 58), numpy.float32)
        made = numpy.asarray(colour) * (0.7 + 0.45 * grain[..., None])
    elif kind == 1:
        weave: Any = scene.chance.random((height // 2 + 1, width // 2 + 1), dtype=numpy.float32)
        weave = cv2.resize(weave, (width, height), interpolation=cv2.INTER_NEAREST)
        made = numpy.array((70, 84, 110), numpy.float32) * (0.8 + 0.3 * weave[..., None])
    else:
        made = numpy.full((height, width, 3), scene.chance.uniform(60, 190), numpy.float32)
        made = made * (0.92 + 0.16 * cloud(scene, (height, width), 12)[..., None])
    return eight_bits(made)


def corners(scene: Scene, size: tuple[int, int], wide: int, high: int, slant: float) -> Corners:
    """Where a page's four corners come to lie in a photo of this size, seen from a little aside."""
    height, width = size
    share = scene.chance.uniform(0.86, 0.93) * min(wide / width, high / height)
    half = numpy.array((width, height)) * share / 2
    turn = numpy.radians(scene.chance.uniform(-3.5, 3.5))
    spin = numpy.array(((numpy.cos(turn), -numpy.sin(turn)), (numpy.sin(turn), numpy.cos(turn))))
    middle = numpy.array((wide / 2, high / 2)) + scene.chance.uniform(-0.01, 0.01, 2) * wide
    square = numpy.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * half
    seen = square @ spin.T + middle + scene.chance.uniform(-slant, slant, (4, 2)) * wide
    return numpy.clip(seen, 4, (wide - 5, high - 5)).astype(numpy.float32)


def laid(page: Picture, ground: Picture, place: Corners) -> Picture:
    """The page laid onto a ground with a thin shadow at its edges."""
    height, width = page.shape[:2]
    high, wide = ground.shape[:2]
    square = numpy.array(((0, 0), (width, 0), (width, height), (0, height)), numpy.float32)
    matrix = cv2.getPerspectiveTransform(square, place)
    shown = cv2.warpPerspective(page, matrix, (wide, high), flags=cv2.INTER_LINEAR)
    cover = cv2.warpPerspective(numpy.full((height, width), 255, numpy.uint8), matrix, (wide, high))
    part = cover.astype(numpy.float32)[..., None] / 255
    shadow = cv2.GaussianBlur(numpy.roll(cover, (8, 6), (0, 1)), (0, 0), 9).astype(numpy.float32)[..., None] / 255
    return eight_bits(ground * (1 - 0.5 * shadow) * (1 - part) + shown * part)


def _size(page: Picture) -> tuple[int, int]:
    """Rows and columns of a phone's picture, as it lies: 12 megapixels made smaller as many apps send them."""
    return (3264, 2448) if page.shape[0] >= page.shape[1] else (2448, 3264)


def phone(page: Picture, scene: Scene) -> Picture:
    """A phone held over the page on a table."""
    high, wide = _size(page)
    return _phone(page, table(scene, high, wide), scene, 0.03)


def phone_over_page(page: Picture, scene: Scene) -> Picture:
    """The same with another form under it that shows at the sides."""
    high, wide = _size(page)
    under = numpy.asarray(scene.other.picture)
    ground = laid(
        under, table(scene, high, wide), corners(scene, size_of(under), wide, high, 0.03) + _moved(scene, wide)
    )
    return _phone(page, ground, scene, 0.03)


def _moved(scene: Scene, wide: int) -> Corners:
    return numpy.asarray(scene.chance.uniform(0.03, 0.07, 2) * scene.chance.choice((-1, 1), 2) * wide, numpy.float32)


def _phone(page: Picture, ground: Picture, scene: Scene, slant: float) -> Picture:
    high, wide = ground.shape[:2]
    seen = laid(_wavy(page, scene), ground, corners(scene, size_of(page), wide, high, slant))
    rows, columns = numpy.mgrid[0:high, 0:wide].astype(numpy.float32)
    far = ((columns / wide - 0.5) ** 2 + (rows / high - 0.5) ** 2)[..., None]
    white = scene.chance.uniform(0.93, 1.0, 3) * scene.chance.uniform(0.85, 1.0)
    shaded = eight_bits(seen * white * (1 - 0.25 * far))
    return noisy(blurred(shaded, scene.chance.uniform(0.6, 1.0)), scene, scene.chance.uniform(2, 4))


def _wavy(page: Picture, scene: Scene) -> Picture:
    """No paper lies quite flat: lines bend by a few pixels."""
    height, width = page.shape[:2]
    rows, columns = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    bend = scene.chance.uniform(2, 7)
    x = columns + (cloud(scene, (height, width), 3) - 0.5) * bend
    y = rows + (cloud(scene, (height, width), 3) - 0.5) * bend
    return numpy.asarray(cv2.remap(page, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), numpy.uint8)


def moved(picture: Picture, scene: Scene) -> Picture:
    """The hand moved while the shutter was open."""
    length = int(scene.chance.integers(6, 12))
    kernel: Any = numpy.zeros((length, length), numpy.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), scene.chance.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return numpy.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), numpy.uint8)


def faxed(page: Picture, scene: Scene) -> Picture:
    """Black or white at 204 by 196 points an inch, with the sender's line above and a few lines lost."""
    height, width = page.shape[:2]
    scale = 204 / (200 * scene.sheet.scale)
    grey: Any = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), scene.chance.uniform(-0.8, 0.8), 1.0)
    grey = cv2.warpAffine(grey, turn, (width, height), borderValue=255)
    small = cv2.resize(grey, None, fx=scale, fy=scale * 196 / 204, interpolation=cv2.INTER_AREA).astype(numpy.float32)
    seen: Any = small + scene.chance.normal(0, 7, small.shape)
    bits = eight_bits(numpy.where(seen > scene.chance.uniform(140, 170), 255, 0))
    for row in scene.chance.integers(60, bits.shape[0] - 1, 3):
        bits[row : row + 1] = bits[row - 1]
    specks = scene.chance.random(bits.shape) < 0.0004
    bits[specks] = 0
    sender = numpy.full((44, bits.shape[1]), 255, numpy.uint8)
    cv2.putText(sender, "14-MAR-2025 09:12  FROM 0240001733   P.01", (40, 32), cv2.FONT_HERSHEY_PLAIN, 1.6, 0, 2)
    return numpy.repeat(numpy.vstack((sender, bits))[..., None], 3, 2)


def on_screen(page: Picture, scene: Scene) -> Picture:
    """A tablet's screen photographed: stripes of red, green and blue, and the pattern that they make on the sensor."""
    upright = page.shape[0] >= page.shape[1]
    shown = cv2.resize(page, (1640, 2320) if upright else (1980, 1400), interpolation=cv2.INTER_AREA)
    fine = cv2.resize(shown, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST).astype(numpy.float32)
    stripes = numpy.full((1, 3, 3), 0.35, numpy.float32) + 0.65 * numpy.eye(3, dtype=numpy.float32)[None]
    fine *= numpy.tile(stripes, (1, fine.shape[1] // 3, 1))
    fine[::3] *= 0.82
    bright = eight_bits(fine * 1.7)
    high, wide = _size(page)
    ground = numpy.full((high, wide, 3), 16, numpy.uint8)
    seen = laid(blurred(bright, 1.5), ground, corners(scene, size_of(bright), wide, high, 0.02))
    glare = cloud(scene, (high, wide), 2)[..., None] * scene.chance.uniform(10, 40)
    cool = seen * numpy.array((0.92, 0.98, 1.0)) + glare
    return noisy(blurred(eight_bits(cool), 0.7), scene, 3)
