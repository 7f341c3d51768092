"""The parts that are installed beside the core, and the contract that they keep."""

from flows.house.part import CONTRACT, BesidePages, DeskPages, HousePart, ProgramRoutes, Trouble, WholeExport
from flows.house.parts_found import FoundPart, brought, found_parts, require_on

__all__ = [
    "CONTRACT",
    "BesidePages",
    "DeskPages",
    "FoundPart",
    "HousePart",
    "ProgramRoutes",
    "Trouble",
    "WholeExport",
    "brought",
    "found_parts",
    "require_on",
]
