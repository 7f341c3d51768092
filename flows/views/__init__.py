"""Read models: what is shown of a home, once for commands and pages."""

from flows.views.status import known_values, status_json

__all__ = [
    "known_values",
    "status_json",
]
