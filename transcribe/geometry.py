"""Boxes and homographies, in pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


class Box(NamedTuple):
    """Where something is: pixels from the top left, x1 and y1 outside."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        return max(0, self.width) * max(0, self.height)


Homography: TypeAlias = "NDArray[numpy.float64]"
"""A 3 x 3 matrix that takes points of one picture to those of another."""
