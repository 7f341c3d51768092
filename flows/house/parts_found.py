"""Which parts are installed here, and what keeps one from being used."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import TypeVar

from flows.house.part import CONTRACT, HousePart
from transcribe.errors import PartOff
from transcribe.i18n import worded

Given = TypeVar("Given")

logger = logging.getLogger("fairhand.parts")

GROUP = "fairhand.parts"
"""The group of entry points that parts are found by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPart:
    """A part by its name, and the distribution that brings it with its version.

    `problem` is what keeps it from being used, "" for nothing; `part` is None where it could not be loaded.
    """

    name: str
    distribution: str
    version: str
    part: HousePart | None
    problem: str = ""


@cache
def found_parts() -> tuple[FoundPart, ...]:
    """Every part that an entry point names, by name; a broken one ends nothing."""
    points = sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    return tuple(_found(point) for point in points)


def installed(off: Collection[str] = ()) -> Mapping[str, HousePart]:
    """The parts that can be used and are not switched off, by name and in the order of their names."""
    return {it.name: it.part for it in found_parts() if it.part and not it.problem and it.name not in off}


def brought(
    hook: Callable[[HousePart], Callable[[], Given] | None], off: Collection[str] = ()
) -> Iterator[tuple[str, Given]]:
    """What each part that is not `off` gives by this hook. One that breaks is named and left out."""
    for name, part in installed(off).items():
        try:
            give = hook(part)
            given = give and give()
        except Exception as error:  # whatever it is: a part is other people's code
            logger.error("fairhand: the part %s is broken (%s). Run fairhand doctor.", name, error)
            continue
        if given is not None:
            yield name, given


def require_on(name: str, off: Collection[str]) -> None:
    """PartOff where this part is switched off."""
    if name in off:
        told = "The part %(part)s is switched off. Take it out of FAIRHAND_PARTS_OFF to use it."
        raise PartOff(worded("The part %(part)s of fairhand is switched off here.", command=told, part=name))


def _found(point: metadata.EntryPoint) -> FoundPart:
    part = None
    try:
        part = point.load()
        problem = _problem(part)
    except Exception as error:  # whatever it is: a part is other people's code, and the core works without it
        problem = f"{type(error).__name__}: {error}"
    distribution, version = (point.dist.name, point.dist.version) if point.dist else (point.module, "")
    return FoundPart(name=point.name, distribution=distribution, version=version, part=part, problem=problem)


def _problem(part: HousePart) -> str:
    """Why a part that was loaded cannot be used, "" for nothing."""
    if part.contract != CONTRACT:
        return f"it is made for version {part.contract} of the contract of parts, and this fairhand has {CONTRACT}"
    missing = [it for it in part.libraries if importlib.util.find_spec(it) is None]
    return f"{', '.join(missing)} cannot be imported" if missing else ""
