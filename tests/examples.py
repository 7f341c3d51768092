"""How laws draw their examples: a few in every test run, many more in `make soak`. How quick the machine is, is nothing
to them: no example has a deadline, and none is refused for having taken long to draw."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings

SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
"""Whether this is the long run: then there are more examples, and the tests marked `soak` are run."""

MORE = 40
"""So many times the examples of a test run has the long run."""


def examples(few: int, *allowed: HealthCheck, **others: Any) -> settings:
    """The settings of a law that draws so many examples in a test run."""
    return settings(
        max_examples=few * (MORE if SOAK else 1),
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, *allowed],
        **others,
    )
