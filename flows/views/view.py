"""What a read model is: made from a fact of the store, and dumped as what `--json` prints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, PlainSerializer


class View(BaseModel):
    """A read model: each field is what a fact has under the same name, where `from_fact` names no other place."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


Moment = Annotated[datetime, PlainSerializer(datetime.isoformat, when_used="json-unless-none")]
"""A time, in JSON as ISO 8601 with its offset."""


def from_fact(*path: str) -> Any:
    """A field that a fact has elsewhere, such as `from_fact("scan", "id")`."""
    return Field(validation_alias=AliasPath(*path))
