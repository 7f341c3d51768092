"""What becomes of two scans that may be the same order: settled by an operator, or by the policy of retakes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, cast

from flows.home import Home, now
from flows.mending.read_again import NewPages, read_again
from flows.mending.retake import require_same_order
from flows.steps import Because, reconcile_to_the_end
from transcribe.errors import FairhandError, NotFound, SettingsError
from transcribe.model import Scan, ScanPage, Verdict

logger = logging.getLogger("fairhand.duplicates")

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


def reconcile_with_retakes(home: Home) -> None:
    """Reconcile a home, and take the newer pictures of what came again where form or home say so."""
    reconcile_to_the_end(home)
    if retake_by_policy(home):
        reconcile_to_the_end(home)


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
            logger.warning("The scan %s is not retaken: %s", pair.older[:12], error)
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
