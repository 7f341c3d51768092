"""Made-up readers, planning, and the demo."""

from flows.simulation.batch_inputs import inputs_of_scans
from flows.simulation.demo import SAMPLES, run_demo
from flows.simulation.plan_lines import PlanLine, plan_line, plan_plot
from flows.simulation.planning import DEFAULT_TARGETS, plan
from flows.simulation.planning_inputs import PlanInputs, PlanOptions, PlanTerms, error_shares, plan_inputs
from flows.simulation.scale import ScaleInputs
from flows.simulation.scale_inputs import ALWAYS, OFFICE_HOURS, scale_inputs
from flows.simulation.scale_lines import ScaleLine, scale_line, scale_terms

__all__ = [
    "ALWAYS",
    "DEFAULT_TARGETS",
    "OFFICE_HOURS",
    "SAMPLES",
    "PlanInputs",
    "PlanLine",
    "PlanOptions",
    "PlanTerms",
    "ScaleInputs",
    "ScaleLine",
    "error_shares",
    "inputs_of_scans",
    "plan",
    "plan_inputs",
    "plan_line",
    "plan_plot",
    "run_demo",
    "scale_inputs",
    "scale_line",
    "scale_terms",
]
