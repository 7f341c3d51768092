"""The folder of a draft: a definition with its blanks and lists beside it, begun from a picture or from a form."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from flows.home import FormLibrary, Home, Settings, require_room, temporary_folder
from flows.parts.drafting.draft_form import draft_definition, empty_boxes
from transcribe.errors import FormError, NotFound, SettingsError
from transcribe.forms import FORM_NAME, field_boxes, load
from transcribe.i18n import Worded, as_kept, kept, worded
from transcribe.model import Form

DRAFTS_FOLDER = "drafts"
"""The folder of all drafts in that of a home's forms: it is in every backup, and no form is looked for in it."""

NOTES_FILE = "notes.txt"
"""The file of notes on what drafting did not understand; it goes with the draft."""

AS_SENT_SUFFIX = ".as-sent"
"""The ending of the name of a blank as it was sent, kept after writing was removed. No definition names it."""

NAMED = re.compile(r'^name = "([^"]*)"', re.MULTILINE)
"""The names in a definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as it lies in its folder. `path` is its definition; its text may hold mistakes."""

    name: str
    path: Path

    @property
    def text(self) -> str:
        """The definition."""
        return self.path.read_text(encoding="utf-8")

    @property
    def digest(self) -> str:
        """A digest of the text, so that nobody overwrites what they have not seen."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:16]

    @property
    def notes(self) -> list[str]:
        """The notes on what drafting did not understand, of the fields that are still there."""
        notes = self.path.with_name(NOTES_FILE)
        written = notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else []
        names = set(NAMED.findall(self.text))
        return [said for note in written if (said := _of_kept_fields(as_kept(note), names))]

    @property
    def is_emptied(self) -> bool:
        """Whether the writing in its boxes was removed from its blanks."""
        return any(self.path.parent.glob(f"*{AS_SENT_SUFFIX}"))

    def form(self) -> Form:
        """The form that it defines; FormError names every mistake, one a line."""
        return load(str(self.path), boxes_apart=True)

    def mistakes(self) -> list[str]:
        """The mistakes that keep it from being a form, each in a sentence."""
        try:
            self.form()
        except FormError as error:
            return list(error.args)
        return []

    def save(self, text: str, seen: str | None = None) -> None:
        """Keep another text. SettingsError where it is not the one that was `seen` any more."""
        if seen is not None and seen != self.digest:
            raise SettingsError(
                f"Somebody else has changed the draft of {self.name} meanwhile. Look at it again, and make your change "
                "there."
            )
        half = self.path.with_suffix(".half")
        half.write_text(text, encoding="utf-8")
        half.replace(self.path)


def _of_kept_fields(note: str, names: Collection[str]) -> str:
    """A note about those of its fields that still have the names that they were drafted with; "" where none has."""
    if not isinstance(note, Worded):
        return note
    there = [each for each in str(note.values["fields"]).split(", ") if each in names]
    return worded(note.message, fields=", ".join(there)) if there else ""


def drafts(settings: Settings) -> list[str]:
    """The names of the forms that have a draft, in alphabetical order."""
    return sorted(path.parent.name for path in _folder(settings).glob("*/*.toml") if path.stem == path.parent.name)


def draft_of(settings: Settings, name: str) -> Draft:
    """The draft of this form. NotFound where there is none."""
    found = Draft(name=name, path=_folder(settings) / name / f"{name}.toml")
    if not re.fullmatch(FORM_NAME, name) or not found.path.is_file():
        raise NotFound(f"There is no draft of a form {name!r}.")
    return found


def start_draft(
    settings: Settings, picture: Path, name: str, *, title: str, language: str, locale: str, filled: bool = False
) -> Draft:
    """A draft of a new form from a picture or PDF of its page. Of a `filled` one the writing is taken from the blank.

    Raises SettingsError where there is a form or a draft of this name, ScanError where the file is no picture, and
    FormError where nothing on it looks like a field.
    """
    _require_new(settings, name)
    if name in FormLibrary(settings.forms).names():
        raise SettingsError(f"There is a form {name} already. Begin a new version of it, or choose another name.")
    made = draft_definition(settings, picture, title, language, locale, filled=filled, called=name)
    text = re.sub(r'(?m)^name = ".*"$', f'name = "{name}"', made.text, count=1)
    text = re.sub(r"\A#[^\n]*\n", "", text)
    with temporary_folder(settings) as half:
        for file, content in made.blanks.items():
            (half / file).write_bytes(content)
        (half / f"{name}.toml").write_text(text, encoding="utf-8")
        if made.notes:
            (half / NOTES_FILE).write_text("\n".join(map(kept, made.notes)), encoding="utf-8")
        shutil.copytree(half, _folder(settings) / name)
    draft = draft_of(settings, name)
    if filled:
        empty_draft(draft)
    return draft


def start_version(settings: Settings, library: FormLibrary, name: str, version: int | None = None) -> Draft:
    """A draft of the next version of a form, as it is now, or as an earlier `version` was.

    It has the blanks of that version. Raises SettingsError where there is a draft of it already, and NotFound where
    there is no such version.
    """
    form = library.find(name)
    _require_new(settings, name)
    path = library.path_of(name) if version is None else library.path_of_version(name, version)
    text = _numbered(path.read_text(encoding="utf-8"), max(form.version, *library.versions(name), 0) + 1)
    files = {file: file.name for file in library.files_of(path)}
    if version is not None:
        text, files = _with_own_blanks(text, files)
    with temporary_folder(settings) as half:
        for file, called in files.items():
            shutil.copyfile(file, half / called)
        (half / f"{name}.toml").write_text(text, encoding="utf-8")
        shutil.copytree(half, _folder(settings) / name)
    return draft_of(settings, name)


def _numbered(text: str, version: int) -> str:
    """A definition under another version, all else letter by letter."""
    definition = tomlkit.parse(text)
    definition["version"] = version
    changed = re.sub(r"(?m)^version *= *\d+", f"version = {version}", text, count=1)
    return changed if tomllib.loads(changed) == definition.unwrap() else tomlkit.dumps(definition)


def _with_own_blanks(text: str, files: Mapping[Path, str]) -> tuple[str, dict[Path, str]]:
    """A definition and its files with each blank under a name of its own: pictures are kept in mind by their names."""
    definition = tomlkit.parse(text)
    pages = [each for each in (definition, *definition.get("page", ())) if each.get("blank")]
    called = dict(files)
    for file, name in files.items():
        for page in pages:
            if page["blank"] == name:
                called[file] = f"{file.stem}-{hashlib.sha256(file.read_bytes()).hexdigest()[:8]}{file.suffix}"
                page["blank"] = called[file]
    return tomlkit.dumps(definition), called


def drop_draft(draft: Draft) -> None:
    """Throw a draft away, with its files."""
    shutil.rmtree(draft.path.parent)


def install_draft(home: Home, draft: Draft, by: str) -> Form:
    """Put a draft in force; it is no draft then. FormError names every mistake that keeps it from that."""
    home.install_form(draft.path, by)
    drop_draft(draft)
    return home.forms.find(draft.name)


def empty_draft(draft: Draft) -> None:
    """Take what is written in the boxes from the blanks of a draft; frames stay.

    It is done from the blanks as they were sent, also after boxes were moved.
    """
    form = draft.form()
    for number, blank in enumerate(form.blanks, 1):
        if blank.path is not None:
            sent = _as_sent(draft, number)
            if not sent.exists():
                shutil.copyfile(blank.path, sent)
            boxes = [box for _, _, box in field_boxes(form, number)]
            _change_blank(draft, number, Path(blank.path), empty_boxes(sent.read_bytes(), boxes))


def fill_draft(draft: Draft) -> None:
    """Bring the blanks of a draft back as they were sent."""
    for number, blank in enumerate(draft.form().blanks, 1):
        sent = _as_sent(draft, number)
        if blank.path is not None and sent.exists():
            _change_blank(draft, number, Path(blank.path), sent.read_bytes())
            sent.unlink()


def _change_blank(draft: Draft, number: int, before: Path, content: bytes) -> None:
    """Give a page another blank, under a name of its own: pictures are kept in mind by their names."""
    name = f"{draft.name}-{number}-{hashlib.sha256(content).hexdigest()[:8]}.png"
    if name == before.name:
        return
    before.with_name(name).write_bytes(content)
    draft.save(draft.text.replace(f'blank = "{before.name}"', f'blank = "{name}"'))
    before.unlink()


def _as_sent(draft: Draft, number: int) -> Path:
    return draft.path.with_name(f"page-{number}{AS_SENT_SUFFIX}")


def _require_new(settings: Settings, name: str) -> None:
    if not re.fullmatch(FORM_NAME, name):
        raise SettingsError(f"{name!r} is no name for a form: small letters, digits, - and _, and a letter first.")
    if name in drafts(settings):
        raise SettingsError(f"There is a draft of {name} already. Go on with it, or throw it away first.")
    require_room(settings)


def _folder(settings: Settings) -> Path:
    return settings.forms / DRAFTS_FOLDER
