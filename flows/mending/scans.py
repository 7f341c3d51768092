"""What an operator does to a scan: read again, retaken, turned, split, joined, settled with another one."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from flows.duplicates import find_alike, identity_parts
from flows.home import Home, limits, now, policy, require_room
from flows.steps import (
    Because,
    ReconciledScans,
    TakenScan,
    cancelled_at,
    laid_pages,
    machine_reads,
    read_scan,
    reconcile_to_the_end,
)
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from transcribe.errors import EngineError, FairhandError, NotFound, ScanError, SettingsError
from transcribe.i18n import worded
from transcribe.lean_imports import later
from transcribe.model import (
    PEOPLE,
    WHOLE,
    Duplicate,
    FieldKey,
    Form,
    Reading,
    ReadResult,
    Scan,
    ScanPage,
    SourceFile,
    Verdict,
)

if TYPE_CHECKING:
    from transcribe import forms, intake, registration
else:
    forms = later("transcribe.forms")
    intake = later("transcribe.intake")
    registration = later("transcribe.registration")

logger = logging.getLogger("fairhand.read")


def _nothing() -> None:
    """What is kept with a scan that is read again, where there is nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPages:
    """Pages that take the place of those of a scan.

    They are as they are kept, with the files that they came in. `scan` has the id that the pages have as they came.
    """

    scan: Scan
    files: tuple[SourceFile, ...]


def read_again(
    home: Home,
    scan: Scan,
    form: Form,
    because: Because,
    pages: NewPages | None = None,
    *,
    without: int = 0,
    retaken: bool = False,
    turned_degrees: int = 0,
    pages_changed: tuple[str, str] = ("", ""),
    within: Callable[[], None] = _nothing,
    look: Callable[[ReadResult], None] | None = None,
) -> ReadResult:
    """Have a scan read anew as this form; what was read before stays as history. `within` is kept with it, or not.

    `look` is given what was read before anything is changed, and may raise an error. Nothing is changed before it is
    read: ScanError or EngineError leave the scan as it was. ScanError too where nobody knows where payment data stand.
    """
    pages = pages or _masked(home, scan, form)
    taken = replace(pages.scan if pages else scan, id=scan.id, form=form.name, form_version=form.version)
    laid = laid_pages(home, taken, form)
    prints = registration.fingerprints(laid, form)
    reads = machine_reads(home, taken, form, laid, without=without)
    if look is not None:
        look(reads)
    with home.store.together():
        if pages is not None:
            home.store.replace_pages(scan.id, pages.scan, pages.files, now())
        home.store.read_again(
            *(scan.id, (form.name, form.version), reads, because.by, because.why, now()),
            retaken=retaken, turned_degrees=turned_degrees, pages_changed=pages_changed,
            unchanged=_unchanged(home, form),
        )  # fmt: skip
        _end_doubt(home, scan, form, because)
        find_alike(home, scan.id, form, prints)
        within()
    _erase_replaced(home, scan, form)
    return reads


def _end_doubt(home: Home, scan: Scan, form: Form, because: Because) -> None:
    """Bring a scan back that people set aside as it is not its form, where it is read as another one now."""
    verbs = ("scan set aside", "scan brought back")
    last = next((each for each in reversed(home.store.acts(scan=scan.id)) if each.verb in verbs), None)
    if last is not None and (last.verb, last.by) == (verbs[0], PEOPLE) and form.name != scan.form:
        home.store.bring_scan_back(scan.id, because.by, because.why, now())


def _unchanged(home: Home, form: Form) -> dict[int, frozenset[str]]:
    """The fields that each other version of a form has alike, by version."""
    found = {}
    for name, version, _ in home.store.forms():
        if name == form.name and version != form.version:
            with suppress(FairhandError):  # its definition is no longer there: what was read of it is asked once more
                found[version] = forms.unchanged_fields(home.forms(name, version), form)
    return found


def keys_typed(home: Home, scan: Scan) -> set[FieldKey]:
    """The fields of a scan of which something counts that people typed."""
    return {each.key for each in home.store.readings(scan.id) if each.kind != "machine" and each.key != WHOLE}


def _erase_replaced(home: Home, scan: Scan, form: Form) -> None:
    """Erase pages that others have taken the place of, where payment data may stand on them."""
    for name in home.store.replaced(scan.id) if form.has_payment else ():
        home.archive.erase(name)


