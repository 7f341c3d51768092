"""Signs in names that turn the direction of writing: nobody can be called so on any page."""

from __future__ import annotations

import re

from transcribe.i18n.marks import N_

DIRECTION_PATTERN = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Signs without a shape that turn the direction of all that follows: embeddings, overrides and isolates."""

NO_DIRECTION = N_("An invisible sign in this name turns the direction of writing. Type it anew, without copying it.")
"""What is said of a name with such a sign."""


def turns_direction(name: str) -> bool:
    """Whether what follows the name in a line would be written the other way round."""
    return DIRECTION_PATTERN.search(name) is not None
