"""Made-up readers: planning a batch or a month with them, and the demo."""

from flows.parts.simulation.simulation_part import PART

__all__ = ["PART"]
