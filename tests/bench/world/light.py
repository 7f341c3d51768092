"""Light on a page: soft and sharp shadows, little light."""

from __future__ import annotations

import cv2
import numpy

from tests.bench.world.scene import Corners, Light, Picture, Scene, blurred, eight_bits, lit, noisy

COOL = (1.0, 0.96, 0.9)
"""A shadow in daylight takes most of red: the sky lights it."""


def soft(picture: Picture, scene: Scene) -> Picture:
    """A hand's or head's shadow without an edge, and light from one side."""
    height, width = picture.shape[:2]
    rows, columns = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    angle = scene.chance.uniform(0, 2 * numpy.pi)
    slant = (numpy.cos(angle) * (columns / width - 0.5) + numpy.sin(angle) * (rows / height - 0.5)).astype(
        numpy.float32
    )
    x, y = scene.chance.uniform(0, width), scene.chance.uniform(0.2, 1.0) * height
    reach = scene.chance.uniform(0.25, 0.5) * width
    blob = numpy.exp(-(((columns - x) / reach) ** 2 + ((rows - y) / (reach * 1.4)) ** 2))
    light = 0.92 + 0.22 * slant - scene.chance.uniform(0.3, 0.55) * blob
    return lit(picture, light.clip(0.2, 1.0).astype(numpy.float32), COOL)


def edge(picture: Picture, scene: Scene) -> Picture:
    """A shadow with a sharp edge over the page: of a phone, a window's frame, the sun."""
    height, width = picture.shape[:2]
    shape = numpy.zeros((height, width), numpy.float32)
    for outline in _outlines(scene, height, width):
        cv2.fillPoly(shape, [numpy.round(outline).astype(numpy.int32)], 1.0, cv2.LINE_AA)
    shape = numpy.asarray(cv2.GaussianBlur(shape, (0, 0), scene.chance.uniform(1.2, 7)), numpy.float32)
    light: Light = 1.0 - scene.chance.uniform(0.35, 0.62) * shape
    return lit(picture, light, COOL)


def _outlines(scene: Scene, height: int, width: int) -> list[Corners]:
    """Corners of what is dark: half the page, a slanted block, or bars."""
    kind = scene.chance.integers(3)
    angle = scene.chance.uniform(-0.9, 0.9)
    across = numpy.array((numpy.cos(angle), numpy.sin(angle)))
    down = numpy.array((-across[1], across[0]))
    middle = numpy.array((scene.chance.uniform(0.25, 0.75) * width, scene.chance.uniform(0.2, 0.8) * height))
    long = 2.0 * (height + width)
    if kind == 0:
        side = down if scene.chance.random() < 0.5 else across
        other = across if side is down else down
        return [
            numpy.array(
                [
                    middle - other * long,
                    middle + other * long,
                    middle + (other + side) * long,
                    middle + (side - other) * long,
                ]
            )
        ]
    if kind == 1:
        wide, high = scene.chance.uniform(0.25, 0.5) * width, scene.chance.uniform(0.3, 0.6) * height
        return [
            numpy.array(
                [
                    middle - across * wide - down * high,
                    middle + across * wide - down * high,
                    middle + across * wide + down * long,
                    middle - across * wide + down * long,
                ]
            )
        ]
    thick, apart = scene.chance.uniform(0.06, 0.12) * width, scene.chance.uniform(0.3, 0.5) * width
    return [
        numpy.array(
            [
                start - across * long,
                start + across * long,
                start + across * long + down * thick,
                start - across * long + down * thick,
            ]
        )
        for start in (middle, middle + down * apart, middle - down * apart)
    ]


def dim(picture: Picture, scene: Scene) -> Picture:
    """Lamplight in the evening: few photons, warm, made smooth by the phone."""
    photons = scene.chance.uniform(70, 150)
    warm = numpy.array((1.0, 0.88, 0.68), numpy.float32)
    caught = scene.chance.poisson(picture / 255.0 * warm * photons) / photons
    white = scene.chance.uniform(105, 160)
    seen = eight_bits(caught * white)
    return blurred(noisy(seen, scene, 3.0), scene.chance.uniform(0.7, 1.1))