def _masked(home: Home, scan: Scan, form: Form) -> NewPages | None:
    """Masked pages of a scan that becomes a form with payment data; None where nothing is to be masked."""
    origin = home.store.origin(scan.id)
    is_same = (scan.form, scan.form_version) == (form.name, form.version)
    if not form.has_payment or (is_same and not intake.is_unmasked(scan, form, origin)):
        return None
    copies = intake.masked_anew(scan, form, home.archive, limits(home.settings), sure=True)
    kept = tuple(ScanPage(file=copy.sha256, page=1) for copy in copies)
    return NewPages(scan=replace(scan, id=origin, pages=kept), files=copies)


def to_read_again(home: Home, taken: TakenScan, because: Because) -> tuple[Scan, Callable[[int], ReadResult]]:
    """The scan with its new form, and the function that reads it again.

    The function is given whether to go on without an engine that fails.
    """
    scanned = taken.scanned
    assert scanned is not None, "it is read again as what it came as"
    form = home.forms(scanned.scan.form, scanned.scan.form_version)
    pages = None if scanned.is_known else NewPages(scan=scanned.scan, files=scanned.files)
    anew = partial(read_again, home, taken.scan, form, because, pages)
    return replace(taken.scan, form=form.name, form_version=form.version), lambda without: anew(without=without)


def known_as(home: Home, scan: str) -> dict[str, object]:
    """As what a scan is known: name, scan, form, version, batch, since when; when its batch was cancelled or None."""
    known = home.store.known_scan(scan)
    cancelled = cancelled_at(home, known.scan.batch)
    form = {"form": known.scan.form, "version": known.scan.form_version}
    batch = {"batch": known.scan.batch, "cancelled": cancelled.isoformat() if cancelled else None}
    return {"name": known.scan.name, "scan": scan, **form, **batch, "since": known.since.isoformat()}


def scans_to_read_again(
    home: Home, names: Sequence[str] = (), batch: str | None = None, of_form: str | None = None
) -> list[Scan]:
    """The scans of these ids, of this batch and of this form that are not forgotten.

    NotFound where there is no such scan or batch, or one that is named is forgotten. SettingsError where none of the
    three is given.
    """
    if not names and batch is None and of_form is None:
        raise SettingsError("Say which scans: their ids, --batch, or --of-form. fairhand status --scans lists them.")
    if batch is not None:
        home.store.require_batch(batch)
    states = [each for each in home.store.scan_states(batch) if each.erased_at is None]
    named = [home.store.scan(name) for name in names]
    for each in named:
        require_kept(home, each)
    chosen = {each.id for each in named}
    found = [each.scan for each in states if not names or each.scan.id in chosen]
    if of_form is not None and of_form not in {name for name, _, _ in home.store.forms()}:
        raise SettingsError(f"No scan was read as a form {of_form!r}. fairhand forms list shows the forms.")
    return [each for each in found[::-1] if of_form in (None, each.form)]


def require_kept(home: Home, scan: Scan) -> None:
    """NotFound where a scan is forgotten, so that nothing is there to be read."""
    if home.store.scan_state(scan.id).erased_at is not None:
        raise NotFound(
            f"The scan {scan.id[:12]} is forgotten, and nothing of it is left to read. Its file may come again: "
            "fairhand ingest --again PATH."
        )


def form_to_read(home: Home, scan: Scan, name: str | None) -> Form:
    """The form that a scan is read as: the one named, else its own.

    SettingsError where it has none.
    """
    if name is not None:
        return home.use_form(name)
    if not scan.form:
        raise SettingsError(f"Nobody knows which form the scan {scan.id[:12]} is. Say it with --form.")
    return home.forms(scan.form, scan.form_version)


def what_stands(scan: Scan, error: Exception) -> str:
    """Why a scan was not read again, in words: it stays as it was."""
    if isinstance(error, ScanError):
        return f"{error} {error.advice} or leave it: what was read before stands."
    if isinstance(error, FairhandError):
        return f"{error} What was read before stands."
    logger.error("Reading the scan %s again failed unexpectedly.", scan.id[:12], exc_info=error)
    return f"It failed unexpectedly ({type(error).__name__}); what was read before stands."


def still_aside(home: Home, scan: Scan) -> str:
    """What to do with a scan that was read again and is still set aside. "" where it is not."""
    if not home.store.is_put_aside(scan.id):
        return ""
    stays = " and its record stays as it was" if home.store.has_record(scan.id) else ""
    return (
        f"it is set aside, so nobody is asked{stays}. To go on with it: "
        f"fairhand scan bring-back {scan.id[:12]} --why WHY"
    )


