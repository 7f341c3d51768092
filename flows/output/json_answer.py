"""What all models of JSON that `read` and `scan explain` give have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

Number = int | float
"""A number as it was kept: a whole one stays whole, so that 1 is never written as 1.0."""


class JsonAnswer(BaseModel):
    """A JSON object with its keys in the order of its fields. A key that was not given is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def plain(self) -> dict[str, Any]:
        """The object as plain data, as `json.dumps` takes it."""
        return self.model_dump(mode="json", exclude_unset=True)
