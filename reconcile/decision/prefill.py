"""The value that a form lets its first reader see before they type: the likeliest, where it is probable enough."""

from __future__ import annotations

from dataclasses import replace

from transcribe.model import Form, Posterior, Task


def prefilled(task: Task, posterior: Posterior, form: Form) -> Task:
    """The task with the value that its box shows at first, where the form's option `prefill` allows it.

    The value must be as probable as that option says.

    Only the first person who reads a field sees it. Later readers are blind, so that there is always one independent
    vote. Ticks and signatures are never shown, as one key says them anyway.
    """
    least = form.options.get("prefill")
    if least is None or task.kind != "read" or posterior.people or posterior.experts:
        return task
    best = next((each for each in posterior.candidates if each.origin == "read"), None)
    if best is None or best.null is not None or isinstance(best.value, bool) or not best.text:
        return task
    return replace(task, prefill=best.text) if posterior.probability >= float(least) else task
