"""People from the operator's side: added with a sign-in link, changed, told; and the answers to what they contest."""

from __future__ import annotations

import math
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

from flows.home import Home, now
from flows.runtime import is_locked, lock_file, notice
from transcribe import i18n, people
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey, GuideKind, Transcriber
from transcribe.store import ExpectedWork

ROLES = ("transcriber", "expert", "operator", "auditor")
"""The roles that a person may have."""

ENGAGEMENTS = ("by reading", "hourly", "staff", "volunteer")
"""The ways in which a person may be engaged."""

LISTED_NAMES_COUNT = 10
"""The number of names from which an error gives one as an example instead of all. Chosen by hand."""

Change = tuple[object, object]
"""The old and the new value of a person's attribute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A person and their sign-in link, which works once, until a time. It cannot be looked up again.

    `assumed` is the address in the link where nobody knows yet whether the pages will be there, else "". `added` tells
    that the person is new. `changed` has what changed of a person who was known, by name.
    """

    person: Transcriber
    link: str
    until: datetime
    assumed: str = ""
    added: bool = False
    changed: Mapping[str, Change] = field(default_factory=dict)


def invite(
    home: Home,
    handle: str,
    roles: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    engagement: str | None = None,
    interface_language: str | None = None,
    regions: Sequence[str] | None = None,
    time_zone: str | None = None,
) -> Invitation:
    """Add a person and make a sign-in link. Of a person who is known already only what is given changes.

    SettingsError names a role, engagement or time zone that does not exist.
    """
    _require_known("role", roles, ROLES)
    _require_known("engagement", (engagement,), ENGAGEMENTS)
    _require_known("language of the pages", (interface_language,), i18n.languages())
    _require_known("time zone", (time_zone,), available_timezones())
    _require_languages(languages or ())
    given: dict[str, object] = {
        "roles": frozenset(roles) if roles else None,
        "languages": None if languages is None else tuple(languages),
        "engagement": engagement,
        "interface_language": interface_language,
        "regions": None if regions is None else tuple(regions),
        "time_zone": time_zone,
    }
    before = _person_of(home, handle)
    known = before or _newcomer(home, handle, languages or ())
    wanted = {name: value for name, value in given.items() if value is not None}
    person = replace(known, **wanted)  # type: ignore[arg-type]  # checked above
    if before is None:
        home.store.put_transcriber(person, now())
    else:
        _set(home, person, wanted)
    changed = {name: (getattr(before, name), getattr(person, name)) for name in given if before is not None}
    changed = {name: change for name, change in changed.items() if change[0] != change[1]}
    return replace(new_link(home, person), added=before is None, changed=changed)


def new_link(home: Home, person: Transcriber) -> Invitation:
    """A new sign-in link for a person; it ends older ones that were not used."""
    until = now() + timedelta(days=home.settings.link_days)
    with home.store.together():
        token = people.new_link(home.store, person.id, until, now(), home.store.actor)
    address = pages_address(home)
    is_known = home.settings.public_url or is_locked(lock_file(home.settings))
    link, assumed = f"{address}/in/{token}", "" if is_known else address
    return Invitation(person=person, link=link, until=until, assumed=assumed)


def pause(home: Home, handle: str, *, paused: bool, why: str = "", by: str = "") -> Transcriber:
    """Stop giving a person work, or begin again; their work and their pay are never touched. They are told `why`."""
    home.store.set_paused(handle, paused=paused, now=now(), by=by, reason=why.strip())
    return home.store.transcriber(handle)


def sign_out_everywhere(home: Home, handle: str, why: str = "", by: str = "") -> tuple[int, int]:
    """End every session and every unused link of a person. Gives how many of each."""
    return home.store.sign_out(handle, now(), by, why.strip())


def end_second_factor(home: Home, handle: str, by: str = "") -> bool:
    """End the code that a person is asked for at sign-in. False where they have none."""
    return home.store.end_second_factor(handle, now(), by or home.store.actor)


def pages_address(home: Home) -> str:
    """The address of the review pages: the one that is set, else where `serve` runs, else where it would."""
    settings = home.settings
    return settings.public_url.rstrip("/") or notice(settings).get("web") or settings.web_address(settings.port)


def _set(home: Home, person: Transcriber, facts: Collection[str]) -> None:
    """Write these facts of a person who is known, each alone: what others change meanwhile stays."""
    store, at = home.store, now()
    verbs = {
        "roles": lambda: store.set_roles(person.id, person.roles, at),
        "languages": lambda: store.set_languages(person.id, person.languages, at),
        "engagement": lambda: store.set_engagement(person.id, person.engagement, at),
        "interface_language": lambda: store.set_interface_language(person.id, person.interface_language, at),
        "regions": lambda: store.set_regions(person.id, person.regions, at),
        "time_zone": lambda: store.set_time_zone(person.id, person.time_zone, at),
    }
    with store.together():
        for fact in facts:
            verbs[fact]()


