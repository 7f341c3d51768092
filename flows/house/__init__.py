"""The parts that are installed beside the core, and the contract that they keep."""

from flows.house.part import CONTRACT, HousePart
from flows.house.parts_found import FoundPart, found_parts, installed, require_on

__all__ = ["CONTRACT", "FoundPart", "HousePart", "found_parts", "installed", "require_on"]
