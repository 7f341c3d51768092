"""Planning with what a home has already: finished scans stand for orders whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

from flows.home import Home, policy
from flows.parts.simulation.ground_truth import Sample
from flows.parts.simulation.planning import PlannedBatch
from flows.parts.simulation.planning_inputs import PlanInputs, PlanOptions, engines_of, people_of, terms_of
from flows.parts.simulation.simulated_sources import stated
from reconcile.parameters import read_parameters, shipped_parameters
from transcribe.model import Form


def inputs_of_scans(home: Home, form: Form, scans: Sequence[str]) -> PlanInputs:
    """Everything that planning needs, from finished scans of a form: what was decided of them is held to be written.

    Each is played once, with the machine readings that it has. Scans of another version of the form are left out.
    """
    options, parameters = PlanOptions(rounds=1), home.store.parameters() or shipped_parameters()
    learnt = read_parameters(parameters)
    people, people_from = people_of(home, form, options, learnt)
    known = [
        each for each in map(home.store.scan, scans) if (each.form, each.form_version) == (form.name, form.version)
    ]
    orders = [
        Sample(
            file=scan.id,
            form=form.name,
            fields={str(each.key): each.text for each in home.store.decisions(scan.id) if each.null in (None, "blank")},
        )
        for scan in known
    ]
    readings = {scan.id: [each for each in home.store.readings(scan.id) if each.kind == "machine"] for scan in known}
    return PlanInputs(
        batch=PlannedBatch(
            form=form,
            orders=orders,
            machine_readings=readings,
            engines=engines_of(form, options, learnt),
            people=people,
            expert=stated(form, "expert", [options.expert_share], "expert")[0],
            parameters=parameters,
            policy=policy(home.settings),
            rounds=options.rounds,
        ),
        terms=terms_of(home, form, options),
        people_from=people_from,
        machines_from="as read in this home",
    )
