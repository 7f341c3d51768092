"""The forms of the home as the desk knows them: definition, versions, how many scans, how many straight through."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flows.desk.batches.batch_table import scans_of, straight_through
from flows.desk.counts import visible
from flows.desk.forms.suggested import waiting_count
from flows.desk.visit import Visit
from transcribe.errors import FormError, NotFound
from transcribe.i18n import said
from transcribe.model import Form

Since = Mapping[tuple[str, int], datetime]
"""When the first scan of each version came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownForm:
    """A form that scans can come in as. `form` is None where its definition cannot be used, for this `problem`.

    `installed_at` is when its definition was put here, None for one that is shipped. `suggestions` is None where
    nobody had them looked for.
    """

    name: str
    form: Form | None
    problem: str
    versions: tuple[int, ...]
    since: Mapping[int, datetime]
    installed_at: datetime | None
    scans: int
    straight: float | None
    suggestions: int | None

    def title(self, language: str) -> str:
        """What it is called."""
        return (said(self.form.title, language) if self.form else "") or self.name

    @property
    def in_force(self) -> int | None:
        """The version that new scans come in with."""
        return self.form.version if self.form else None


def known_forms(visit: Visit) -> list[KnownForm]:
    """Every form that the visitor sees, the most used first."""
    home = visit.home
    since, counts = _since(visit), _counts(visit)
    names = [name for name in home.forms.names() if visit.sees(name)]
    found = [_known(visit, name, since, counts.get(name, Counter())) for name in names]
    return sorted(found, key=lambda each: (-each.scans, each.name))


def known_form(visit: Visit, name: str) -> KnownForm:
    """One of them. NotFound where there is none of this name, or it is not the visitor's."""
    visit.require_form(name)
    if name not in visit.home.forms.names():
        raise NotFound("There is no such form here.")
    counts = _counts(visit).get(name, Counter())
    return _known(visit, name, _since(visit), counts)


def _known(visit: Visit, name: str, since: Since, counts: Counter[str]) -> KnownForm:
    library = visit.home.forms
    form, problem = None, ""
    try:
        form = library.find(name)
    except (FormError, NotFound) as error:
        problem = str(error)
    versions = sorted({*library.versions(name), *([form.version] if form else ())})
    return KnownForm(
        name=name,
        form=form,
        problem=problem,
        versions=tuple(versions),
        since={version: since[name, version] for version in versions if (name, version) in since},
        installed_at=_installed_at(visit, name),
        scans=scans_of(counts),
        straight=straight_through(counts),
        suggestions=waiting_count(visit, name),
    )


def _since(visit: Visit) -> Since:
    return {(name, version): at for name, version, at in visit.home.store.form_times()}


def _counts(visit: Visit) -> Mapping[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in visible(visit, visit.home.store.scan_counts_in_all()):
        counts[each.form][each.what] += each.count
    return counts


def _installed_at(visit: Visit, name: str) -> datetime | None:
    path = visit.home.settings.forms / f"{name}.toml"
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None
