"""The result of taking in a batch, and its summary for Prefect's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from flows.home import Home, now
from transcribe.errors import DiskFull, FairhandError, NotFound, SettingsError
from transcribe.model import Scan


class BatchError(FairhandError):
    """A batch or a reading ended for an unforeseen reason, which the log of the program has.

    Prefect, which keeps the message of every error, gets no word of it.
    """

    retry = True


WORDS = frozenset({"batch", "unfinished"})
"""The fields of a result that are no counts."""


@dataclass(slots=True, kw_only=True)
class Ingested:
    """What became of a batch, in counts: files, scans, scans read now, and scans known already.

    `healed` are those read again because pictures of them were lost. `forgotten` are those of the known that were
    forgotten, and are not taken in again.
    `read_again` counts those of the read that were known and were to be read anew. `known_as` has of each known scan as
    what it is known: name, scan, form, version, batch, since when, when its batch was cancelled or None, and the name
    of the file that was `given`.
    `waiting` are left to be read by the shifts of other processes.
    `unidentified` counts new scans of an unknown form, `aside_before` files that were set aside before. `set_aside` has
    the files that could not be read and `failed` what failed for another reason, each with a message. `without` has
    the scans that were read without an engine that failed on them, with the engine. `unfinished` says what kept the
    readings from being weighed or published; they are kept.
    """

    batch: str
    files: int = 0
    scans: int = 0
    read: int = 0
    known: int = 0
    healed: int = 0
    forgotten: int = 0
    read_again: int = 0
    waiting: int = 0
    unidentified: int = 0
    aside_before: int = 0
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    without: list[tuple[str, str]] = field(default_factory=list)
    known_as: list[dict[str, object]] = field(default_factory=list)
    unfinished: str = ""

    @property
    def changed(self) -> bool:
        """Whether the batch brought anything new."""
        new = self.read or self.waiting or self.unidentified or self.failed
        return bool(new or len(self.set_aside) > self.aside_before)

    @property
    def is_in_vain(self) -> bool:
        """Whether there were files and not one of them could be read, now or before."""
        others = self.read or self.known or self.waiting or self.unidentified
        return bool(self.set_aside or self.failed) and not others

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name."""
        found = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in WORDS}
        return {name: value if isinstance(value, int) else len(value) for name, value in found.items()}

    @property
    def headline(self) -> str:
        """The result in a few words, as the name of a state: "3 set aside, 2 failed"."""
        lists = {"set aside": self.set_aside, "failed": self.failed, "without an engine": self.without}
        said = in_counts({what: len(found) for what, found in lists.items()})
        return ", ".join(filter(None, (said, "not published" if self.unfinished else ""))) or "Completed"

    @property
    def sentence(self) -> str:
        """The result in counts, for Prefect's pages: no name of a file, no text of the paper."""
        return (
            f"{self.scans} scans in {self.files} files: {self.read} read, {self.known} known already, "
            f"{self.unidentified} of an unknown form, {len(self.set_aside)} files set aside, {len(self.failed)} failed"
            f"{f', {self.waiting} to be read by shifts' if self.waiting else ''}."
        )


def in_counts(counts: Mapping[str, int]) -> str:
    """Counts in words, those that are none left out: "18 read, 2 set aside"."""
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def count_failed(done: Ingested, scan: Scan, message: str, *, of_file: bool, again: bool) -> None:
    """Count a scan that could not be read, and why; `of_file` where its file is to blame."""
    if again:
        done.failed.append((scan.name, f"It was not read again, and stays as it was: {message}"))
    else:
        (done.set_aside if of_file else done.failed).append((scan.name, message))


def existing_folder(folder: str) -> Path:
    """The folder that a deployment was given; SettingsError where there is none, as a run without files looks well."""
    if not folder.strip():
        raise SettingsError("No folder was named: give the parameter folder.")
    if not Path(folder).exists():
        raise SettingsError("There is no such folder on the machine that runs fairhand; see the parameter folder.")
    return Path(folder)


def url_name(name: str) -> str:
    """A name in small letters, digits and dashes only, as the keys of Prefect's artifacts have to be."""
    plain = "".join(each if each.isascii() and each.isalnum() else " " for each in name.lower())
    return "-".join(plain.split()) or "unnamed"


def time_name(at: datetime) -> str:
    """The name of a batch that nobody has named: the time."""
    return f"{at:%Y-%m-%d %H.%M.%S}"


def cancelled_at(home: Home, batch: str) -> datetime | None:
    """When a batch was cancelled; None where it goes on, or nothing has come in it yet."""
    try:
        return home.store.summed_batch(batch).cancelled_at
    except NotFound:
        return None


def require_open_batch(home: Home, batch: str) -> None:
    """SettingsError where nobody would be asked about what comes in this batch, as it was cancelled."""
    if (cancelled := cancelled_at(home, batch)) is not None:
        raise SettingsError(
            f"The batch {batch!r} was cancelled on {cancelled:%Y-%m-%d}: nobody would be asked about these files. "
            "Go on with it first (fairhand batch resume), or name another --batch."
        )


def finish_batch(home: Home, done: Ingested, *stages: Callable[[Home], object]) -> None:
    """Weigh and publish what came in by these stages, and log it.

    Where a database has no room, `unfinished` says so.
    """
    try:
        for stage in stages:
            stage(home)
    except DiskFull as error:
        done.unfinished = str(error)
    for each in done.known_as:
        home.store.note_known_again(str(each["scan"]), done.batch, now(), str(each["given"]))
    log_batch(home, done)


def log_batch(home: Home, done: Ingested) -> None:
    """Keep in the audit log who took the batch in, and what became of it in counts.

    Nothing where all files were known as scans of other batches and nobody named this one: there is no such batch then.
    """
    if not _is_listed(home, done.batch):
        return
    counts = {"files": done.files, "scans": done.scans, "read": done.read, "known": done.known}
    counts |= {"set aside": len(done.set_aside), "failed": len(done.failed)}
    counts |= {"waiting": done.waiting} if done.waiting else {}
    home.store.log(home.store.actor, "batch taken in", done.batch, counts, now())


def _is_listed(home: Home, name: str) -> bool:
    """Whether there is such a batch for those who list them."""
    try:
        batch = home.store.batch(name)
    except NotFound:
        return False
    return bool(batch.scans or batch.set_aside) or name in {each.name for each in home.store.batches()}


def batch_summary(done: Ingested, home: Home) -> str:
    """The batch in a table, for Prefect's pages: counts only, no text of the paper."""
    counts = home.store.counts(done.batch)
    lines = [
        done.sentence,
        "",
        "| form | scans | fields | decided by machine | open | records |",
        "|---|---|---|---|---|---|",
    ]
    for form, scans in counts.scans.items():
        columns = (counts.fields, counts.decided_by_machine, counts.open_fields, counts.records)
        cells = [form or "unknown", str(scans), *(str(column.get(form, 0)) for column in columns)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def waiting_for_people(home: Home, batch: str) -> list[dict[str, str | int]]:
    """What of a batch waits for people, by form and reason, with its address on the desk."""
    desk = f"{home.settings.web_address(home.settings.port)}/desk/batch?{urlencode({'name': batch})}"
    return [
        {"form": form or "unknown", "reason": reason, "questions": count, "desk": desk}
        for form, reasons in home.store.counts(batch).waiting_reasons.items()
        for reason, count in reasons.items()
    ]
