"""Shipped calibration of what people decide: data, written by `python -m tests.bench.fit_people`."""

from __future__ import annotations

from collections.abc import Mapping

CALIBRATION: Mapping[str, Mapping[str, float]] = {
    "people: amount": {"a": -0.3719, "amount": -0.3719, "b": 0.66197},
    "people: code": {"a": -0.00117, "b": 0.99879, "code": -0.00117},
    "people: date": {"a": 0.00537, "b": 0.99061, "date": 0.00537},
    "people: line text": {"a": -0.08609, "b": 0.60522, "line text": -0.08609},
    "people: short text": {"a": -0.43437, "b": 0.59988, "short text": -0.43437},
}
