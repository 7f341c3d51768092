"""Which rules of a form the value of a field breaks, in words."""

from __future__ import annotations

from flows.home import Home
from reconcile.decision import assemble
from transcribe.codes import RecordRule
from transcribe.i18n import sentence
from transcribe.model import FieldKey, Form, RuleException


def rules_broken(home: Home, scan: str, key: FieldKey) -> list[str]:
    """A sentence for each rule that a decided field breaks, whatever is still open or published of its scan."""
    known = home.store.scan(scan)
    if not known.form:
        return []
    form = home.forms(known.form, known.form_version)
    found = assemble(known, form, home.store.decisions(known.id)).exceptions
    return [_words(form, each) for each in found if key in each.keys]


def _words(form: Form, broken: RuleException) -> str:
    rule = next((each for each in form.rules if each.name == broken.rule), None)
    if rule is not None:
        told = f'The form\'s rule "{rule.name}" does not hold: {rule.check}.'
        is_masked = any(form.field(key.name).personal == "payment" for key in broken.keys)
        return told if is_masked else f"{told} Expected was {broken.expected}; found was {broken.found}."
    if broken.rule in tuple(RecordRule):
        return sentence(broken.rule)
    return f"It breaks the rule {broken.rule!r}."
