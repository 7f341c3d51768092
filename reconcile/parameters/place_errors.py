"""How often a field of a free layout is read where it does not stand, by how sure its place is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconcile.algorithms import Tally
from reconcile.parameters.shipped_data import CONTENT
from reconcile.parameters.shrinkage import RARE_WEIGHT_COUNT, shrunk

PLACE_CONFIDENCE_STEPS = (0.4, 0.6, 0.8, 0.9)
"""Where the confidence of a place is cut into bins. Chosen by hand."""

PRIOR_MISPLACED_SHARE = (0.4, 0.3, 0.25, 0.2, 0.15)
"""How often a place of each bin is the wrong one on layouts that nobody prepared for.

Measured on invoices of five firms: supplier and totals were of the wrong place in 6 of 20. A form's own count takes
over as it grows.
"""


def place_bin(confidence: float) -> int:
    """Which bin the confidence of a place falls into."""
    return bisect_right(PLACE_CONFIDENCE_STEPS, confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceErrors:
    """(misplaced, total) by way of finding a field, or its type, and bin of confidence."""

    tallies: Mapping[str, Sequence[Tally]]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> PlaceErrors:
        """The place tallies of stored parameters: `places`.

        Those of earlier versions were kept by the names of forms: there what ships counts until they are learnt anew.
        """
        tallies = content.get("places", {})
        return cls(tallies={**CONTENT["places"], **tallies} if any(": " in name for name in tallies) else tallies)

    def in_place_probability(self, name: str, type_name: str, confidence: float) -> float:
        """How probable it is that a field is read where it stands, by how sure its place is.

        As fields that are looked for in this way were found before, else as others of the type.
        """
        prior = PRIOR_MISPLACED_SHARE[place_bin(confidence)]
        of_type = shrunk(self._tally(type_name, confidence), prior, RARE_WEIGHT_COUNT)
        return 1.0 - shrunk(self._tally(name, confidence), of_type, RARE_WEIGHT_COUNT)

    def _tally(self, name: str, confidence: float) -> Tally | None:
        tallies = self.tallies.get(name)
        return None if tallies is None else tallies[place_bin(confidence)]
