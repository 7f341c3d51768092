"""What the evidence about a value that machines read is worth: the additive model that ships.

log odds that the value is right = start of its family + sum over features of curve(feature), in nats. Each curve is
piecewise linear and rises or falls throughout, as `SIGNS` says: agreement never makes a value less probable, and
contradiction never more. The tables are fitted by `python -m tests.bench.fit_evidence` on photographs of known truth
(T. Hastie, R. Tibshirani, Generalized Additive Models, Statistical Science 1, 1986).
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

SIGNS: Mapping[str, int] = {
    "share": 1,
    "first": 1,
    "others": 1,
    "rival": -1,
    "near": -1,
    "torn": -1,
    "torn sign": -1,
    "torn class": -1,
    "again": -1,
    "place": 1,
    "quality": 1,
    "fit": 1,
    "length": -1,
    "twin": -1,
    "twin sign": -1,
    "shape": 1,
    "novel": -1,
    "column": -1,
    "known": 1,
    "unlisted": -1,
    "swapped": -1,
    "check": 1,
    "sums": 1,
    "broken": -1,
    "pointless": -1,
    "faults": -1,
    "illegible": -1,
    "accents": -1,
}
"""Each feature, and whether more of it makes a value more probable (1) or less (-1).

`reconcile.inference.features` says what each of them measures.
"""


class Curve(NamedTuple):
    """What a feature is worth, in nats: `worth` at each of the points `at`, straight between, flat beyond.

    `usual` is the mean over the values that it was fitted on: what lies below it speaks against a value.
    """

    at: Sequence[float]
    worth: Sequence[float]
    usual: float

    def of(self, number: float) -> float:
        """What so much of the feature is worth."""
        above = bisect_right(self.at, number)
        if above == 0 or above == len(self.at):
            return self.worth[min(above, len(self.at) - 1)]
        left, right = self.at[above - 1], self.at[above]
        part = (number - left) / (right - left)
        return self.worth[above - 1] + part * (self.worth[above] - self.worth[above - 1])


class EvidenceModel(NamedTuple):
    """A start for each family of field types, and a curve for each feature that is worth something."""

    starts: Mapping[str, float]
    curves: Mapping[str, Curve]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> EvidenceModel:
        """The model of stored tables: `starts` by family, `curves` by feature as (at, worth, usual)."""
        return cls(stored["starts"], {name: Curve(*curve) for name, curve in stored["curves"].items()})

    def log_odds(self, family: str, features: Mapping[str, float]) -> float:
        """The log odds that a value is right."""
        found = self.starts.get(family, 0.0)
        for name, curve in self.curves.items():
            found += curve.of(features[name])
        return found

    def against_usual(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature is worth here less what it usually is, in nats."""
        return {name: curve.of(features[name]) - curve.usual for name, curve in self.curves.items()}


@cache
def shipped_models() -> Mapping[str, EvidenceModel]:
    """The models that ship: "boxes" of fields whose form says where they stand, "searched" of free layouts."""
    stored = json.loads(files(__package__).joinpath("evidence_model.json").read_text(encoding="utf-8"))
    return {name: EvidenceModel.read(each) for name, each in stored.items()}
