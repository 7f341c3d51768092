"""What parts add to the desk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flows.house import DeskPages, brought


@cache
def pages_of_parts() -> Mapping[str, DeskPages]:
    """What each part adds to the desk, by the name of the part."""
    return dict(brought(lambda part: part.desk))
