"""Provisional records of orders that nobody who is there can finish, where the operator says so."""

from __future__ import annotations

from flows.duplicates import with_duplicates
from flows.home import Home, now, policy
from flows.steps.identify_tasks import form_doubt
from flows.steps.layout_tasks import distinct_tasks
from flows.steps.learning_facts import reopening_version
from flows.steps.reconcile_scans import answers_of, parameters_in_force
from reconcile.decision import provisional_record, traditions
from reconcile.inference import weigh
from transcribe.model import Decision, Task
from transcribe.store import StrandedScan


def keep_provisional(home: Home) -> int:
    """Make a record of every order of which nobody who is there can finish what is open; gives how many.

    Its undecided fields have their likeliest value, and each is an exception "below target". They stay open: what
    somebody reads later corrects the record by a new version (see `reconcile_waiting`).
    """
    return sum(_keep(home, stranded) for stranded in home.store.stranded_scans())


def _keep(home: Home, stranded: StrandedScan) -> bool:
    """Keep a provisional record of one scan. False where somebody can still do something for it."""
    store, scan = home.store, home.store.scan(stranded.scan)
    form, policy_of_home = home.forms(scan.form, scan.form_version), policy(home.settings)
    readings = store.readings(scan.id, stranded.up_to)
    if form_doubt(form, readings).is_open:
        return False
    parameters = parameters_in_force(store, now())
    posteriors = weigh(form, readings, parameters, policy_of_home)
    people, reopening = traditions(store.transcribers()), reopening_version(store)
    answers = answers_of(scan, form, readings, posteriors, store, people, policy_of_home, parameters, reopening)
    asked = {key: answer for key, answer in answers.items() if isinstance(answer, Task)}
    if not asked or not {task.key for task in asked.values()} <= stranded.keys:
        return False
    record = provisional_record(scan, form, posteriors, answers, policy_of_home, store.photo_advice(scan.id))
    record = with_duplicates(store, record) if record else None
    if record is None:
        return False
    decided = [answer for answer in answers.values() if isinstance(answer, Decision)]
    store.conclude(scan.id, stranded.up_to, decided, list(distinct_tasks(answers)), record, now())
    return True
