"""What a step that changes a picture knows: chance, the form, what is written on it and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy
from numpy.random import Generator
from numpy.typing import NDArray

from tests.bench.world.sheet import Sheet

Picture: TypeAlias = NDArray[numpy.uint8]
"""Rows, columns, red green blue."""

Light: TypeAlias = NDArray[numpy.float32]
"""The share of light that reaches each pixel."""


Corners: TypeAlias = NDArray[Any]
"""x and y of each corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One photograph being made."""

    chance: Generator
    sheet: Sheet
    truth: dict[str, str]
    other: Sheet
    """Another empty form, for what lies under this one."""


Step: TypeAlias = Callable[[Picture, Scene], Picture]


def lit(picture: Picture, light: Light, tint: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Picture:
    """The picture under a light of this strength; where it is weaker than 1 the tint grows."""
    shade = 1 - (1 - light)[..., None] * numpy.array(tint, numpy.float32)
    return eight_bits(picture * shade)


def size_of(picture: NDArray[Any]) -> tuple[int, int]:
    """Rows and columns."""
    return picture.shape[0], picture.shape[1]


def eight_bits(picture: Any) -> Picture:
    """Levels from 0 to 255."""
    return numpy.asarray(numpy.clip(picture, 0, 255), numpy.uint8)


def cloud(scene: Scene, size: tuple[int, int], cells: int) -> Light:
    """Smooth noise from 0 to 1 with about so many hills across the width."""
    height, width = size
    rows = max(2, round(cells * height / width))
    small = scene.chance.random((rows, max(2, cells)), dtype=numpy.float32)
    return numpy.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), numpy.float32).clip(0, 1)


def noisy(picture: Picture, scene: Scene, sigma: float) -> Picture:
    """The picture with a sensor's noise."""
    noise = scene.chance.standard_normal(picture.shape, dtype=numpy.float32) * sigma
    return eight_bits(picture + noise)


def blurred(picture: Picture, sigma: float) -> Picture:
    return numpy.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), numpy.uint8)
