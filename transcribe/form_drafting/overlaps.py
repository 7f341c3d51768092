"""Drafted places that lie on one another: two fields on one place would read the same."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from transcribe.form_drafting.grids import SAME_SIDE_PX
from transcribe.geometry import Box


def each_on_its_own(labels: Mapping[Box, str], frames: Container[Box], tables: Sequence[Box]) -> dict[Box, Box]:
    """The places that stay, each with its box where it lies on no other one.

    `labels` gives every place its label, and `frames` those that are drawn all around. Frames around places with labels
    of their own, or around a table, are panels and go. Of a frame with lines inside that have no other label than the
    frame, the lines go. Room above a line ends below what stands above it.
    """
    panels, lines = set(), set()
    for frame, label in labels.items():
        if frame not in frames:
            continue
        inside = [box for box in labels if box != frame and _holds(frame, box)]
        if any(labels[box] != label for box in inside) or any(_holds(frame, table) for table in tables):
            panels.add(frame)
        else:
            lines.update(inside)
    kept = [box for box in labels if box not in panels and box not in lines]
    kept = [box for box in kept if not any(_holds(table, box) for table in tables)]
    return {box: _below_others(box, [*kept, *tables]) for box in kept}


def _holds(outer: Box, inner: Box) -> bool:
    """Whether one box lies in another one, and is smaller."""
    return outer.padded(SAME_SIDE_PX).contains(inner) and inner.area < outer.area


def _below_others(box: Box, others: Sequence[Box]) -> Box:
    """A box that begins below the others whose lower side it covers."""
    above = [each.y1 for each in others if each.intersects(box) and each.middle[1] < box.middle[1] and each.y1 < box.y1]
    return box._replace(y0=max([box.y0, *above]))
