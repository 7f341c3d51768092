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
    "line text": (
        -1.745,
        1.254,
        3.689,
        0.18,
        1.16,
        0.002,
        -1.135,
        0.115,
        0.857,
        -0.57,
        -0.911,
        -0.44,
        0.309,
        -0.18,
        0.007,
    ),
    "short text": (
        0.402,
        3.835,
        0.738,
        -1.464,
        -0.192,
        -0.117,
        -0.877,
        -0.849,
        0.095,
        0.002,
        0.793,
        0.42,
        0.688,
        -1.938,
        -2.494,
    ),
    "typed": (-0.168, 2.18, 1.201, -0.229, 0.852, 0.0, 0.0, 0.0, -0.6, 0.347, 0.0, -0.107, -0.422, 0.65, 0.0),
}
