"""Shipped calibration of what people decide: data, written by `python -m tests.bench.fit_people`."""

from __future__ import annotations

from collections.abc import Mapping

CALIBRATION: Mapping[str, Mapping[str, float]] = {
    "people: amount": {"a": -0.64596, "amount": -0.64596, "b": 0.75021},
    "people: code": {"a": 0.16813, "b": 1.13564, "code": 0.16813},
    "people: date": {"a": -0.03146, "b": 0.95863, "date": -0.03146},
    "people: line text": {"a": 0.10354, "b": 0.57233, "line text": 0.10354},
    "people: short text": {"a": -0.25187, "b": 0.64115, "short text": -0.25187},
}
