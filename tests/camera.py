"""Photographs a filled page: flat, through a scanner, by a phone, by a phone under bad conditions, out of focus."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy
from numpy.typing import NDArray
from PIL import Image

Level = Literal["flat", "scan", "phone", "hard", "blurred"]
Picture = NDArray[numpy.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """How a level takes pictures: shares of perspective and lamp, degrees of lean, pixels of blur, levels of noise."""

    perspective: float
    lean: float
    lamp: float
    shadow: float
    blur: float
    noise: float
    quality: int
    turned: float = 0.0
    spoilt: bool = False


CAMERAS: dict[Level, Camera] = {
    "flat": Camera(perspective=0, lean=0, lamp=0, shadow=0, blur=0, noise=0, quality=90),
    "scan": Camera(perspective=0.002, lean=1.2, lamp=0.04, shadow=0, blur=0.6, noise=3, quality=88),
    "phone": Camera(perspective=0.05, lean=6, lamp=0.28, shadow=0.22, blur=1.0, noise=6, quality=82, turned=0.1),
    "hard": Camera(perspective=0.10, lean=17, lamp=0.45, shadow=0.42, blur=1.6, noise=11, quality=62, turned=0.2),
    "blurred": Camera(
        perspective=0.05, lean=6, lamp=0.28, shadow=0.22, blur=1.0, noise=6, quality=82, turned=0.1, spoilt=True
    ),
}
USUAL: tuple[Level, ...] = ("flat", "scan", "phone", "hard")
"""The levels of "all"; blurred photographs are mostly to be taken again."""

PHONE = (2448, 3264)
"""Eight megapixels, upright."""


def photograph(page: Picture, level: Level, chance: numpy.random.Generator, *, smaller: float = 1.0) -> bytes:
    """The file of a picture of the page (RGB): PNG where flat, else JPEG; `smaller` divides the sides of a phone's."""
    camera = CAMERAS[level]
    if level == "flat":
        return _png(page)
    height, width = page.shape[:2]
    size = (width + 40, height + 50) if level == "scan" else (round(PHONE[0] / smaller), round(PHONE[1] / smaller))
    taken = _laid_on_a_table(page, size, camera, chance, share=0.985 if level == "scan" else chance.uniform(0.78, 0.9))
    taken = _lit(taken, camera, chance)
    taken = numpy.asarray(cv2.GaussianBlur(taken, (0, 0), camera.blur / smaller), numpy.uint8)
    quality = camera.quality
    if camera.spoilt:
        taken, quality = _spoilt(taken, quality, chance)
    taken = _noisy(taken, camera.noise, chance)
    if chance.random() < camera.turned:
        taken = numpy.ascontiguousarray(numpy.rot90(taken, int(chance.integers(1, 4))))
    return _jpeg(taken, quality)


def _spoilt(picture: Picture, quality: int, chance: numpy.random.Generator) -> tuple[Picture, int]:
    """A picture out of focus or shaken, too small, or stored too coarsely; and the quality to store it with."""
    kind = ("lens", "lens", "straight", "crooked", "coarse", "small")[int(chance.integers(6))]
    if kind == "small":
        small = cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        return numpy.asarray(small, numpy.uint8), quality
    if kind == "coarse":
        return picture, int(chance.integers(8, 21))
    if kind == "lens":
        side = 2 * int(chance.integers(5, 11)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(numpy.float32)
    else:
        kernel = _way(int(chance.integers(9, 22)), kind == "crooked", chance)
    return numpy.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), numpy.uint8), quality


def _way(length: int, crooked: bool, chance: numpy.random.Generator) -> NDArray[numpy.float32]:
    """Where a shaken camera spreads a point, over so many pixels."""
    angle = chance.uniform(0, numpy.pi)
    steps = numpy.tile([numpy.cos(angle), numpy.sin(angle)], (200, 1))
    if crooked:
        even = numpy.ones(50) / 50
        steps = numpy.stack([numpy.convolve(chance.normal(0, 1, 200), even, "same") for _ in range(2)], axis=1)
    way = numpy.cumsum(steps, axis=0)
    way -= (way.max(axis=0) + way.min(axis=0)) / 2
    way *= length / 2 / numpy.abs(way).max()
    kernel = numpy.zeros((length + 3, length + 3), numpy.float32)
    for x, y in numpy.rint(way + (length + 2) / 2).astype(int):
        kernel[y, x] += 1
    return numpy.asarray(cv2.GaussianBlur(kernel, (0, 0), 0.6), numpy.float32)


