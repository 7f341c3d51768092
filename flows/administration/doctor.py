"""The doctor: what keeps a home from working, with what mends it; and checks of every byte in it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flows.backup import is_beside_home
from flows.home import (
    PREFECT_KEY_FILE,
    FormLibrary,
    Home,
    Settings,
    archive_of,
    has_state,
    is_open_to_others,
    is_other_archive,
    may_be_another,
    now,
    open_home,
    open_state,
    other_archive_message,
    prefect_secret,
)
from flows.house import brought, found_parts
from flows.runtime import notice, port_is_free
from flows.steps import held_forms
from reconcile.records import copy_notes, damage, is_of
from transcribe.codes import Verdict
from transcribe.errors import ArchiveAway, ArchiveRefused, DiskFull, FairhandError, StateReadOnly, WrongKey
from transcribe.i18n import counted, plural, worded
from transcribe.lean_imports import later
from transcribe.model import Form
from transcribe.store import MissingPeople, StateFile, Store

if TYPE_CHECKING:
    from transcribe import ocr
else:
    ocr = later("transcribe.ocr")

SHOWN_ORPHANS_COUNT = 10
"""The most files of no scan that are named; `fairhand prune` lists them all. Chosen by hand."""


RESTORE_MEND = "stop everything and put state.db back from a backup, as docs/backups.md says"


REBUILD_MEND = "fairhand records rebuild"


def examine_deeply(settings: Settings) -> Iterator[Finding]:
    """Every finding in a home's own files. It reads all of them, which takes as long as the disk needs."""
    if not has_state(settings):
        return
    faults = [] if settings.state_url else StateFile(settings.state).faults()  # PostgreSQL looks after its own
    for fault in faults:
        yield Finding(check="state", message=f"state.db is broken: {fault}.", mend=RESTORE_MEND)
    if faults:
        return
    try:
        broken = damage(settings.records)
    except FairhandError:
        return  # a finding of the doctor already
    for fault in broken:
        yield Finding(check="records", message=f"records.db is broken: {fault}.", mend=REBUILD_MEND)
    try:
        home = open_home(settings)
    except FairhandError:
        return  # the finding is one of the database already
    try:
        try:
            home.archive.hurried().try_out()  # asked for each picture, one that is away would take hours
            yield from _pictures(home)
            yield from _orphans(home)
        except (ArchiveAway, ArchiveRefused) as error:
            yield Finding(check="archive", message=str(error), mend="fairhand doctor --deep, once it answers")
        yield from _records_apart(home, broken=bool(broken))
        yield from _work(home)
    finally:
        home.close()


def _pictures(home: Home) -> Iterator[Finding]:
    for state in home.store.scan_states():
        lost = sum(not home.archive.is_whole(name) for name in home.store.kept_names(state.scan.id))
        if lost:
            what = f"{lost} files of the scan {state.scan.id[:12]} ({state.scan.name}) are missing or damaged."
            mend = (
                f"put the archive back from a backup, or ingest that file again with --form {state.scan.form or 'auto'}"
            )
            yield Finding(check="archive", message=what, mend=mend)


def _orphans(home: Home) -> Iterator[Finding]:
    orphans = list(orphaned_files(home, now()))
    if orphans:
        listed = ", ".join(orphans[:SHOWN_ORPHANS_COUNT]) + (", ..." if len(orphans) > SHOWN_ORPHANS_COUNT else "")
        message = f"{len(orphans)} files of the archive are of no scan: {listed}."
        yield Finding(check="archive", message=message, mend="fairhand prune", warning=True)


def _records_apart(home: Home, *, broken: bool) -> Iterator[Finding]:
    if broken or not home.settings.records.exists():
        return
    belongs, position = is_of(home.store, home.settings.records)
    if not belongs:
        message = f"records.db (at {position}) is of another state than state.db."
        yield Finding(check="records", message=message, mend="fairhand records publish")
        return
    behind = len(home.store.outbox(position, 10_000))
    if behind:
        message = f"{behind} changes are not published yet."
        yield Finding(check="records", message=message, mend="fairhand records publish", warning=True)


