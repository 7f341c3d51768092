"""Webhooks: other programs are told of what becomes of orders, signed, at least once, and in order for each record."""

from flows.parts.webhooks.webhooks_part import PART

__all__ = ["PART"]
