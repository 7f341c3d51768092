"""The error tree: what went wrong, what to do next, and whether trying again may help."""

from __future__ import annotations


class FairhandError(Exception):
    """Something went wrong in fairhand."""

    exit_code = 1
    retry = False

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class SettingsError(FairhandError):
    """A setting is missing or wrong; `fairhand doctor` names it."""

    exit_code = 2


class FormError(FairhandError):
    """The form definition is wrong; `fairhand forms check` names the key."""

    exit_code = 2


class FormNotOffered(FormError):
    """Somebody said that a scan is of a form that was not among those offered."""


class ScanError(FairhandError):
    """There is no picture here that can be read; the file was set aside."""

    exit_code = 3

    def __init__(self, message: str = "", advice: str = "Replace the file") -> None:
        super().__init__(message)
        self.advice = advice
        """What to do before it is tried again."""


class EngineError(FairhandError):
    """The OCR program failed or timed out; trying again may help."""

    retry = True


class EngineMissing(EngineError):
    """An OCR program is not installed; `fairhand doctor` names the command that installs it."""

    exit_code = 4
    retry = False


class StoreError(FairhandError):
    """The database could not be read or written; try again."""

    retry = True


class LeaseLost(StoreError):
    """This task is no longer leased to this person; take the next one."""

    retry = False


class CountsAlready(LeaseLost):
    """This reading counts already and is no longer changed by sending another; contest the outcome instead."""


class LateTooLong(LeaseLost):
    """This task was leased too long ago for a first reading of it; take the next one."""


class NotFound(StoreError):
    """There is nothing of this name or number."""

    exit_code = 2
    retry = False


class StartOver(FairhandError):
    """This position is of another state of the records; drop your copy, and ask for all of them again."""

    exit_code = 2


class AccountPaused(FairhandError):
    """An operator has paused this account; another operator can end the pause."""