def still_masked(home: Home, before: Scan, wanted: str | None) -> str:
    """What to do with a scan that is to be another form than it was masked as. "" where it is not."""
    former = home.forms(before.form, before.form_version) if before.form else None
    if former is None or wanted in (None, former.name) or not former.has_payment:
        return ""
    if intake.is_unmasked(home.store.scan(before.id), former, home.store.origin(before.id)):
        return ""
    return (
        f"its picture was painted over as the form {former.name} asks, for good. The file itself shows all: "
        f"fairhand ingest --again --why WHY --form {wanted} FILE"
    )


# Another picture takes the place of a scan's, or its pages are turned.

TURNED_DEGREES = (90, 180, 270)
"""How far a page can be turned at a time; by 0 or 360 nothing would change."""

TURNS: tuple[Literal[0, 90, 180, 270], ...] = (0, 90, 180, 270)
"""How far a page may be turned with the clock, in degrees."""


def retake(home: Home, scan: Scan, file: Path, because: Because, *, anyway: bool = False) -> ReadResult:
    """Have a scan read from another picture of the same paper; what was read from the former is history then.

    A former picture of it may be taken again. SettingsError where the file is no scan of the same form, is known as
    another one, or a value that identifies the order is another there: not the last where it is taken `anyway`.
    """
    require_room(home.settings)
    require_kept(home, scan)
    form = home.forms(scan.form, scan.form_version) if scan.form else None
    if form is None:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    found = list(intake.scans_of([file], form, home.archive, limits(home.settings)))
    if len(found) != 1:
        raise SettingsError(f"There are {len(found)} scans in the file, not one. Give a file of this one alone.")
    (taken,) = found
    if isinstance(taken, intake.Unreadable):
        raise SettingsError(f"{taken.reason} {taken.advice} and retake the scan with it: what was read before stands.")
    known = home.store.scan_of_pages(taken.scan.id)
    if known is not None and known.id != scan.id:
        raise SettingsError(
            worded(
                "This picture is known already, as the scan %(scan)s. Give the new picture.",
                scan=known.name or known.id[:12],
            )
        )
    if taken.scan.id == home.store.origin(scan.id):
        raise SettingsError(worded("This is the picture that the scan is read from. Give the new picture."))
    pages = NewPages(scan=taken.scan, files=taken.files)
    look = None if anyway else lambda reads: require_same_order(home, scan, form, reads.readings)
    return read_again(home, scan, form, because, pages, retaken=True, look=look)


def require_same_order(home: Home, scan: Scan, form: Form, anew: Sequence[Reading]) -> None:
    """SettingsError where a value that identifies the order is another by readings of a new picture, sure or not."""
    learnt = home.store.parameters() or shipped_parameters()
    before, after = (
        identity_parts(form, weigh(form, readings, learnt, policy(home.settings)))
        for readings in (home.store.readings(scan.id), anew)
    )
    differing = [
        f"{name} {was!r} → {after[name][0]!r}"
        for name, (was, _) in before.items()
        if name in after and was != after[name][0]
    ]
    if differing:
        raise SettingsError(
            worded(
                "This looks like another order: %(differing)s. Nothing is changed. %(same_paper)s",
                differing=", ".join(differing),
                same_paper=worded(
                    "If it is the same paper, tick “Also if it seems to be another order”.",
                    command="If it is the same paper, say --anyway.",
                ),
            )
        )


def turn(home: Home, scan: Scan, degrees: int, because: Because) -> ReadResult:
    """Have a scan read with its pages turned with the clock by so many degrees more."""
    require_kept(home, scan)
    if not scan.form:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    if degrees not in TURNED_DEGREES:
        raise SettingsError("Pages are turned by 90, 180 or 270 degrees with the clock.")
    quarters = TURNS.index(degrees)
    pages = tuple(replace(page, turn=TURNS[(TURNS.index(page.turn) + quarters) % 4]) for page in scan.pages)
    turned = NewPages(scan=replace(scan, id=home.store.origin(scan.id), pages=pages), files=())
    form = home.forms(scan.form, scan.form_version)
    return read_again(home, scan, form, because, turned, turned_degrees=degrees)


# Scans are split and joined: pages of one become a scan of their own, and pages of two become one.