def _require_languages(codes: Sequence[str]) -> None:
    """SettingsError for the first of these codes that no language has."""
    if unknown := i18n.unknown_languages(codes):
        raise SettingsError(f"No language has the code {unknown[0]!r}. Write it as en, fr or pt_BR.")


def _newcomer(home: Home, handle: str, languages: Sequence[str]) -> Transcriber:
    """A transcriber who sees the pages in the first of their languages that the pages have, else in English.

    SettingsError where nobody can be called so, or somebody is called almost so.
    """
    if refusal := i18n.name_refusal(handle, [each.handle for each in home.store.transcribers()]):
        raise SettingsError(f"Nobody can be called {handle!r}: {refusal[0].lower()}{refusal[1:]}")
    pages = i18n.first_spoken(languages, i18n.languages()) or i18n.SOURCE_LANGUAGE
    made = Transcriber(id=secrets.token_urlsafe(9), handle=handle, roles=frozenset({"transcriber"}))
    return replace(made, interface_language=pages)


def _person_of(home: Home, handle: str) -> Transcriber | None:
    try:
        return home.store.transcriber(handle)
    except NotFound:
        return None


def _require_known(what: str, names: Sequence[str | None] | None, known: Collection[str]) -> None:
    """SettingsError for the first of these names that is not known; `what` says what they are names of."""
    for name in names or ():
        if name and name not in known:
            some = ", ".join(known) if len(known) < LISTED_NAMES_COUNT else "a name such as Europe/Paris"
            raise SettingsError(f"There is no {what} {name!r}. Use {some}.")


# Operators' messages to people: answers to disputes, examples in guides, and the work to come.


def expect_work(home: Home, at: datetime, hours: float, form: str) -> ExpectedWork:
    """Announce work to come, in UTC where `at` names no zone.

    What is announced alike already is given as it is. SettingsError where the time is past or the hours are none,
    FormError where there is no such form.
    """
    when = at if at.tzinfo else at.replace(tzinfo=UTC)
    if when < now():
        raise SettingsError(f"{when:%Y-%m-%d %H:%M} is past. Announce work that is to come.")
    if not math.isfinite(hours) or hours <= 0:
        raise SettingsError("Say about how many hours of work it is, such as --hours 20.")
    of = home.forms.find(form).name if form else ""
    for known in home.store.expected_work(now()):
        if (known.at, known.hours, known.form) == (when, hours, of):
            return known
    expected = ExpectedWork(id=f"w{secrets.token_urlsafe(9)}", at=when, hours=hours, form=of)
    home.store.put_expected_work(expected, now())
    return expected


def show_in_guide(home: Home, scan: str, key: FieldKey, kind: GuideKind, text: str, words: str, by: str) -> str:
    """Show a field's picture in the guide of its field, with what is to be typed; the example's id.

    SettingsError where the field holds personal data: everybody who reads such fields would see it.
    """
    known = home.store.scan(scan)
    form = home.forms(known.form, known.form_version)
    if not form.may_be_shown(key.name):
        raise SettingsError(f"{key} is personal, or its form is strict: its picture is shown to its readers alone.")
    return home.store.put_guide_example(known.id, key, kind, text, words, by, now())


def settle_dispute(home: Home, dispute: str, seconds: float | None, reason: str, by: str) -> float:
    """Settle a dispute by adding seconds to the person's paid time; gives the seconds added.

    None adds what makes up the person's own figure. NotFound where there is no such dispute. SettingsError where it is
    settled already, where more is added than the person says that it took, or less without a reason.
    """
    disputed = next((known for known in home.store.disputes() if known.id == dispute), None)
    if disputed is None:
        raise NotFound(f"There is no dispute {dispute!r}. See them with: fairhand disputes list --open")
    if disputed.answered_at is not None:
        raise SettingsError(
            f"This dispute is settled: {disputed.granted:g} seconds were added. The first answer holds."
        )
    granted = disputed.missing if seconds is None else seconds
    if granted > disputed.claimed:
        raise SettingsError(
            f"They say that it took {disputed.claimed:g} seconds in all: {granted:g} are more. The first answer holds, "
            "so look again; --as-claimed adds what they say is missing."
        )
    if granted < disputed.missing and not reason.strip():
        raise SettingsError(
            f"They say {disputed.missing:g} seconds are missing. Say with --reason why it is less: they are told."
        )
    home.store.answer_dispute(dispute, granted, now(), by=by, reason=reason.strip())
    return granted
