"""The part `layouts`: the reader of pages without a blank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import CONTRACT, HousePart

if TYPE_CHECKING:
    from transcribe.recognition import LayoutReader


def _layout_reader() -> LayoutReader:
    from transcribe import extraction

    return extraction


PART = HousePart(contract=CONTRACT, layout_reader=_layout_reader)
