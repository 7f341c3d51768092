"""Pages that only some may see. For everybody else there is no such page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from transcribe.errors import NotFound
from transcribe.i18n import plain_name
from transcribe.model import Transcriber
from transcribe.review.access.sessions import Visitor
from transcribe.store import Store

DESK_ROLES = frozenset({"operator", "auditor"})
"""The roles that see the operator's pages."""


def first_address(roles: Collection[str], desk: str) -> str:
    """The first page after signing in: the operator's pages, where there are any for them, else work."""
    return desk if desk and not DESK_ROLES.isdisjoint(roles) else "/work"


def must_be_asked(visitor: Visitor) -> bool:
    """Whether this person reads and has not answered yet what is said before the first task."""
    return not visitor.person.begun and visitor.person.may_read


def require_operator(visitor: Visitor) -> None:
    """NotFound where the visitor is no operator: a page that is not theirs does not exist for them."""
    if "operator" not in visitor.person.roles:
        raise NotFound("This page is for operators.")


def require_whole_home(visitor: Visitor) -> None:
    """NotFound for all but operators who see all forms: people and their pay are no matter of some forms alone."""
    require_operator(visitor)
    if not visitor.sees_all:
        raise NotFound("This page is for operators who see all forms.")


def require_still_operator(store: Store, visitor: Visitor) -> None:
    """As `require_operator`, asked in the transaction itself: they may have been demoted or paused meanwhile."""
    person = store.transcriber(visitor.person.id)
    if person.paused or "operator" not in person.roles:
        raise NotFound("This page is for operators.")


def require_still_whole_home(store: Store, visitor: Visitor) -> None:
    """As `require_whole_home`, asked in the transaction itself: they may have been limited meanwhile."""
    require_still_operator(store, visitor)
    if store.forms_of_person(visitor.person.id):
        raise NotFound("This page is for operators who see all forms.")


# Handles as people type them to sign in: in any case, with spaces around.


def handle_owner(people: Sequence[Transcriber], typed: str) -> Transcriber | None:
    """Whose handle was typed; None for nobody.

    Where two handles differ by nothing but their case, each is typed as it stands.
    """
    plain = plain_name(typed)
    alike = [each for each in people if plain_name(each.handle) == plain]
    exact = next((each for each in alike if each.handle == typed.strip()), None)
    return exact or (alike[0] if len(alike) == 1 else None)
