"""Folders that are watched: each photograph that is put there is taken in once."""

from flows.watching.watch import WatchedForm, require_watchable, watch, watched_forms
from flows.watching.watched_folder import Round

__all__ = ["Round", "WatchedForm", "require_watchable", "watch", "watched_forms"]
