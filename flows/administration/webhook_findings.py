"""What the doctor says of webhooks."""

from __future__ import annotations

from collections.abc import Iterator

from flows.administration.finding import Finding
from flows.home import Settings, has_state, now, open_state
from flows.webhooks import webhook_troubles
from transcribe.errors import FairhandError


def webhook_findings(settings: Settings) -> Iterator[Finding]:
    """Programs that are to be told of orders and are not."""
    if not has_state(settings):
        return
    try:
        store = open_state(settings)
    except FairhandError:
        return  # that is a finding of its own
    try:
        for each in list(webhook_troubles(store, now())):
            facts = {"code": f"webhook {each.code}", "name": each.name, "mend": "", **each.facts}
            yield Finding(check="webhooks", message=each.message, mend=each.mend, warning=True, facts=facts)
    finally:
        store.close()