def _jpeg(picture: Picture, quality: int) -> bytes:
    done, content = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return content.tobytes()


def _png(picture: Picture) -> bytes:
    """Few colours, as scanners write print: an eighth of the size."""
    content = io.BytesIO()
    Image.fromarray(picture).quantize(32, dither=Image.Dither.NONE).save(content, "PNG")
    return content.getvalue()


def _laid_on_a_table(
    page: Picture, size: tuple[int, int], camera: Camera, chance: numpy.random.Generator, share: float
) -> Picture:
    """The page seen through the lens, on a table top of some colour."""
    height, width = page.shape[:2]
    scale = share * min(size[0] / width, size[1] / height)
    corners = numpy.array([[0, 0], [width, 0], [width, height], [0, height]], numpy.float32)
    angle = numpy.radians(chance.uniform(-camera.lean, camera.lean))
    turn = numpy.array([[numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)]])
    centred = (corners - [width / 2, height / 2]) * scale
    seen = centred @ turn.T + chance.uniform(-1, 1, (4, 2)) * camera.perspective * width * scale
    seen *= min(1.0, *(numpy.array(size) / 2 / numpy.abs(seen).max(axis=0)))
    lens = cv2.getPerspectiveTransform(corners, (seen + numpy.array(size) / 2).astype(numpy.float32))
    rough = chance.integers(-18, 18, (size[1] // 60, size[0] // 60, 1)) + chance.integers(70, 170, (1, 1, 3))
    table = cv2.resize(rough.astype(numpy.uint8), size, interpolation=cv2.INTER_CUBIC)
    if scale < 0.8:
        page = numpy.asarray(cv2.GaussianBlur(page, (0, 0), 0.4 / scale), numpy.uint8)
    cv2.warpPerspective(page, lens, size, dst=table, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    return numpy.asarray(table, numpy.uint8)


def _lit(picture: Picture, camera: Camera, chance: numpy.random.Generator) -> Picture:
    """Lamp light that falls off to one side, and a soft shadow; made small, for light has no detail."""
    height, width = picture.shape[0] // 8, picture.shape[1] // 8
    down, across = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    way = chance.uniform(0, 2 * numpy.pi)
    ramp = numpy.cos(way) * across / width + numpy.sin(way) * down / height
    light = 1 - camera.lamp * (ramp - ramp.min()) / max(float(numpy.ptp(ramp)), 1e-6)
    shade = numpy.zeros((height, width), numpy.float32)
    edge = chance.uniform(-0.2, 1.2, (3, 2)) * [width, height]
    cv2.fillPoly(shade, [edge.astype(numpy.int32)], 1.0)
    light *= 1 - camera.shadow * cv2.GaussianBlur(shade, (0, 0), 8)
    light *= chance.uniform(0.88, 1.0)
    full = cv2.resize(light.astype(numpy.float32), (picture.shape[1], picture.shape[0]))
    tint = numpy.array([1.0, chance.uniform(0.96, 1.0), chance.uniform(0.88, 1.0)], numpy.float32)
    lit = [cv2.multiply(picture[..., each], full * float(tint[each]), dtype=cv2.CV_8U) for each in range(3)]
    return numpy.asarray(cv2.merge(lit), numpy.uint8)


def _noisy(picture: Picture, strength: float, chance: numpy.random.Generator) -> Picture:
    """Grain of the sensor: the same in all colours, for that is what makes letters rough."""
    cv2.setRNGSeed(int(chance.integers(2**31)))
    grain = numpy.zeros(picture.shape[:2], numpy.int16)
    cv2.randn(grain, numpy.zeros(1), numpy.full(1, strength))
    grainy = [cv2.add(picture[..., each], grain, dtype=cv2.CV_8U) for each in range(3)]
    return numpy.asarray(cv2.merge(grainy), numpy.uint8)
