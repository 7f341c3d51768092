"""Made-up readers, planning, and the demo."""

from flows.simulation.batch_inputs import inputs_of_scans
from flows.simulation.demo import SAMPLES, run_demo
from flows.simulation.plan_lines import PlanLine, plan_line, plan_plot
from flows.simulation.planning import DEFAULT_TARGETS, plan
from flows.simulation.planning_inputs import PlanInputs, PlanOptions, error_shares, plan_inputs

__all__ = [
    "DEFAULT_TARGETS",
    "SAMPLES",
    "PlanInputs",
    "PlanLine",
    "PlanOptions",
    "error_shares",
    "inputs_of_scans",
    "plan",
    "plan_inputs",
    "plan_line",
    "plan_plot",
    "run_demo",
]
