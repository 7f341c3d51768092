"""Homes that grow: moved to another database or archive, verified before they are used."""

from flows.parts.scale.scale_part import PART

__all__ = ["PART"]
