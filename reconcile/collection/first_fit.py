"""The first fit that ships: weights of the choice and of its probability, made by `tests/bench/fit_collection.py`."""

from __future__ import annotations

from reconcile.collection.choice import Weights
from reconcile.collection.hearing import Family

CHOICE: Weights = (
    0.935,
    0.062,
    0.434,
    -0.58,
    -0.165,
    -0.523,
    -0.138,
    0.424,
    -1.005,
    0.961,
    -0.174,
    1.112,
    0.123,
    0.129,
    -1.15,
)

HONEST: dict[Family, Weights] = {
    "line text": (-3.157, 0.964, 3.537, -0.547, 0.264, 0.002, -1.19, 0.17),
    "short text": (0.53, 1.641, -1.447, -0.7, 0.352, -2.425, -2.219, -0.47),
    "typed": (-1.16, 2.669, 1.026, 0.207, 0.961, 0.0, 0.0, 0.0),
}
