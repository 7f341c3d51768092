"""The values that a field may have: every one that a source read, and proposals near them that no source read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache

from reconcile.forms import KnownWords, PreparedField
from reconcile.inference.noisy_channel import swapped
from transcribe.model import Origin
from transcribe.values import without_accents

MAX_PROPOSAL_COUNT = 12
"""So many proposals are weighed beside the values that were read: more never changed a result."""

REPAIRABLE_FAULTS = {
    **{name: {"check digit", "not a number"} for name in ("luhn", "ean", "siret", "vat")},
    "date": {"not a date"},
}
"""The faults that one changed character may repair, by field type."""

MAX_REPAIRED_LENGTH = 40
"""Characters of a text that one changed one may repair: no date or number of these types has more. Chosen by hand."""


def candidates(
    spot: PreparedField,
    read: Iterable[str],
    texts: Sequence[str],
    words: KnownWords,
    arithmetic: Iterable[str] = (),
    alike: Container[str] = (),
) -> Mapping[str, Origin]:
    """Comparable texts with where each comes from, in an order that the votes' order does not change.

    `read` is all that was read, `texts` are those of it that have a value, in order. `words` are those known of this
    field. `arithmetic` are values that the form's rules ask for. `alike` are texts that several people typed alike: no
    rare word of these is corrected, as people share no typing errors.
    """
    found: dict[str, Origin] = dict.fromkeys(sorted(read), "read")
    proposals: dict[str, Origin] = dict.fromkeys(sorted(arithmetic), "arithmetic") if arithmetic else {}
    for says in texts:
        if spot.type == "date" and (other := swapped(says)) is not None:
            proposals.setdefault(other, "swapped")
        if spot.known_values is not None:
            if spot.known_values.has(says):
                proposals.setdefault(without_accents(says), "master")
            for near in spot.known_values.neighbours(says):
                proposals.setdefault(near, "master")
        if words.total and says not in alike:
            proposals.setdefault(words.corrected(says), "composed")
        if spot.type in REPAIRABLE_FAULTS and REPAIRABLE_FAULTS[spot.type].intersection(spot.faults(says)):
            for mended in _repairs(spot, says):
                proposals.setdefault(mended, "repaired")
    for says, origin in list(proposals.items())[:MAX_PROPOSAL_COUNT] if proposals else ():
        found.setdefault(says, origin)
    return found


@lru_cache(maxsize=4096)
def _repairs(spot: PreparedField, says: str) -> tuple[str, ...]:
    """The text with one letter or digit changed to another digit, each way in which no fault is left.

    None of a text that is too long to be a value: every change of it would be checked for nothing.
    """
    if len(says) > MAX_REPAIRED_LENGTH:
        return ()
    return tuple(
        mended
        for at, digit in enumerate(says)
        if digit.isalnum()
        for other in "0123456789"
        if other != digit and not spot.faults(mended := says[:at] + other + says[at + 1 :])
    )
