"""Shipped calibration of what people decide: data, written by `python -m tests.bench.fit_people`."""

from __future__ import annotations

from collections.abc import Mapping

CALIBRATION: Mapping[str, Mapping[str, float]] = {
    "people: amount": {"a": -0.46889, "amount": -0.46889, "b": 0.71845},
    "people: code": {"a": 0.00271, "b": 1.00368, "code": 0.00271},
    "people: date": {"a": -0.00749, "b": 0.96969, "date": -0.00749},
    "people: line text": {"a": 0.17901, "b": 0.50768, "line text": 0.17901},
    "people: short text": {"a": -0.34202, "b": 0.66586, "short text": -0.34202},
}
