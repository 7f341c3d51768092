"""Boxes and homographies, in pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

Homography: TypeAlias = "NDArray[numpy.float64]"
"""A 3 x 3 matrix that takes points of one picture to points of another."""

Point: TypeAlias = tuple[float, float]
"""x and y in pixels from the top left."""

MIN_DEPTH = 2.0**-23
"""Depth up to which a projected point counts as infinitely far: that of OpenCV's perspectiveTransform."""


class Box(NamedTuple):
    """Where something is: pixels from the top left, x1 and y1 outside. A box may be empty."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def sized(cls, x: int, y: int, width: int, height: int) -> Box:
        """The box of this size whose top left corner is (x, y)."""
        return cls(x, y, x + width, y + height)

    @classmethod
    def enclosing(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of them; ValueError where there are none."""
        x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
        return cls(min(x0s), min(y0s), max(x1s), max(y1s))

    @classmethod
    def around(cls, points: Iterable[Point]) -> Box:
        """The box whose sides run through the outermost points, to whole pixels; ValueError where there are none."""
        across, down = zip(*points, strict=True)
        return cls(round(min(across)), round(min(down)), round(max(across)), round(max(down)))

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        return max(0, self.width) * max(0, self.height)

    @property
    def middle(self) -> Point:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        """Its corners, with the clock from the top left."""
        return (self.x0, self.y0), (self.x1, self.y0), (self.x1, self.y1), (self.x0, self.y1)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the box, to index a picture that holds it: `picture[box.slices]`."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def shifted(self, right: int, down: int) -> Box:
        """The box moved by so many pixels."""
        return Box(self.x0 + right, self.y0 + down, self.x1 + right, self.y1 + down)

    def scaled(self, factor: float) -> Box:
        """The box on a picture that is `factor` times as large, to whole pixels."""
        return Box(round(self.x0 * factor), round(self.y0 * factor), round(self.x1 * factor), round(self.y1 * factor))

    def padded(self, across: int, down: int | None = None) -> Box:
        """The box made larger on all four sides; `down` is that of its top and bottom, the same where None."""
        down = across if down is None else down
        return Box(self.x0 - across, self.y0 - down, self.x1 + across, self.y1 + down)

    def clipped(self, width: int, height: int, *, least: int = 0) -> Box:
        """The part of the box on a picture of this size.

        Where nothing of it lies there, it is at the picture's rim. It has `least` pixels a side at least.
        """
        x0, y0 = min(max(self.x0, 0), width - least), min(max(self.y0, 0), height - least)
        return Box(x0, y0, min(max(self.x1, x0 + least), width), min(max(self.y1, y0 + least), height))

    def contains(self, other: Box) -> bool:
        """Whether all of another box lies in this one."""
        return self.x0 <= other.x0 and self.y0 <= other.y0 and other.x1 <= self.x1 and other.y1 <= self.y1

    def contains_middle(self, other: Box) -> bool:
        """Whether another box's middle lies in this one."""
        x, y = other.middle
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1

    def intersects(self, other: Box) -> bool:
        """Whether the boxes share a pixel."""
        return self.overlap(other) > 0

    def overlap(self, other: Box) -> int:
        """How many pixels the boxes share."""
        return max(0, self.overlap_across(other)) * max(0, self.overlap_down(other))

    def overlap_across(self, other: Box) -> int:
        """Columns of pixels that both boxes have; below 0 it is the gap between them."""
        return min(self.x1, other.x1) - max(self.x0, other.x0)

    def overlap_down(self, other: Box) -> int:
        """Rows of pixels that both boxes have; below 0 it is the gap between them."""
        return min(self.y1, other.y1) - max(self.y0, other.y0)

    def overlap_share(self, other: Box) -> float:
        """The share of the smaller box's pixels that both boxes have, 0 to 1."""
        return self.overlap(other) / max(1, min(self.area, other.area))


def project(homography: NDArray[numpy.floating[Any]], points: Iterable[Point]) -> list[Point]:
    """Points of one picture as a homography takes them to another one. A point at infinity becomes (0, 0).

    The same as OpenCV's perspectiveTransform, to the last bits of a double.
    """
    (a, b, c), (d, e, f), (g, h, i) = homography.tolist()
    projected = []
    for x, y in points:
        depth = g * x + h * y + i
        scale = 1 / depth if abs(depth) > MIN_DEPTH else 0.0
        projected.append(((a * x + b * y + c) * scale, (d * x + e * y + f) * scale))
    return projected
