"""How pages lie on their forms, remembered in this process: to find out costs more than all else before reading.

Whoever puts pages of a form together lays them, and whoever reads them needs the same soon after."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from transcribe.model import StoredAlignment

MOST = 4096
"""Pages remembered, some 500 bytes each; of more the oldest are forgotten."""

_known: OrderedDict[tuple[str, int], StoredAlignment] = OrderedDict()
_lock = Lock()


def remember_alignment(file: str, page: int, laid: StoredAlignment | None) -> None:
    """Keep how a page of the file with this SHA-256 lies on the form that it was last laid on."""
    if laid is not None:
        with _lock:
            _known[file, page] = laid
            _known.move_to_end((file, page))
            if len(_known) > MOST:
                _known.popitem(last=False)


def remembered_alignment(file: str, page: int) -> StoredAlignment | None:
    """How the page lies, as far as that is remembered."""
    with _lock:
        return _known.get((file, page))
