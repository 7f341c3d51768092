"""Other people's readings: a file of them reconciled without a store, and a page on its agreement."""

from flows.parts.collections.collections_part import PART

__all__ = ["PART"]
