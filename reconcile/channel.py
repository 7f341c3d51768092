"""How probable is a reading, given what is written: the noisy channel between the paper and a source."""

from __future__ import annotations

from functools import lru_cache
from math import exp, log

from rapidfuzz.distance import OSA

from reconcile.agree import BLANK, MARK, Vote

LEAST = -140.0
"""The least log probability of one reading: one impossible reading must not silence all others."""

UNRELATED = {"machine": 0.05, "person": 0.25, "expert": 0.1}
"""The share of a source's errors that have nothing to do with what is written (another line, another field)."""

SEEN: dict[str, dict[str, float]] = {
    # P(what a source says | what is written), by kind of source and "written > said"; text written and text said is
    # the rest. Machines fall silent on faint print; a person overlooks a filled field once in 150.
    "machine": {"text>": 0.03, "text>illegible": 0.02, ">text": 0.02, "illegible>": 0.3, "illegible>illegible": 0.3},
    "person": {"text>": 0.006, "text>illegible": 0.004, ">text": 0.006, "illegible>": 0.1, "illegible>illegible": 0.7},
    "expert": {"text>": 0.001, "text>illegible": 0.001, ">text": 0.001, "illegible>": 0.05, "illegible>illegible": 0.9},
}
RARELY = 0.002
"""P of any other pair of "nothing to read", such as "absent" of a field that is blank."""


def log_probability(vote: Vote, written: str, error: float) -> float:
    """Log probability that this source says what it says when `written` (comparable text) is on the paper."""
    blind = _blind(vote, written, error)
    if vote.shown is None:
        return max(LEAST, log(blind)) if blind > 0 else LEAST
    followed = 0.6 if vote.says == vote.shown else 0.0
    return max(LEAST, log(followed + 0.4 * blind + 1e-60))


def _blind(vote: Vote, written: str, error: float) -> float:
    table = SEEN[vote.kind]
    of, said = _what(written), _what(vote.says)
    if of != "text" or said != "text":
        if of == said:
            return table.get(f"{of}>{said}", 0.97)
        share = table.get(f"{of}>{said}", RARELY)
        return share * exp(flat(vote.says)) if said == "text" else share
    if vote.says == written:
        return 1.0 - error
    unrelated = UNRELATED[vote.kind]
    return error * ((1.0 - unrelated) * edits(written, vote.says) + unrelated * exp(flat(vote.says)))


def _what(says: str) -> str:
    if says == BLANK:
        return ""
    return says[1:] if says.startswith(MARK) else "text"


@lru_cache(maxsize=65536)
def edits(written: str, said: str) -> float:
    """P(this misreading | a misreading of what is written): a geometric number of edits, anywhere, of any kind."""
    count = OSA.distance(written, said, score_cutoff=4)
    if count > 4 or count == 0:
        return 0.0
    places = len(written) + 1
    return float(0.8 * 0.2 ** (count - 1) * (0.4 / places / 20.0) ** count * count)


@lru_cache(maxsize=65536)
def flat(text: str) -> float:
    """Log probability of a text of which nothing is known: each character by how many it might have been."""
    return sum(-2.3 if character.isdigit() else -2.9 for character in text) - 0.5