def _work(home: Home) -> Iterator[Finding]:
    waiting = home.store.counts().waiting_scans
    if waiting:
        message = f"{waiting} scans wait to be weighed."
        yield Finding(check="work", message=message, mend="fairhand reconcile", warning=True)
    unfinished = len(home.store.unfinished_erasures())
    if unfinished:
        message = f"Words of {unfinished} forgotten scans may still be in the files."
        yield Finding(
            check="erasures", message=message, mend="end what reads the databases, then fairhand records publish"
        )
    audit = home.store.verify_audit()
    if audit.broken_at is not None:
        message = f"The log does not hold from line {audit.broken_at} on: it was changed, or the key is another one."
        yield Finding(
            check="key",
            message=message,
            mend="put state.key back from the backup of this state.db; after fairhand init --new-key it stays so",
        )


# The findings of the doctor.

MACHINE_CHECKS = ("packages", "parts", "engines", "settings", "forms", "disk", "backups", "archive", "private", "ports")


HOME_CHECKS = ("database", "people", "learning", "records")
"""What `doctor` looks at on every machine, and where a home was made."""


def checks(settings: Settings) -> tuple[str, ...]:
    """The names of what `doctor` looks at here."""
    of_parts = (part for part, _ in brought(lambda part: part.troubles, settings.parts_off))
    return (*MACHINE_CHECKS, *((*HOME_CHECKS, *of_parts) if has_state(settings) else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and the command that mends it.

    `machine`: something is missing here, rather than set wrongly. `warning`: it works, and less well than it could.
    `facts` are those of an alert about the same, where there is one: a code, and what its sentence is made of.
    """

    check: str
    message: str
    mend: str
    machine: bool = False
    warning: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)


@contextmanager
def usable_state(settings: Settings) -> Iterator[Store | None]:
    """The state of a home, closed afterwards; None where there is none, or it cannot be opened.

    That it cannot is a finding of its own.
    """
    try:
        store = open_state(settings) if has_state(settings) else None
    except FairhandError:
        store = None
    if store is None:
        yield None
        return
    with closing(store):
        yield store


# Whether a bucket will do as an archive, and files of the archive that no scan names.
#
# These were left by a power cut, a killed ingest, or a state put back from a backup.

MIN_ORPHAN_AGE = timedelta(hours=24)
"""A younger file may be one that a scan is about to name: it is kept before the scan is. Chosen by hand."""


def bucket_findings(settings: Settings) -> Iterator[Finding]:
    """The findings that make a bucket unfit as an archive. Folders are covered by the check of disks."""
    if settings.archive_folder is not None:
        return
    try:
        archive_of(settings).hurried().try_out()
    except FairhandError as error:
        mend = "see docs/backups.md (Pictures in a bucket)"
        yield Finding(check="archive", message=str(error), mend=mend, machine=True)


def other_archive_findings(settings: Settings) -> Iterator[Finding]:
    """The finding that a state has its pictures in another archive than the one named here."""
    with usable_state(settings) as store, suppress(FairhandError):  # `bucket_findings` says it
        if store and may_be_another(settings) and is_other_archive(store, archive_of(settings).hurried()):
            mend = "put its disk back, or set FAIRHAND_ARCHIVE as it was where pictures were taken in"
            yield Finding(check="archive", message=other_archive_message(settings), mend=mend, machine=True)


def orphaned_files(home: Home, at: datetime) -> Iterator[str]:
    """The SHA-256 of every file that no scan names and that has lain there for a day."""
    return (name for name in home.archive.settled_files(at - MIN_ORPHAN_AGE) if not home.store.names_file(name))


def remove_orphans(home: Home, at: datetime) -> list[str]:
    """Remove every such file; gives their SHA-256s.

    Each is looked at once more in a transaction, so that no scan can come to name it meanwhile; and what was kept again
    since then stays.
    """
    removed, archive = [], home.archive.hurried()  # nobody else can write meanwhile
    for name in list(orphaned_files(home, at)):
        with home.store.together():
            if home.store.names_file(name) or not archive.is_settled(name, at - MIN_ORPHAN_AGE):
                continue
            archive.erase(name)
            removed.append(name)
    return removed


# The doctor: what keeps fairhand from working on this machine, each with the command that mends it.

PACKAGES = ("transcribe", "reconcile", "flows")
"""The packages of fairhand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """An engine on this machine: whether the settings name it, and whether it can read.

    `sources` are the names of its readings (name, version, settings), `languages` those of the forms. `problem` is what
    keeps it from reading, "" for nothing.
    """

    engine: str
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    used: bool
    problem: str = ""


NAMED_PLACES_COUNT = 3
"""The most readable files that are named. Chosen by hand."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding of every check; none where all is well."""
    yield from _packages()
    yield from _parts(settings)
    yield from _engines(settings)
    yield from _settings(settings)
    yield from _forms(settings)
    yield from _disk(settings)
    yield from _backups(settings)
    yield from bucket_findings(settings)
    yield from other_archive_findings(settings)
    yield from _private(settings)
    yield from database_findings(settings)
    yield from people_findings(settings)
    yield from _learning(settings)
    yield from _records(settings)
    yield from part_findings(settings)
    yield from _ports(settings)


def _packages() -> Iterator[Finding]:
    """Packages of other makers with our names: installed beside us they overwrite our files."""
    owners = _owners(tuple((each, Path(each).stat().st_mtime_ns) for each in sys.path if Path(each).is_dir()))
    folders = {name: _folder(name) for name in PACKAGES}
    for name in PACKAGES:
        for foreign in sorted(set(owners.get(name, ())) - {"fairhand"}):
            mend = f"pip uninstall {foreign} && pip install --force-reinstall fairhand"
            message = worded("%(other)s brings a package %(name)s too.", other=foreign, name=name)
            yield Finding(check="packages", message=message, mend=mend, machine=True)
        if folders[name] != folders["flows"]:
            where = {"name": name, "folder": folders[name], "beside": folders["flows"]}
            message = worded("%(name)s is loaded from %(folder)s, not from beside flows (%(beside)s).", **where)
            mend = "pip install --force-reinstall fairhand"
            yield Finding(check="packages", message=message, mend=mend, machine=True)


def _parts(settings: Settings) -> Iterator[Finding]:
    """Parts that cannot be used, and parts that are switched off and not installed."""
    for each in found_parts():
        if each.problem:
            message = worded("The part %(name)s cannot be used: %(why)s.", name=each.name, why=each.problem)
            mend = f"pip install --upgrade '{each.distribution}[{each.name}]'"
            yield Finding(check="parts", message=message, mend=mend, machine=True, warning=True)
    for name in sorted({*settings.parts_off} - {each.name for each in found_parts()}):
        mend = worded("take %(name)s out of FAIRHAND_PARTS_OFF", name=name)
        yield Finding(check="parts", message=worded("There is no part %(name)s.", name=name), mend=mend, warning=True)


@lru_cache(maxsize=1)
def _owners(_: tuple[tuple[str, int], ...]) -> Mapping[str, Sequence[str]]:
    """Whose each package is. It is read anew where a folder of Python's path has changed: reading takes 140 ms."""
    return importlib.metadata.packages_distributions()


def _folder(package: str) -> str:
    spec = importlib.util.find_spec(package)
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else "nowhere"


def engines(settings: Settings) -> Iterator[EngineState]:
    """Every engine that is shipped or named in the settings, those in use first."""
    for name in dict.fromkeys((*settings.engines, *ocr.names())):
        yield _engine_state(name, settings)


def _engine_state(name: str, settings: Settings) -> EngineState:
    language_sets, used = _language_sets(settings), name in settings.engines
    languages = tuple(sorted({language for languages in language_sets for language in languages}))
    if name not in ocr.names():
        return EngineState(engine=name, sources=(), languages=(), used=used, problem="there is no such engine")
    options = settings.engine_options.get(name)
    problem = ocr.problem(name, languages, options)
    sources: tuple[str, ...] = ()
    if not problem:
        sources = tuple(dict.fromkeys(ocr.load(name, languages, options).source for languages in language_sets))
    return EngineState(engine=name, sources=sources, languages=languages, used=used, problem=problem)


def _language_sets(settings: Settings) -> list[tuple[str, ...]]:
    """The languages of each form, equal ones once."""
    library = FormLibrary(settings.forms)
    return sorted({languages for name in library.names() if (languages := _languages(library, name))})


def _engines(settings: Settings) -> Iterator[Finding]:
    languages = sorted({language for languages in _language_sets(settings) for language in languages})
    yield from _engine_choice(settings.engines)
    for name in dict.fromkeys((*settings.engines, *settings.engine_options)):
        if name not in ocr.names():
            mend = worded("set FAIRHAND_ENGINES to some of %(names)s", names=",".join(ocr.names()))
            if name not in settings.engines:
                mend = worded("unset the variables FAIRHAND_ENGINE__%(name)s__...", name=name.upper())
            yield Finding(check="engines", message=worded("There is no OCR engine %(name)s.", name=name), mend=mend)
        elif problem := ocr.problem(name, tuple(languages), settings.engine_options.get(name)):
            message, _, mend = problem.rpartition(": ")
            yield Finding(check="engines", message=message + ".", mend=mend, machine=True)


def unread_languages(settings: Settings, form: Form) -> list[str]:
    """Why engines in use cannot read the languages of a form here, each with the command that mends it.

    An engine that does not exist is a finding of `doctor`, not one of the form.
    """
    used = [name for name in dict.fromkeys(settings.engines) if name in ocr.names()]
    found = (ocr.problem(name, form.languages, settings.engine_options.get(name)) for name in used)
    return list(filter(None, found))


def _engine_choice(named: tuple[str, ...]) -> Iterator[Finding]:
    """The findings on the choice of engines: one alone is never believed, and one named twice is still one."""
    for name in sorted({name for name in named if named.count(name) > 1}):
        mend = worded("set FAIRHAND_ENGINES to %(names)s", names=",".join(dict.fromkeys(named)))
        message = worded("The engine %(name)s is named %(count)s times; it is one source, however often it reads.",
                         name=name, count=named.count(name))  # fmt: skip
        yield Finding(check="engines", message=message, mend=mend)
    if len(set(named)) < 2:
        shipped = Settings.model_fields["engines"].default
        mend = worded("set FAIRHAND_ENGINES to %(names)s", names=",".join(dict.fromkeys((*named, *shipped))))
        message = worded("Only %(name)s reads: machines then decide no text, people read it all.",
                         name="".join(set(named)) or worded("no engine"))  # fmt: skip
        yield Finding(check="engines", message=message, mend=mend, warning=True)


def _languages(library: FormLibrary, name: str) -> tuple[str, ...]:
    try:
        return library.find(name).languages
    except FairhandError:
        return ()  # what is wrong with the form is a finding of its own


def _settings(settings: Settings) -> Iterator[Finding]:
    key = settings.home / PREFECT_KEY_FILE
    try:
        if key.exists():
            prefect_secret(settings)
    except FairhandError as error:
        yield Finding(check="settings", message=str(error), mend=f"rm -r {shlex.quote(str(key))}")


def _forms(settings: Settings) -> Iterator[Finding]:
    library = FormLibrary(settings.forms)
    for name in library.names():
        try:
            library.find(name)
            if library.is_installed(name):
                library.check(name)
        except FairhandError as error:
            yield Finding(check="forms", message=str(error), mend=f"fairhand forms check {name}")
    for told in library.ignored_patterns():
        message = worded("%(why)s Until then nothing is held against this pattern.", why=told)
        mend = worded("write the pattern anew in the form's own file, with a higher version, then fairhand forms check")
        yield Finding(check="forms", message=message, mend=mend, warning=True)


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    if not os.access(folder, os.W_OK):
        yield Finding(check="disk", message=worded("%(folder)s cannot be written.", folder=str(folder)),
                      mend=f"chmod u+w {folder}", machine=True)  # fmt: skip
    free = shutil.disk_usage(folder).free
    if free < settings.reserve_bytes:
        message = worded(
            "Only %(megabytes)s MB are free at %(folder)s.", megabytes=free // 1_000_000, folder=str(folder)
        )
        yield Finding(check="disk", message=message, mend=worded("make room, or set FAIRHAND_HOME"), machine=True)


def _backups(settings: Settings) -> Iterator[Finding]:
    """The finding that backups lie on the disk of the home."""
    folder = settings.backups and Path(settings.backups)
    if folder and has_state(settings) and is_beside_home(settings, folder):
        message = worded(
            "The backups in %(folder)s lie on the disk of the home: what takes the disk takes both.", folder=str(folder)
        )
        mend = worded("mount a disk for backups there, or set FAIRHAND_BACKUPS to a folder on another disk")
        yield Finding(check="backups", message=message, mend=mend, warning=True)


def free_bytes(settings: Settings) -> dict[str, int]:
    """The free bytes of the disks of the home, its archive and its backups, where these are folders here."""
    archive, backups = settings.archive and settings.archive_folder, settings.backups and Path(settings.backups)
    places = {"home": settings.home, "archive": archive, "backups": backups}
    return {place: shutil.disk_usage(path).free for place, path in places.items() if path and path.is_dir()}


def _private(settings: Settings) -> Iterator[Finding]:
    """The files of a home that others may read: it was made by an old version, or copied there."""
    if not has_state(settings):
        return
    places = [settings.home, *sorted(settings.home.iterdir())]
    places += [settings.archive_folder] if settings.archive and settings.archive_folder else []
    open_places = [place for place in places if place.exists() and is_open_to_others(place)]
    if open_places:
        names = ", ".join(map(str, open_places[:NAMED_PLACES_COUNT]))
        more = ", …" if len(open_places) > NAMED_PLACES_COUNT else ""
        message = worded("Other users of this machine may look at customers' orders and people's pay: %(places)s.",
                         places=f"{names}{more}")  # fmt: skip
        roots = dict.fromkeys((settings.home, *(place for place in open_places if settings.home not in place.parents)))
        mend = f"chmod -R go= {shlex.join(map(str, roots))}"
        yield Finding(check="private", message=message, mend=mend)


def _learning(settings: Settings) -> Iterator[Finding]:
    """Whether the last proposal of learning was refused because it would have too much come out otherwise."""
    with usable_state(settings) as store:
        learnings = store.learnings() if store else ()
    if learnings and learnings[-1].verdict == Verdict.REOPENS_TOO_MANY:
        otherwise, decided = (learnings[-1].numbers.get(name, 0.0) for name in ("otherwise", "decided"))
        message = worded(
            "With what was learnt last %(otherwise)s of %(decided)s decided fields would come out otherwise, more than "
            "is set: it is refused.", otherwise=f"{otherwise:.0f}", decided=f"{decided:.0f}",
        )  # fmt: skip
        mend = worded(
            "fairhand learn --dry-run; to let it in for once, set FAIRHAND_REOPENED_SHARE higher and fairhand learn"
        )
        yield Finding(check="learning", message=message, mend=mend, warning=True)


def _records(settings: Settings) -> Iterator[Finding]:
    """Whether records.db can be used, and the forms and records that cannot be published in it."""
    try:
        for told in held_forms(settings):
            yield Finding(check="records", message=told, mend="fairhand records publish")
    except FairhandError as error:
        mend = worded("make room, or set FAIRHAND_HOME") if isinstance(error, DiskFull) else "fairhand records rebuild"
        yield Finding(check="records", message=str(error), mend=mend)
    for each in copy_notes.known(settings.records):
        if each.failed or each.stands_still(now()):
            where = {"schema": each.schema, "place": each.place, "at": f"{each.at:%Y-%m-%d %H:%M}"}
            message = worded(
                "The copy of the records in PostgreSQL (%(place)s, schema %(schema)s) stands still since %(at)s UTC; "
                "what was forgotten since may still be in it.", **where,
            )  # fmt: skip
            mend = worded(
                "fairhand records postgres, which says why; rm %(file)s where it is wanted no more", file=str(each.file)
            )
            yield Finding(check="records", message=message, mend=mend)


def _ports(settings: Settings) -> Iterator[Finding]:
    if settings.port and not notice(settings) and not port_is_free(settings.port, settings.host):
        message = worded("Port %(port)s of %(host)s, for the review pages, is taken by another program.",
                         port=str(settings.port), host=settings.host)  # fmt: skip
        yield Finding(check="ports", message=message, mend=worded("fairhand serve --port 0, or set FAIRHAND_PORT"))


# The people who are missing to finish orders, in words, and the command that mends it.

WAITING = {
    "orders": ("{n} field of {orders} can be finished", "{n} fields of {orders} can be finished"),
    "checks": (
        "{n} check of decided fields can be made",
        "{n} checks of decided fields can be made",
    ),
    "appeals": ("{n} appeal can be heard", "{n} appeals can be heard"),
}
"""What waits, of one field and of many."""


def missing_in_words(missing: MissingPeople, *, and_mend: bool = False) -> str:
    """What waits, and who is missing; `and_mend` also what to do."""
    orders = counted(missing.orders, "order")
    one, many = (each.replace("{orders}", orders) for each in WAITING[missing.waits])
    waiting = f"{plural(missing.fields, one, many)} by nobody who is there"
    if missing.waits == "appeals":
        waiting += "; each stays open until then"
    more = "one" if missing.people == 1 else str(missing.people)
    them = "it" if missing.fields == 1 else "them"
    who = f"{more} more {missing.role}{'s' if missing.people > 1 else ''} who {_has_or_have(missing)} not read {them}"
    mend = f" {_mend(missing)}." if and_mend else ""
    return f"{waiting}: {who}{_limits(missing)}.{mend}"


def missing_command(missing: MissingPeople) -> str:
    """The command that adds such a person."""
    languages = "".join(f" --language {each}" for each in missing.languages[:1])
    regions = "".join(f" --region {each}" for each in missing.regions[:1])
    return f"fairhand people add NAME --role {missing.role}{languages}{regions}"


def _mend(missing: MissingPeople) -> str:
    """The command with which an operator mends it."""
    return worded("%(add)s, or fairhand people resume NAME of somebody who is paused", add=missing_command(missing))


def _has_or_have(missing: MissingPeople) -> str:
    return "has" if missing.people == 1 else "have"


def _limits(missing: MissingPeople) -> str:
    limits = []
    if missing.languages:
        limits.append(f"reading {' or '.join(missing.languages)}")
    if missing.regions:
        limits.append(f"in {' or '.join(missing.regions)}")
    if missing.qualification:
        limits.append(f"with the test of fields of type {missing.qualification} passed")
    return "".join(f", {each}" for each in limits)


def people_findings(settings: Settings) -> Iterator[Finding]:
    """The finding that people are missing, if nobody present can finish some fields."""
    with usable_state(settings) as store:
        missing = store.missing_people() if store else ()
    for each in missing:
        yield Finding(check="people", message=missing_in_words(each), mend=_mend(each), warning=True,
                      facts={"code": "people", "missing": each})  # fmt: skip


# The doctor's findings on the database of the state.

MAX_CLOCK_DIFFERENCE_SECONDS = 10.0
"""The clock difference that is reported: a minute does harm, and a busy machine may answer late. Chosen by hand."""


def database_findings(settings: Settings) -> Iterator[Finding]:
    """Why the state cannot be opened, and what is wrong with the list of what was forgotten."""
    if not has_state(settings):
        return
    try:
        open_state(settings).close()
    except FairhandError as error:
        mend = worded("put %(file)s back from a backup, as docs/backups.md says", file=str(settings.state))
        if settings.state_url:
            mend = "docs/postgresql.md says what each of these means"
        elif isinstance(error, StateReadOnly) or not (
            os.access(settings.state, os.W_OK) and os.access(settings.home, os.W_OK)
        ):
            mend = worded(
                "make the disk of %(folder)s writable; what lies there is as it was", folder=str(settings.home)
            )
        elif isinstance(error, WrongKey):
            mend = worded(
                "put %(file)s back from the backup of this state", file=str(settings.state.with_suffix(".key"))
            )
        yield Finding(check="database", message=str(error), mend=mend)
        return
    yield from _clock_findings(settings)
    for fault in StateFile(settings.state).erasure_list_faults():
        mend = "leave it, or put it back from a backup; then put back no older state.db without looking at what returns"
        yield Finding(check="database", message=fault, mend=mend, warning=True)


def _clock_findings(settings: Settings) -> Iterator[Finding]:
    """The finding that this machine's clock differs from the database's, which all machines go by."""
    with usable_state(settings) as store:
        ahead = store.clock_ahead_seconds(now()) if store and settings.state_url else 0.0
    if abs(ahead) > MAX_CLOCK_DIFFERENCE_SECONDS:
        count = f"{abs(ahead):.0f}"
        message = worded("The clock of this machine is %(count)s seconds behind that of the database.", count=count)
        if ahead > 0:
            message = worded(
                "The clock of this machine is %(count)s seconds ahead of that of the database.", count=count
            )
        yield Finding(check="database", message=message, mend="set both by NTP", warning=True)


# What the doctor is told by parts.


def part_findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with what the parts have that are on here."""
    with usable_state(settings) as store:
        told = list(brought(lambda part: part.troubles, settings.parts_off)) if store else []
        found = [(part, each) for part, troubles in told if store for each in troubles(store, now())]
    for part, each in found:
        facts = {"code": f"{part} {each.code}", "name": each.name, "mend": "", **each.facts}
        yield Finding(check=part, message=each.message, mend=each.mend, warning=True, facts=facts)
