"""Sheets -> groups: pages of one filled-in form are put together, and what is in doubt is left to a person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from transcribe.errors import ScanError
from transcribe.intake.file_pages import FilePage, Unreadable, page_unreadable, picture, unreadable
from transcribe.intake.page_order import UNKNOWN, Together, begins_naturally, settled, together
from transcribe.model import Form
from transcribe.registration import Aligned, Guess, align, identify, remember_alignment, sure_guess
from transcribe.sandbox import Limits

APART = (
    "Put the pages of each order into a PDF or a folder of their own, or see that the folder begins with a whole "
    "order, its first page first,"
)
"""What to do about pages of which nobody can tell whose they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sheets of one scan and their form, None where it is in doubt; `laid` is how they lie on it, if looked at.

    `near` is a form that the sheets might be where none is sure: they can be laid on it, well or badly.
    """

    sheets: tuple[FilePage, ...]
    form: Form | None
    laid: tuple[Aligned, ...] = ()
    near: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One sheet, without its picture, as page `number` of a form of several pages; UNKNOWN where it lies on none."""

    sheet: FilePage
    form: Form
    number: int


Found = Group | Unreadable | Piece


def of_form(found: Iterable[FilePage | Unreadable], form: Form, limits: Limits) -> Iterator[Group | Unreadable]:
    """The filled-in forms in these sheets: each sheet of a form of one page; of more pages, those that lie in one file,
    or follow each other as single pictures of one folder, and surely belong together.

    Of a form with the option `pages = "file"` every file is one group, whatever its number of pages.
    """
    if form.options.get("pages") == "file":
        return _whole_files(found, form)
    if len(form.blanks) == 1 or form.free:
        return (each if isinstance(each, Unreadable) else Group(sheets=(each,), form=form) for each in found)
    return _joined(each if isinstance(each, Unreadable) else _laid(each, form, limits) for each in found)


def of_any(
    found: Iterable[FilePage | Unreadable], forms: Sequence[Form], limits: Limits
) -> Iterator[Group | Unreadable]:
    """Each sheet by itself with the form it surely is; pages of one form of several pages put together."""
    return _joined(each if isinstance(each, Unreadable) else _recognised(each, forms, limits) for each in found)


# --- one sheet -------------------------------------------------------------------------------------------------------


def _laid(sheet: FilePage, form: Form, limits: Limits) -> Found:
    try:
        aligned = align(picture(sheet, limits), form)
    except Exception as error:
        return page_unreadable(sheet, error)
    return _piece(sheet, form, aligned)


def _piece(sheet: FilePage, form: Form, aligned: Aligned) -> Piece:
    remember_alignment(sheet.source.sha256, sheet.page, aligned.laid(form))
    return Piece(sheet=sheet.light, form=form, number=aligned.number if aligned.fits else UNKNOWN)


def _recognised(sheet: FilePage, forms: Sequence[Form], limits: Limits) -> Found:
    try:
        guesses = identify([picture(sheet, limits)], forms)
    except Exception as error:
        return page_unreadable(sheet, error)
    best: Guess | None = sure_guess(guesses)
    if best and len(best.form.blanks) > 1:
        return _piece(sheet, best.form, best.aligned[0])
    if best:
        remember_alignment(sheet.source.sha256, sheet.page, best.aligned[0].laid(best.form))
        return Group(sheets=(sheet,), form=best.form, laid=best.aligned)
    near = next((guess.form for guess in guesses if 0 not in guess.order), None)
    return Group(sheets=(sheet,), form=None, near=near)


# --- together --------------------------------------------------------------------------------------------------------


def _whole_files(found: Iterable[FilePage | Unreadable], form: Form) -> Iterator[Group | Unreadable]:
    begun: list[FilePage] = []
    for sheet in found:
        if begun and (isinstance(sheet, Unreadable) or sheet.path != begun[-1].path):
            yield Group(sheets=tuple(begun), form=form)
            begun = []
        if isinstance(sheet, Unreadable):
            yield sheet
        else:
            begun.append(sheet)
    if begun:
        yield Group(sheets=tuple(begun), form=form)


def _joined(found: Iterable[Found]) -> Iterator[Group | Unreadable]:
    """The same with pieces put together; what came after pieces that still wait waits too, so that the order stays."""
    waiting: _Waiting | None = None
    for each in found:
        place = _place(each)
        if waiting and place != waiting.place:
            yield from waiting.all()
            waiting = None
        waiting = waiting or _Waiting(place)
        yield from waiting.after(each)
    if waiting:
        yield from waiting.all()


