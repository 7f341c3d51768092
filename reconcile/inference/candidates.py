"""What a field may say: every value that a source read, and nearby ones that nobody read, which are proposals only."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache

from reconcile.forms import KnownWords, PreparedField
from reconcile.inference.noisy_channel import swapped
from transcribe.model import Origin
from transcribe.values import without_accents

PROPOSALS_AT_MOST = 12
"""So many values that nobody read are weighed beside those that were: more never changed a result."""

MENDABLE = {
    **{name: {"check digit", "not a number"} for name in ("luhn", "ean", "siret", "vat")},
    "date": {"not a date"},
}
"""The faults that one changed character may mend, by field type."""


def candidates(
    spot: PreparedField,
    read: Iterable[str],
    texts: Sequence[str],
    words: KnownWords,
    arithmetic: Iterable[str] = (),
    alike: Container[str] = (),
) -> Mapping[str, Origin]:
    """Comparable texts with where each comes from, in an order that the votes' order does not change.

    `read` is all that was read, `texts` in order what of it has a value; `words` are those known of this field,
    `arithmetic` are values that the form's rules ask for, `alike` are texts that several people typed alike: no rare
    word of these is mended, as people share no typing errors.
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
        if spot.type in MENDABLE and MENDABLE[spot.type].intersection(spot.faults(says)):
            for mended in _mended(spot, says):
                proposals.setdefault(mended, "repaired")
    for says, origin in list(proposals.items())[:PROPOSALS_AT_MOST] if proposals else ():
        found.setdefault(says, origin)
    return found


@lru_cache(maxsize=4096)
def _mended(spot: PreparedField, says: str) -> tuple[str, ...]:
    """The text with one character changed to a digit so that nothing is wrong with it."""
    return tuple(
        mended
        for at, digit in enumerate(says)
        if digit.isalnum()
        for other in "0123456789"
        if other != digit and not spot.faults(mended := says[:at] + other + says[at + 1 :])
    )
