"""Parameters version 0: the first fit that ships with fairhand."""

from __future__ import annotations

from reconcile.parameters.shipped_data import CONTENT
from reconcile.parameters.shipped_people import CALIBRATION
from transcribe.model import Parameters


def shipped_parameters() -> Parameters:
    """The parameters of a store that has learnt nothing yet.

    They hold how the two engines read, how sure they are when wrong, what they take for what, and on how many typed
    fields machines alone were wrong. They hold too what the model's probability turned out to mean where people read.
    """
    return _SHIPPED


_SHIPPED = Parameters(version=0, content={**CONTENT, "calibration": CALIBRATION})
