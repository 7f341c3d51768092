"""The sections of the desk, in the order of its navigation. A new one is a line here and a folder with its routes."""

from __future__ import annotations

from dataclasses import dataclass

from transcribe.i18n import N_

DESK_ROLES = frozenset({"operator", "auditor"})
"""Who sees the desk, and may be limited to some forms of it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its address, its name (a message of the catalogues), and how addresses of its pages begin.

    `of_home`: it is about the whole home, and for those who see all forms.
    """

    address: str
    name: str
    begins: tuple[str, ...] = ()
    of_home: bool = False


SECTIONS = (
    Section("/desk", N_("Now")),
    Section("/desk/batches", N_("Batches"), ("/desk/batch",)),
    Section("/desk/scans", N_("Scans"), ("/desk/scan", "/desk/duplicates")),
    Section("/desk/quality", N_("Quality"), ("/desk/quality/",)),
    Section("/desk/people", N_("People"), ("/desk/people/",), of_home=True),
    Section("/desk/money", N_("Money"), ("/desk/money/",), of_home=True),
    Section("/desk/records", N_("Records"), ("/desk/records/", "/desk/programs")),
    Section("/desk/forms", N_("Forms"), ("/desk/forms/", "/desk/form/", "/desk/draft/")),
    Section("/desk/system", N_("System"), ("/desk/system/",), of_home=True),
)
"""What the navigation shows."""


def sections_for(*, sees_all_forms: bool) -> tuple[Section, ...]:
    """What the navigation shows to somebody."""
    return tuple(each for each in SECTIONS if sees_all_forms or not each.of_home)


def section_of(address: str) -> str:
    """The address of the section that a page belongs to, "" where it belongs to none."""
    below = (each.address for each in SECTIONS if address == each.address or address.startswith(each.begins))
    return next(below, "")