def split(home: Home, scan: Scan, at: int, because: Because) -> Scan:
    """Make a scan of its own of the pages from `at` on (1 is the first); gives it.

    Both are read again. The parts of what was joined are again the two scans that they were. SettingsError where
    there are no such pages.
    """
    require_kept(home, scan)
    form = _form(home, scan)
    if len(scan.pages) < 2:
        raise SettingsError("The scan has one page: there is nothing to split off.")
    if not 2 <= at <= len(scan.pages):
        raise SettingsError(
            f"The scan has {len(scan.pages)} pages: --at is the first page that leaves it, from 2 to {len(scan.pages)}."
        )
    stays, leaves = scan.pages[: at - 1], scan.pages[at - 1 :]
    joined = [home.store.scan(pair.newer) for pair in _joined(home, scan)]
    other = next((each for each in joined if each.pages in (stays, leaves)), None)
    if other is not None and other.pages == stays:
        stays, leaves = leaves, stays
    part = other or _part(home, scan, leaves, at)

    def keep() -> None:
        if other is None:
            home.store.add_part(scan.id, part, _origin(home, scan, leaves), now())
        home.store.settle_duplicate(scan.id, part.id, "different", because.by, because.why, now(), {"split at": at})

    _read(home, scan, form, stays, because, keep)
    if other is None:
        try:
            read_scan(home, part)
        except (ScanError, EngineError) as error:
            message = f"{error} Have it read again: fairhand scan read-again."
            home.store.set_scan_aside(part.id, type(error).__name__, message, part.batch, now())
    return part


def join(home: Home, first: Scan, second: Scan, because: Because) -> Scan:
    """Make one scan of the pages of two, those of the second last; gives it.

    It is the one that came first. SettingsError where they are of two forms, or of one with a single page, or one of
    them is part of another scan already.
    """
    stays, ends = home.store.in_order(first.id, second.id)
    form = _form(home, stays)
    if (ends.form, ends.form_version) != (stays.form, stays.form_version):
        raise SettingsError("The two are not read as the same form. Have one read again: fairhand scan read-again.")
    if not form.free and len(form.blanks) == 1 and form.options.get("pages") != "file":
        raise SettingsError(
            f"The form {form.name} has one page, so that these are two orders, or one twice: fairhand scan duplicates."
        )
    for each in (stays, ends):
        if any(pair.newer == each.id and pair.settled != "different" for pair in home.store.duplicates(each.id)):
            raise SettingsError(
                f"The scan {each.id[:12]} is, or may be, another one already: fairhand scan duplicates."
            )

    def keep() -> None:
        home.store.settle_duplicate(stays.id, ends.id, "joined", because.by, because.why, now())

    _read(home, stays, form, (*first.pages, *second.pages), because, keep)
    return home.store.scan(stays.id)


def _read(
    home: Home, scan: Scan, form: Form, pages: tuple[ScanPage, ...], because: Because, keep: Callable[[], None]
) -> None:
    taken = replace(scan, id=_origin(home, scan, pages), pages=pages)
    changed = _key(scan.pages), _key(pages)
    read_again(home, scan, form, because, NewPages(scan=taken, files=()), pages_changed=changed, within=keep)


def _form(home: Home, scan: Scan) -> Form:
    if not scan.form:
        raise SettingsError(f"Nobody knows the form of the scan {scan.id[:12]}. Say it: scan read-again --form.")
    return home.forms(scan.form, scan.form_version)


def _joined(home: Home, scan: Scan) -> list[Duplicate]:
    return [each for each in home.store.duplicates(scan.id) if each.older == scan.id and each.settled == "joined"]


def _part(home: Home, scan: Scan, pages: tuple[ScanPage, ...], at: int) -> Scan:
    count = len(home.store.acts(scan=scan.id))
    own = hashlib.sha256(f"{scan.id} from page {at} {count}".encode()).hexdigest()
    return replace(scan, id=own, pages=pages, name=f"{scan.name} p. {at}" if scan.name else "")


def _origin(home: Home, scan: Scan, pages: Sequence[ScanPage]) -> str:
    """The id of these pages of a scan as they came. What is masked has another than its copies have."""
    own = intake.scan_id((page.file, page.page) for page in pages)
    is_masked = intake.scan_id((page.file, page.page) for page in scan.pages) != home.store.origin(scan.id)
    return hashlib.sha256(f"{own} masked".encode()).hexdigest() if is_masked else own


def _key(pages: Sequence[ScanPage]) -> str:
    return intake.scan_id((page.file, page.page) for page in pages)


# What becomes of two scans that may be the same order: settled by an operator, or by the policy of retakes.

duplicates_logger = logging.getLogger("fairhand.duplicates")

TWO_FORMS = "The two are not read as the same form. Have one read again: fairhand scan read-again."
"""What is said of two scans that are to be one order, and of two forms."""

BY_POLICY = Because(by="the policy of duplicates", why="the same paper came again, and the newer picture is taken")
"""Who settles, and why, where a form or home has said beforehand that a picture that comes again is taken."""


class Settled(NamedTuple):
    """Two scans of which it was said what they are to each other, and whether anything has changed by it."""

    older: Scan
    newer: Scan
    has_changed: bool


