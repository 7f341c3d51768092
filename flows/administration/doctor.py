"""What on this machine keeps fairhand from working, each with the command that mends it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.home import FormLibrary, Settings, unknown_variables
from flows.runtime import notice, port_is_free
from transcribe import ocr
from transcribe.errors import FairhandError
from transcribe.store import open_store

PACKAGES = ("transcribe", "reconcile", "flows")
MIN_FREE_DISK_BYTES = 1_000_000_000
"""Below a gigabyte of free disk a batch of a few hundred photographs may not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. `machine`: something is missing here, rather than set wrongly. `warning`: it works, and
    less well than it could."""

    check: str
    message: str
    mend: str
    machine: bool = False
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """An engine as it stands here: `sources` is what its readings are called (name, version, settings), `languages`
    those of the forms, `used` whether the settings name it, `problem` what keeps it from reading, "" for nothing."""

    engine: str
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    used: bool
    problem: str = ""


CHECKS = ("packages", "engines", "settings", "forms", "disk", "database", "ports")
"""Every check, in the order in which they run."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding of every check, none where all is well."""
    yield from _packages()
    yield from _engines(settings)
    yield from _settings()
    yield from _forms(settings)
    yield from _disk(settings)
    yield from _database(settings)
    yield from _ports(settings)


def _packages() -> Iterator[Finding]:
    """Packages on the index have the names of ours; installed beside us they overwrite our files."""
    owners = importlib.metadata.packages_distributions()
    folders = {name: _folder(name) for name in PACKAGES}
    for name in PACKAGES:
        for foreign in sorted(set(owners.get(name, ())) - {"fairhand"}):
            mend = f"pip uninstall {foreign} && pip install --force-reinstall fairhand"
            yield Finding(check="packages", message=f"{foreign} brings a package {name} too.", mend=mend, machine=True)
        if folders[name] != folders["flows"]:
            message = f"{name} is loaded from {folders[name]}, not from beside flows ({folders['flows']})."
            mend = "pip install --force-reinstall fairhand"
            yield Finding(check="packages", message=message, mend=mend, machine=True)


def _folder(package: str) -> str:
    found = importlib.util.find_spec(package)
    return str(Path(found.origin).parent.parent) if found and found.origin else "nowhere"


def engines(settings: Settings) -> Iterator[EngineState]:
    """Every engine that is shipped or named in the settings, those in use first."""
    for name in dict.fromkeys((*settings.engines, *ocr.names())):
        yield _listed(name, settings)


def _listed(name: str, settings: Settings) -> EngineState:
    spoken, used = _spoken(settings), name in settings.engines
    languages = tuple(sorted({language for each in spoken for language in each}))
    if name not in ocr.names():
        return EngineState(engine=name, sources=(), languages=(), used=used, problem="there is no such engine")
    problem = ocr.problem(name, languages) or ""
    sources: tuple[str, ...] = ()
    if not problem:
        sources = tuple(dict.fromkeys(ocr.load(name, each).source for each in spoken))
    return EngineState(engine=name, sources=sources, languages=languages, used=used, problem=problem)


def _spoken(settings: Settings) -> list[tuple[str, ...]]:
    """The languages of each form, those of several forms once."""
    shelf = FormLibrary(settings.forms)
    return sorted({each for name in shelf.names() if (each := _languages(shelf, name))})


def _engines(settings: Settings) -> Iterator[Finding]:
    languages = sorted({language for each in _spoken(settings) for language in each})
    yield from _choice(settings.engines)
    for name in dict.fromkeys(settings.engines):
        if name not in ocr.names():
            mend = f"set FAIRHAND_ENGINES to some of {','.join(ocr.names())}"
            yield Finding(check="engines", message=f"There is no OCR engine {name}.", mend=mend)
            continue
        said = ocr.problem(name, tuple(languages))
        if said:
            message, _, mend = said.rpartition(": ")
            yield Finding(check="engines", message=message + ".", mend=mend, machine=True)


def _choice(named: tuple[str, ...]) -> Iterator[Finding]:
    """What is wrong with which engines are in use: one is never believed alone, and the same twice is still one."""
    for name in sorted({each for each in named if named.count(each) > 1}):
        mend = f"set FAIRHAND_ENGINES to {','.join(dict.fromkeys(named))}"
        message = f"The engine {name} is named {named.count(name)} times; it is one source, however often it reads."
        yield Finding(check="engines", message=message, mend=mend)
    if len(set(named)) < 2:
        others = [each for each in ocr.names() if each not in named]
        mend = f"set FAIRHAND_ENGINES to {','.join((*dict.fromkeys(named), *others))}"
        message = f"Only {''.join(set(named)) or 'no engine'} reads: machines then decide no text, people read it all."
        yield Finding(check="engines", message=message, mend=mend, warning=True)


def _languages(shelf: FormLibrary, name: str) -> tuple[str, ...]:
    try:
        return shelf.find(name).languages
    except FairhandError:
        return ()  # what is wrong with the form is a finding of its own


def _settings() -> Iterator[Finding]:
    for name in unknown_variables():
        yield Finding(check="settings", message=f"There is no setting {name}.", mend=f"unset {name}")


def _forms(settings: Settings) -> Iterator[Finding]:
    shelf = FormLibrary(settings.forms)
    for name in shelf.names():
        try:
            shelf.find(name)
        except FairhandError as error:
            yield Finding(check="forms", message=str(error), mend=f"fairhand forms check {name}")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    if not os.access(folder, os.W_OK):
        yield Finding(check="disk", message=f"{folder} cannot be written.", mend=f"chmod u+w {folder}", machine=True)
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_DISK_BYTES:
        message = f"Only {free // 1_000_000} MB are free at {folder}."
        yield Finding(check="disk", message=message, mend="make room, or set FAIRHAND_HOME", machine=True)


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.state.exists():
        return
    try:
        open_store(settings.state).close()
    except FairhandError as error:
        mend = f"put {settings.state} back from a backup, or move it away and ingest again"
        yield Finding(check="database", message=str(error), mend=mend)


def _ports(settings: Settings) -> Iterator[Finding]:
    if settings.port and not notice(settings) and not port_is_free(settings.port, settings.host):
        message = f"Port {settings.port} of {settings.host}, for the review pages, is taken by another program."
        yield Finding(check="ports", message=message, mend="fairhand serve --port 0, or set FAIRHAND_PORT")
