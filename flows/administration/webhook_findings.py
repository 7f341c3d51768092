"""What the doctor says of webhooks."""

from __future__ import annotations

from collections.abc import Iterator

from flows.administration.finding import Finding, usable_state
from flows.home import Settings, now
from flows.webhooks import webhook_troubles


def webhook_findings(settings: Settings) -> Iterator[Finding]:
    """Programs that are to be told of orders and are not."""
    with usable_state(settings) as store:
        troubles = list(webhook_troubles(store, now())) if store else []
    for each in troubles:
        facts = {"code": f"webhook {each.code}", "name": each.name, "mend": "", **each.facts}
        yield Finding(check="webhooks", message=each.message, mend=each.mend, warning=True, facts=facts)
