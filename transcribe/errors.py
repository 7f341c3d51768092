"""The error tree: what went wrong, what to do next, and whether trying again may help."""

from __future__ import annotations

import errno
import shutil
from contextvars import ContextVar
from pathlib import Path

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is answered here, by which lines of the log are found; "" outside of one."""

FULL_DISK_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says where there is no room: on the disk, or for this user."""

SQLITE_IOERR = 10
"""SQLite's code for a write that failed, which it may have done as there is no room."""

SQLITE_FULL = 13
"""SQLite's code for a write that failed as there is no room."""

FULL_DISK_BYTES = 256 * 1024
"""A disk with less room is full where a write to it failed: SQLite makes files longer by such steps. Chosen by hand."""


class FairhandError(Exception):
    """Something went wrong in fairhand. A command ends with its `exit_code`: by default 4, the work was not done."""

    exit_code = 4
    retry = False

    def __init__(self, *messages: str) -> None:
        """With nothing to say, the class says what it is. Of several messages each stands on a line of its own."""
        super().__init__(*(messages or ((type(self).__doc__ or "").strip(),)))

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


class SettingsError(FairhandError):
    """A setting is missing or wrong; `fairhand doctor` names it."""

    exit_code = 2


class FormError(FairhandError):
    """The form definition is wrong; `fairhand forms check` names the key."""

    exit_code = 2


class NothingDrafted(FormError):
    """A picture shows no frame, line or box with print beside it, of which a form could be drafted."""


class FormNotOffered(FormError):
    """Somebody said that a scan is of a form that was not among those offered."""


class ScanError(FairhandError):
    """There is no picture here that can be read; the file was set aside."""

    exit_code = 1

    def __init__(self, message: str = "", advice: str = "Replace the file") -> None:
        super().__init__(message)
        self.advice = advice
        """What to do before it is tried again."""


class EngineError(FairhandError):
    """The OCR program failed or timed out; trying again may help."""

    retry = True


class EngineMissing(EngineError):
    """An OCR program is not installed; `fairhand doctor` names the command that installs it."""

    exit_code = 3
    retry = False


class PartMissing(EngineError):
    """A form needs a part that is not in use here; its scans can be read once it is."""

    exit_code = 3
    retry = False


class StoreError(FairhandError):
    """The database could not be read or written; try again."""

    retry = True


class WrongKey(StoreError):
    """The key beside a state is missing, damaged, or that of another one; put its own back."""


class StateReadOnly(StoreError):
    """The state cannot be written; make its folder writable."""


class UnkeepableText(StoreError):
    """A text has a character that no database keeps: NUL (U+0000). Take it out and send it again."""

    exit_code = 2
    retry = False


class DatabaseAway(StoreError):
    """The server of the database gives no connection; try again when it does."""


class NoConnectionFree(DatabaseAway):
    """The server of the database takes no more connections; raise its limit, or end programs that hold them."""


class ProgramOutdated(StoreError):
    """A newer fairhand has changed the tables while this program runs, and it would write them wrongly."""

    retry = False

    def __init__(self, present: int, known: int) -> None:
        super().__init__(
            f"The database has version {present}, this program knows {known} and writes nothing any more. "
            "Start the newer fairhand here too."
        )


class StateMoved(StoreError):
    """The state was moved to another place, and the one that is named here is as it was before."""

    retry = False

    def __init__(self, to: str) -> None:
        super().__init__(
            f"The state was moved from here to {to}, and nothing can be written here any more. Where that is a "
            "database, set FAIRHAND_STATE as it is in the settings.env of the home that was moved; where it is a file, "
            "only its machine works on it."
        )


class DiskFull(StoreError):
    """The disk of a database is full; make room on it, and do the same again."""

    retry = False

    @classmethod
    def of(cls, what: str, path: Path) -> DiskFull:
        """The error that names the database and where it lies."""
        return cls(
            f"The disk of {what} is full ({path}). Make room on it and do the same again; what was kept before stays."
        )


class ArchiveFull(FairhandError):
    """The disk of the archive is full; make room on it, and do the same again."""

    advice = "Make room on it"
    """What to do before it is tried again."""

    def __init__(self, path: str) -> None:
        self.reason = f"the disk of the archive is full ({path})."
        super().__init__(f"The disk of the archive is full ({path}). {self.advice} and do the same again.")


class ArchiveAway(StoreError):
    """The bucket of the archive does not answer; try again when it does."""

    def __init__(self, place: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The archive ({place}) cannot be reached: {reason}. Do the same again when it can.")


class ArchiveRefused(FairhandError):
    """This bucket will not do as an archive; name another one, or change how it is set up."""

    exit_code = 2


def is_disk_full(error: BaseException, path: Path) -> bool:
    """Whether a write failed for want of room: an error of the system, or of SQLite about this file."""
    if isinstance(error, OSError):
        return error.errno in FULL_DISK_ERRNOS
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == SQLITE_IOERR and path.parent.exists():
        return shutil.disk_usage(path.parent).free < FULL_DISK_BYTES
    return code == SQLITE_FULL


class LeaseLost(StoreError):
    """This task is no longer leased to this person; take the next one."""

    retry = False


class CountsAlready(LeaseLost):
    """This reading counts already and is no longer changed by sending another; contest the outcome instead."""


class ReadAgainSince(LeaseLost):
    """The same person has read this field again since, on another device; that reading stands."""


class LateTooLong(LeaseLost):
    """This task was leased too long ago for a first reading of it; take the next one."""


class NotFound(StoreError):
    """There is nothing of this name or number."""

    exit_code = 2
    retry = False


class PartOff(NotFound):
    """What was asked for is brought by a part that is switched off here."""


class PictureLost(NotFound):
    """The archive has no bytes of this name; they may have been erased."""


class StartOver(FairhandError):
    """This position is of another state of the records; drop your copy, and ask for all of them again."""

    exit_code = 2


class AnsweredOtherwise(FairhandError):
    """This key of a request was sent with another request before; send each request with a key of its own."""

    exit_code = 2
