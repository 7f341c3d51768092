"""Made-up readers, planning, and the demo."""

from flows.simulation.demo import SAMPLES, show
from flows.simulation.planning import TARGETS, plan
from flows.simulation.planning_inputs import Prospect, Said, plan_json, plan_plot, prospect, rates

__all__ = ["SAMPLES", "TARGETS", "Prospect", "Said", "plan", "plan_json", "plan_plot", "prospect", "rates", "show"]
