"""The rooms of one home, furnished from the settings: store, archive, forms, and every room's options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from flows.home import settings as configuration
from flows.home.form_library import FormLibrary
from flows.home.settings import Settings
from reconcile.policy import POLICY, Policy
from transcribe.archive import Archive
from transcribe.model import Form
from transcribe.review import ReviewOptions
from transcribe.sandbox import Limits
from transcribe.store import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What flows and commands work with."""

    settings: Settings
    store: Store
    archive: Archive
    forms: FormLibrary

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def use_form(self, name_or_path: str) -> Form:
        """The form of this name or path, kept here from now on; FormError where its version says something else."""
        form = self.forms.find(name_or_path)
        self.store.put_form(form, self.forms.keep(form, name_or_path), now())
        return form


def open_home(settings: Settings) -> Home:
    """Open the home of these settings; it is made where it is missing."""
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.forms.mkdir(exist_ok=True)
    return Home(
        settings=settings,
        store=open_store(settings.state),
        archive=Archive(settings.archive or str(settings.home / "archive")),
        forms=FormLibrary(settings.forms),
    )


@lru_cache(maxsize=4)
def home_at(home: str) -> Home:
    """The rooms of a home, opened once a process: a Prefect task is told where home is, as it can be told text only."""
    return open_home(configuration.load_settings(Path(home)))


def now() -> datetime:
    """The time, aware and in UTC: what every room is told as `now`."""
    return datetime.now(UTC)


def limits(settings: Settings) -> Limits:
    """How much one file may cost."""
    return Limits(bytes=settings.most_file_bytes, pixels=settings.most_pixels, pages=settings.most_pages)


def policy(settings: Settings) -> Policy:
    """Every threshold of deciding."""
    return replace(POLICY, target=settings.target, audit_share=settings.audit_share)


def review_options(settings: Settings, port: int) -> ReviewOptions:
    """Options of the review pages, which listen on this port."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return ReviewOptions(
        public_url=settings.public_url or f"http://{host}:{port}",
        lease_seconds=settings.lease_seconds,
        link_days=settings.link_days,
        audit_share=settings.audit_share,
        asked_by=settings.asked_by,
        training=settings.training,
    )
