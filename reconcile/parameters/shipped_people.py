"""Shipped calibration of what people decide: data, written by `python -m tests.bench.fit_people`."""

from __future__ import annotations

from collections.abc import Mapping

CALIBRATION: Mapping[str, Mapping[str, float]] = {
    "people: amount": {"a": -0.55627, "amount": -0.55627, "b": 0.72637},
    "people: code": {"a": 0.00199, "b": 1.00323, "code": 0.00199},
    "people: date": {"a": 0.12275, "b": 0.86752, "date": 0.12275},
    "people: line text": {"a": 0.13627, "b": 0.50561, "line text": 0.13627},
    "people: short text": {"a": -0.36283, "b": 0.66499, "short text": -0.36283},
}
