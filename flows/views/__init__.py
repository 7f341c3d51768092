"""Read models: what is shown of a home, once for commands and pages."""

from flows.views.known_answers import known_values
from flows.views.status import status_json

__all__ = [
    "known_values",
    "status_json",
]
