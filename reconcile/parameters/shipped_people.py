"""Shipped calibration of what people decide: data, written by `python -m tests.bench.fit_people`."""

from __future__ import annotations

from collections.abc import Mapping

CALIBRATION: Mapping[str, Mapping[str, float]] = {
    "people: amount": {"a": -0.59159, "amount": -0.59159, "b": 0.77017},
    "people: code": {"a": -0.17319, "b": 0.84145, "code": -0.17319},
    "people: date": {"a": 0.8719, "b": 0.50126, "date": 0.8719},
    "people: line text": {"a": 0.59181, "b": 0.32594, "line text": 0.59181},
    "people: short text": {"a": -0.3523, "b": 0.65749, "short text": -0.3523},
}
