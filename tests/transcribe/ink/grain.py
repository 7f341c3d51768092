"""The grain of drawn photographs: the same numbers for many, drawn once."""

from __future__ import annotations

from functools import lru_cache

import numpy
from numpy.typing import NDArray


@lru_cache(maxsize=2)
def grain(noise: float, shape: tuple[int, ...]) -> NDArray[numpy.float64]:
    """How much each pixel is off."""
    drawn = numpy.random.default_rng(7).normal(0, noise, shape)
    drawn.flags.writeable = False
    return drawn
