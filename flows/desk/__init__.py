"""The operator's desk: what waits, what it costs, when it will be done, and every verb of an operator, as pages."""

from flows.desk.desk import DESK_ADDRESS, add_desk

__all__ = ["DESK_ADDRESS", "add_desk"]
