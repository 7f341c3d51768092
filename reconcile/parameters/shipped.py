"""Parameters version 0: the first fit that ships with fairhand."""

from __future__ import annotations

from reconcile.parameters.shipped_data import CONTENT
from reconcile.parameters.shipped_people import CALIBRATION
from transcribe.model import Parameters


def shipped_parameters() -> Parameters:
    """What weighing stands on before anything was learnt here: how the two engines read, how sure they are when wrong,
    what they take for what, and on how many typed fields machines alone were wrong; and what the model's probability
    turned out to mean where people read too."""
    return _SHIPPED


_SHIPPED = Parameters(version=0, content={**CONTENT, "calibration": {**CONTENT["calibration"], **CALIBRATION}})
