"""Homes that grow: pictures in a bucket; moved to another database or archive, verified before they are used."""

from flows.parts.scale.scale_part import PART

__all__ = ["PART"]
