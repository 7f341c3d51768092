"""A new form from a picture of its page: what the drafting finds on it becomes a draft."""

from __future__ import annotations

from babel import Locale
from fastapi import APIRouter, HTTPException, Request, Response

from flows.desk import Act, Look, Visit, do, refused, safe_name, uploads
from flows.home import temporary_folder
from flows.incoming import SUFFIXES
from flows.parts.drafting.desk.draft_names import slug
from flows.parts.drafting.draft_files import start_draft
from transcribe.errors import NothingDrafted, SettingsError
from transcribe.i18n import N_
from transcribe.review import TAKES_FILE

router = APIRouter()

NEW = "/desk/forms/new"
"""The address of the page where a form is begun."""

MOST_TITLE_CHARACTERS = 100
"""The longest title of a form."""

LANGUAGES = {
    "eng": "en", "fra": "fr", "spa": "es", "deu": "de", "ita": "it", "nld": "nl", "por": "pt", "pol": "pl",
    "dan": "da", "swe": "sv", "nor": "nb", "fin": "fi", "ces": "cs", "ron": "ro", "hun": "hu",
}  # fmt: skip
"""Languages of print, as Tesseract names them, and as Babel does. Others are written into the definition."""

LOCALES = (
    "en_GB", "en_US", "en_IE", "en_CA", "en_AU", "fr_FR", "fr_BE", "fr_CH", "fr_CA", "es_ES", "es_MX", "de_DE", "de_AT",
    "de_CH", "it_IT", "nl_NL", "nl_BE", "pt_PT", "pt_BR", "pl_PL", "da_DK", "sv_SE", "nb_NO", "fi_FI", "cs_CZ", "ro_RO",
    "hu_HU",
)  # fmt: skip
"""The locales of dates and amounts that can be chosen here. Others are written into the definition."""

FIRST_CHOICES = {"en": ("eng", "en_GB"), "fr": ("fra", "fr_FR"), "es": ("spa", "es_ES")}
"""The choices that stand at first for a reader of each language."""

NOTHING_THERE = N_(
    "%(file)s shows no frame, line or box with print beside it, so there is no field to begin with. "
    "Scan the empty form, or photograph it from straight above, sharp and in even light, and send that picture."
)
"""The message about a picture that no form can be drafted from."""


@router.get("/desk/forms/new")
async def new_form_page(visit: Look) -> Response:
    """Asks for a picture, a title, a language."""
    visit.require_operator()
    visit.require_all_forms()
    language, locale = FIRST_CHOICES.get(visit.language, FIRST_CHOICES["en"])
    return visit.page(
        "forms/new.html",
        kinds=",".join(SUFFIXES),
        languages_of_print=_languages(visit),
        locales=_locales(visit),
        first_language=language,
        first_locale=locale,
        most_bytes=visit.home.settings.most_file_bytes,
    )


@router.post("/desk/forms/new", openapi_extra=TAKES_FILE)
async def begin_form(visit: Act, request: Request) -> Response:
    """Has a draft made of what is found on the picture."""
    visit.require_all_forms()
    sent = await request.form()
    title, language, locale = (str(sent.get(each, "")).strip() for each in ("title", "language", "locale"))
    files = uploads(sent, "file")
    if len(files) != 1:
        return await refused(
            visit, visit.say("The file is empty, or none was chosen. Choose a picture of the form."), NEW
        )
    if not title:
        return await refused(visit, visit.say("Say what people call the form."), NEW)
    if language not in LANGUAGES or locale not in LOCALES:
        raise HTTPException(422, N_("Something in what was sent is missing or not allowed."))
    name = str(sent.get("name", "")).strip() or slug(title, "-")
    most = visit.home.settings.most_file_bytes
    content = await files[0].read(most + 1)

    def deed() -> None:
        if len(content) > most:
            raise SettingsError(visit.say("A file is larger than files may be."))
        with temporary_folder(visit.home.settings) as folder:
            file = folder / safe_name(files[0])
            file.write_bytes(content)
            try:
                start_draft(
                    visit.home.settings, file, name, title=title[:MOST_TITLE_CHARACTERS], language=language,
                    locale=locale, filled=bool(sent.get("filled")),
                )  # fmt: skip
            except NothingDrafted as error:
                raise SettingsError(visit.say(NOTHING_THERE, file=files[0].filename or file.name)) from error
        visit.home.store.log(visit.by, "form drafted", name, {}, visit.now)

    return await do(visit, deed, f"/desk/draft/{name}", "form-drafted", NEW)


def _languages(visit: Visit) -> list[tuple[str, str]]:
    shown = Locale.parse(visit.language)
    return [(code, shown.languages.get(each, code)) for code, each in LANGUAGES.items()]


def _locales(visit: Visit) -> list[tuple[str, str]]:
    return [(each, Locale.parse(each).get_display_name(visit.language) or each) for each in LOCALES]
