"""What a field may say: every value that a source read, and nothing that nobody read is more than a proposal."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.agree import Vote


def read(votes: Sequence[Vote]) -> tuple[str, ...]:
    """The distinct comparable texts that sources read, in an order of their own."""
    return tuple(sorted({vote.says for vote in votes}))
