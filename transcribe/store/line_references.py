"""What the lines of time in the ledger refer to: why time without a reading is paid."""

from __future__ import annotations

TEST_LINE = "test"
"""The reference of the lines of items of tests, of which so many a day are paid."""

SKIP_LINE = "skip"
"""The reference of the lines of skips."""

QUESTION_LINE = "question"
"""The reference of the lines of questions, of which so many a day are paid."""

APPEAL_LINE = "appeal"
"""The reference of the lines of contesting what was decided."""

DISPUTE_LINE = "dispute"
"""The reference of the lines of contesting a measured time."""

EXPLANATION_LINE = "explanation"
"""The reference of the lines of reading why a value was decided."""

GUESSED_LINES = frozenset({QUESTION_LINE, APPEAL_LINE, DISPUTE_LINE})
"""Lines whose time is a guess of the server's where a page did not measure it."""

PAID_ALREADY_LINE = "paid already"
"""The reference of the lines that take off a piece what other lines of time have paid for the same time."""

ABOVE_PIECE_LINE = "above the piece"
"""The reference of the lines of what the time of a reading is worth above its piece."""