def _place(each: Found) -> Path:
    """Where sheets must lie that may belong together: a file of several pages, or the folder of single pictures."""
    if isinstance(each, Unreadable):
        return each.path.parent
    sheet = each.sheets[0] if isinstance(each, Group) else each.sheet
    return sheet.path.parent if sheet.only else sheet.path


@dataclass(slots=True)
class _Waiting:
    """What was found in one place, in order, of which some may belong together with what comes next."""

    place: Path
    found: list[Found] = field(default_factory=list)
    natural: set[str] = field(default_factory=set)
    parted: dict[Path, tuple[FilePage, list[int]]] = field(default_factory=dict)

    def after(self, each: Found) -> Iterator[Group | Unreadable]:
        """What is settled now that this one came."""
        if not self.found and not isinstance(each, Piece):
            yield each
            return
        self.found.append(_light(each) if isinstance(each, Group) else each)
        (name, *others) = {piece.form.name for piece in self.found if isinstance(piece, Piece)}
        pages = next(len(piece.form.blanks) for piece in self.found if isinstance(piece, Piece))
        numbers = self._numbers(name)
        if others or not (name in self.natural or begins_naturally(numbers, pages)):
            return
        self.natural.add(name)
        plan = together(numbers, pages, natural=True)
        count = settled(plan, numbers, pages)
        if count:
            start = plan[count].members[0]
            now, self.found = self.found[:start], self.found[start:]
            yield from self._given(now, {name: plan[:count]})

    def all(self) -> Iterator[Group | Unreadable]:
        """Everything that still waits, and last of all the files of which pages stay in doubt."""
        forms = {piece.form.name: piece.form for piece in self.found if isinstance(piece, Piece)}
        plans = {
            name: together(self._numbers(name), len(form.blanks), natural=name in self.natural)
            for name, form in forms.items()
        }
        yield from self._given(self.found, plans)
        self.found = []
        for sheet, numbers in self.parted.values():
            yield _in_doubt(sheet, numbers)

    def _numbers(self, name: str) -> list[int | None]:
        return [each.number if isinstance(each, Piece) and each.form.name == name else None for each in self.found]

    def _given(self, found: Sequence[Found], plans: dict[str, list[Together]]) -> Iterator[Group | Unreadable]:
        """What was found, each form where its first page stands."""
        begins = {each.members[0]: each for plan in plans.values() for each in plan}
        for at, each in enumerate(found):
            if isinstance(each, Unreadable):
                yield each
            elif isinstance(each, Group):
                yield from _whole(each)
            elif at in begins:
                pieces = [piece for member in begins[at].members if isinstance(piece := found[member], Piece)]
                if begins[at].clear:
                    yield from _whole(Group(sheets=tuple(piece.sheet for piece in pieces), form=each.form))
                    continue
                for piece in pieces:
                    self.parted.setdefault(piece.sheet.path, (piece.sheet, []))[1].append(piece.sheet.page)


def _light(group: Group) -> Group:
    """A group that waits: a folder may hold more pictures than the memory."""
    return replace(group, sheets=tuple(sheet.light for sheet in group.sheets), laid=())


def _whole(group: Group) -> Iterator[Group | Unreadable]:
    """The group with the bytes of its files; one whose file was changed or taken away in between is set aside."""
    sheets = []
    for sheet in group.sheets:
        try:
            content = sheet.content or sheet.path.read_bytes()
        except OSError as error:
            content, reason = b"", f"the file cannot be read ({error.strerror})."
        else:
            reason = "the file was changed while it was read."
        if hashlib.sha256(content).hexdigest() != sheet.source.sha256:
            yield unreadable(sheet.path, sheet.source, ScanError(reason))
        else:
            sheets.append(replace(sheet, content=content))
    if sheets:
        yield replace(group, sheets=tuple(sheets))


def _in_doubt(sheet: FilePage, pages: Sequence[int]) -> Unreadable:
    """A file with pages that may belong to one order or to another: joined wrongly they would be read as one."""
    which = "it" if sheet.only else f"page {', '.join(map(str, sorted(pages)))}"
    reason = f"{sheet.path.name}: it is not clear which other pages belong together with {which}."
    return Unreadable(file=sheet.source, error=ScanError.__name__, reason=reason, path=sheet.path, advice=APART)