def settle(home: Home, first: str, second: str, verdict: Verdict, because: Because) -> Settled:
    """Say what two scans are to each other. Said again it changes nothing.

    "retake" reads the older from the picture of the newer. Any other verdict after it reads it from its own again.
    SettingsError where that is not kept, as of a form with payment data, or the two are not of one form. NotFound
    where two are to be open again that are no pair.
    """
    older, newer = home.store.in_order(first, second)
    pair = next((each for each in home.store.duplicates(newer.id) if each.older == older.id), None)
    before = pair.settled if pair else "open"
    if pair is None and verdict == "open":
        raise NotFound("The two are no pair: nothing is open between them. fairhand scan duplicates lists the pairs.")
    if pair is not None and before == verdict:
        return Settled(older, newer, has_changed=False)

    def keep(detail: Mapping[str, object] | None = None) -> None:
        home.store.settle_duplicate(older.id, newer.id, verdict, because.by, because.why, now(), detail)

    if verdict == "duplicate" and older.form != newer.form:
        raise SettingsError(TWO_FORMS)
    if before == "joined":
        raise SettingsError("The pages of the two are joined. Take them apart first: fairhand scan split.")
    if verdict == "retake" and before != "retake":
        _retake(home, older, newer, because, keep)
    elif before == "retake" and verdict != "retake":
        _take_back(home, older, newer, because, keep)
    else:
        keep()
    return Settled(older, newer, has_changed=True)


def reconcile_with_retakes(home: Home, *, publish: bool = True) -> ReconciledScans:
    """Reconcile a home, and take the newer pictures of what came again where form or home say so."""
    done = reconcile_to_the_end(home, publish=publish)
    return done + reconcile_to_the_end(home, publish=publish) if retake_by_policy(home) else done


def retake_by_policy(home: Home) -> int:
    """Have scans that look like older ones become their pictures, by policy; gives how many.

    Where only the values are the same, or a value that identifies the order is not, it may be another sheet: that is
    left to an operator.
    """
    done = 0
    for pair in home.store.duplicates():
        if pair.policy != "retake" or not pair.waits or pair.differing is None:
            continue
        try:
            older, newer = home.store.in_order(pair.older, pair.newer)
            form = home.forms(older.form, older.form_version)
            require_same_order(home, older, form, home.store.readings(newer.id))
            settle(home, older.id, newer.id, "retake", BY_POLICY)
        except FairhandError as error:  # the pair stays open, and an operator sees it
            duplicates_logger.warning("The scan %s is not retaken: %s", pair.older[:12], error)
            continue
        done += 1
    return done


def _retake(
    home: Home, older: Scan, newer: Scan, because: Because, keep: Callable[[Mapping[str, object]], None]
) -> None:
    if not older.form or (older.form, older.form_version) != (newer.form, newer.form_version):
        raise SettingsError(TWO_FORMS)
    former = {
        "origin": home.store.origin(older.id),
        "pages": [[page.file, page.page, page.turn, page.hocr] for page in older.pages],
    }
    pages = NewPages(scan=_of_pages(newer, home.store.origin(newer.id), newer.pages), files=())
    form = home.forms(older.form, older.form_version)
    read_again(home, older, form, because, pages, retaken=True, within=lambda: keep(former))


def _take_back(home: Home, older: Scan, newer: Scan, because: Because, keep: Callable[[], None]) -> None:
    """Read the older scan from its own picture again, as it was before the retake."""
    acts = [act.detail for act in home.store.acts(scan=newer.id) if act.verb == "duplicate settled"]
    former = next(each for each in reversed(acts) if each["as"] == "retake" and each["older"] == older.id)
    kept = cast("list[tuple[str, int, Literal[0, 90, 180, 270], str]]", former["pages"])
    pages = tuple(ScanPage(file=file, page=page, turn=turn, hocr=hocr) for file, page, turn, hocr in kept)
    if not all(home.archive.is_whole(page.file) for page in pages):
        raise SettingsError(
            f"The first picture of the scan {older.id[:12]} is not kept any more, as of a form with payment data none "
            "is that was replaced. Take it again: fairhand scan retake."
        )
    again = NewPages(scan=_of_pages(older, str(former["origin"]), pages), files=())
    form = home.forms(older.form, older.form_version)
    read_again(home, older, form, because, again, retaken=True, within=keep)


def _of_pages(scan: Scan, origin: str, pages: tuple[ScanPage, ...]) -> Scan:
    return Scan(
        id=origin, pages=pages, form=scan.form, form_version=scan.form_version, name=scan.name, batch=scan.batch
    )
