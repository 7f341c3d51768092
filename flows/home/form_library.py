"""The forms of one home: shipped, installed, and a copy of every version that a scan was read with."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from transcribe.errors import FormError, NotFound, SettingsError
from transcribe.lean_imports import later
from transcribe.model import Form

if TYPE_CHECKING:
    from transcribe import forms
else:
    forms = later("transcribe.forms")  # most commands open a home and load no form


class FormLibrary:
    """Forms by name and version.

    `folder` holds definitions that an operator installed (*.toml, with their files beside them). Below it lies one
    folder for each version used, so that a scan keeps the form it was read with.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, int], Form] = {}

    def names(self) -> tuple[str, ...]:
        """The names of all forms: installed, shipped, or used before."""
        return tuple(sorted({*forms.installed((self._folder,)), *(path.parent.name for path in self._kept())}))

    def find(self, name_or_path: str) -> Form:
        """The form of this name (installed, shipped, or used before) or path; FormError where there is none."""
        try:
            return forms.load(name_or_path, (self._folder,))
        except FormError:
            if not (versions := self.versions(name_or_path)):
                raise
            return self(name_or_path, versions[-1])

    def is_installed(self, name: str) -> bool:
        """Whether there is a definition of this name that new scans come in with: installed here, or shipped."""
        return name in forms.installed((self._folder,))

    def versions(self, name: str) -> tuple[int, ...]:
        """The versions of a form that scans were read with, in order."""
        return tuple(sorted(int(path.name) for path in self._kept() if path.parent.name == name))

    def path_of(self, name: str) -> Path:
        """The definition that `find` gives: that which new scans come in with, else that which was used last."""
        if self.is_installed(name) or not (versions := self.versions(name)):
            return forms.find(name, (self._folder,))
        return self._definition(name, versions[-1])

    def path_of_version(self, name: str, version: int) -> Path:
        """The definition of a version that scans were read with, or that is in force. NotFound where there is none."""
        kept = self._definition(name, version)
        if re.fullmatch(forms.FORM_NAME, name) and kept.is_file():
            return kept
        self(name, version)  # NotFound where there is none
        return self.path_of(name)

    @staticmethod
    def files_of(definition: Path) -> list[Path]:
        """The files beside a definition that it names: blank pages and master data."""
        return _beside(definition)

    def check(self, name_or_path: str) -> Form:
        """The form as `find` gives it, but without mercy: FormError names all mistakes, also of patterns and places."""
        try:
            return forms.load(name_or_path, (self._folder,), boxes_apart=True)
        except FormError:
            if self.is_installed(name_or_path) or not self.versions(name_or_path):
                raise
            return forms.load(self.path_of(name_or_path), boxes_apart=True)

    def install(self, path: Path) -> tuple[Form, Path]:
        """Put a definition with the files beside it into the folder of forms, for scans to come.

        Gives the form, and the file that new scans come in with. FormError names every mistake, and a version that was
        used here as another form or is older than the one installed. SettingsError where another form has a file of
        the same name that differs.
        """
        form = forms.load(str(path) if path.is_absolute() else f"./{path}", boxes_apart=True)
        target = self._folder / f"{form.name}.toml"
        self._require_new(form, path, target)
        beside = {each: self._folder / each.name for each in _beside(path)}
        others = {each.name for file in self._folder.glob("*.toml") if file != target for each in _beside(file)}
        for source, place in beside.items():
            if place.name in others and place.read_bytes() != source.read_bytes():
                raise SettingsError(f"{place} is of another form, and {source} differs. Give it another name.")
        self._folder.mkdir(parents=True, exist_ok=True)
        for source, place in beside.items():
            _copy(source, place)
        _copy(path, target)  # last: a definition never names a file that is not there
        return form, target

    def _require_new(self, form: Form, path: Path, target: Path) -> None:
        """FormError where scans would come to say that they were read with what they were not read with."""
        kept = self._definition(form.name, form.version)
        used = [int(each.name) for each in self._kept() if each.parent.name == form.name]
        if kept.is_file() and forms.load(kept, patterns_ignored=True).digest != form.digest:
            raise FormError(
                f"{path.name}: version {form.version} of {form.name} was used here, and said something else. "
                f"Raise its `version` to {max(used) + 1}."
            )
        if target.is_file() and (newest := forms.load(target, patterns_ignored=True).version) > form.version:
            raise FormError(
                f"{path.name}: version {newest} of {form.name} is installed, and this is version {form.version}. "
                f"Raise its `version` to {newest + 1}."
            )

    def ignored_patterns(self) -> list[str]:
        """The patterns of forms used here that cannot be used any more, each with what to write instead.

        Such a form goes on without them, as scans were read with it.
        """
        kept = sorted(self._kept())
        return [
            f"{path.parent.name} version {path.name}: {told.partition(': ')[2]}"
            for path in kept
            for told in forms.ignored_patterns(self._definition(path.parent.name, int(path.name)))
        ]

    def keep(self, form: Form, name_or_path: str) -> str:
        """Keep a copy of a form with its blank pages and master files; gives the text of its definition.

        The copies are for their owner only, whoever may read what was copied.
        """
        path = forms.find(name_or_path, (self._folder,)) if form != self._known.get(_key(form)) else None
        kept = self._folder / form.name / str(form.version)
        if path is not None and not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder) as half:
                shutil.copyfile(path, Path(half) / f"{form.name}.toml")
                for beside in _beside(path):
                    shutil.copyfile(beside, Path(half) / beside.name)
                _place(Path(half), kept)
        return (kept / f"{form.name}.toml").read_text(encoding="utf-8")

    def __call__(self, name: str, version: int) -> Form:
        """The form of this name and version; NotFound where it was never used here and is not shipped."""
        if not re.fullmatch(forms.FORM_NAME, name):  # never a path: what is asked for may come from anybody
            raise NotFound(f"There is no form {name!r} here; the name of a form is small letters, digits, _ and -.")
        if (name, version) not in self._known:
            self._known[name, version] = self._load(name, version)
        return self._known[name, version]

    def _load(self, name: str, version: int) -> Form:
        kept = self._definition(name, version)
        form = forms.load(kept, patterns_ignored=True) if kept.is_file() else forms.load(name, (self._folder,))
        if form.version != version:
            raise NotFound(f"There is no version {version} of the form {name} here, only {form.version}.")
        return form

    def _definition(self, name: str, version: int) -> Path:
        """Where the definition of a version that was used lies."""
        return self._folder / name / str(version) / f"{name}.toml"

    def _kept(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*/*") if path.name.isdigit())


def _key(form: Form) -> tuple[str, int]:
    return form.name, form.version


def _beside(path: Path) -> list[Path]:
    """The files beside a definition that it names: blank pages and master data."""
    definition = forms.definition_content(path.name, path.read_bytes())
    names = [definition.get("blank"), *(page.get("blank") for page in forms.listed(definition, "page"))]
    names += [master.get("source") for master in forms.listed(definition, "master")]
    return [path.parent / str(name) for name in names if name]


def _copy(source: Path, target: Path) -> None:
    """Copy a file in one step: whoever reads meanwhile finds the old one or the new one whole."""
    if target.exists() and target.samefile(source):
        return
    half = target.with_name(f".{target.name}.half")
    shutil.copyfile(source, half)
    half.replace(target)


def _place(half: Path, kept: Path) -> None:
    """Put a finished copy in its place in one step. Another process may have been quicker, with the same files."""
    whole = half.parent / f"{half.name}.whole"
    shutil.copytree(half, whole)
    try:
        whole.replace(kept)
    except OSError:
        shutil.rmtree(whole)
