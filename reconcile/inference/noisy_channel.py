"""How probable is a reading, given what is written: the noisy channel between the paper and a source.

A source reads what is written, or a way of its own to say the same (without accents, day and month the other way
about, by conventions of its own, see `reconcile.parameters.source_phrases`), or makes an error: some edits, or
something unrelated. A
place that looks like something else to everybody is in `reconcile.inference.posterior`, since it couples sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from math import factorial

from rapidfuzz.distance import OSA, Levenshtein

from reconcile.inference.prior import flat_share
from reconcile.inference.votes import Vote, null_of, textless
from reconcile.parameters import UNSEEN_CONFUSION_SHARE, LearntParameters, SourceModel
from transcribe.values import without_accents

LEAST = 1e-290
"""The least probability of one reading: one impossible reading must not silence all others. Far below any text's own
(`reconcile.inference.prior.FLATTEST`): a floor that long texts reach would make them less probable than their
misreadings."""

FOLLOWED = 0.6
"""How often a person who was shown a value simply takes it."""

CACHED_MISREADING_COUNT = 65536
"""The probabilities of so many misreadings are kept: the texts of a few hundred scans. Chosen by hand."""

MOST_EDITS = 4
"""More edits than this are another text."""

CHANGED_ABOUT = {"person": 0.1, "expert": 0.1}
"""The share of one-edit errors that change two neighbouring characters about: fingers do, engines do not. (Of
volunteers' errors in ship logs it was less than 1 %, of the generator's it is a quarter.)"""

NULLS: dict[str, dict[tuple[str, str], float]] = {
    # P(what a source says | what is written) where either is no text, by kind of source: (written, said).
    "machine": {
        ("text", ""): 0.03,
        ("text", "illegible"): 0.02,
        ("", "text"): 0.02,
        ("illegible", ""): 0.3,
        ("illegible", "illegible"): 0.3,
    },
    "person": {
        ("text", ""): 0.004,
        ("text", "illegible"): 0.004,
        ("", "text"): 0.006,
        ("illegible", ""): 0.1,
        ("illegible", "illegible"): 0.7,
    },
    "expert": {
        ("text", ""): 0.001,
        ("text", "illegible"): 0.001,
        ("", "text"): 0.001,
        ("illegible", ""): 0.05,
        ("illegible", "illegible"): 0.9,
    },
}
"""Machines fall silent on faint print; a person overlooks a filled field, or gives one up, once in 250."""

SAME_NULL = 0.97
OTHER_NULL = 0.002
"""P that a source sees what is not text as it is, and as any other of "absent", "crossed out" and their like."""


Source = tuple[Vote, SourceModel, float]
"""One vote with how its source reads, and P(its confidence | it is wrong) / P(its confidence | it is right)."""


def likelihoods(learnt: LearntParameters, sources: Sequence[Source], written: str) -> list[float]:
    """P(each source says what it says, as surely as it does | `written`, comparable text, is on the paper)."""
    blank, plain = textless(written), written.isascii()
    found = []
    for vote, source_model, ratio in sources:
        said = vote.says
        if blank or vote.null is not None:
            blind = _null(said, source_model.kind, written)
        elif source_model.swap or source_model.phrases or (source_model.accents and not plain):
            blind = _in_some_way(learnt, said, source_model, ratio, written)
        elif said == written:
            blind = 1.0 - source_model.error
        else:
            blind = source_model.error * ratio * error(learnt, said, source_model, written)
        if blind < LEAST:
            blind = LEAST
        if vote.shown is not None:
            blind = (FOLLOWED if said == vote.shown else 0.0) + (1 - FOLLOWED) * blind
        found.append(blind)
    return found


def error(learnt: LearntParameters, said: str, source_model: SourceModel, written: str) -> float:
    """P(an error gives `said` | an error, and `written` on the paper): edits, or something unrelated."""
    near = edits(learnt, source_model.kind, written, said)
    return (1.0 - source_model.unrelated) * near + source_model.unrelated * flat_share(said)


def _in_some_way(learnt: LearntParameters, said: str, source_model: SourceModel, ratio: float, written: str) -> float:
    """The same of a source that may say it in a way of its own."""
    probability, left = 0.0, 1.0
    for way, share in (*ways(written, source_model), (written, 1.0)):
        wrong = source_model.error * ratio
        probability += (
            left * share * (1.0 - source_model.error if said == way else wrong * error(learnt, said, source_model, way))
        )
        left *= 1.0 - share
    return probability


def ways(written: str, source_model: SourceModel) -> Iterator[tuple[str, float]]:
    """Other ways in which this source may say the same, with how often it does of the times left by those before."""
    for _, way, share in habits(written, source_model):
        yield way, share
    for phrased in source_model.phrases.ways(written) if source_model.phrases else ():
        yield phrased.text, phrased.share


def habits(written: str, source_model: SourceModel) -> Iterator[tuple[str, str, float]]:
    """(habit, the text that it gives, how often) for the habits that would show in what is written."""
    if source_model.accents and not written.isascii():
        yield "accents", without_accents(written), source_model.accents
    if source_model.swap and (other := swapped(written)) is not None:
        yield "swap", other, source_model.swap


@lru_cache(maxsize=65536)
def swapped(text: str) -> str | None:
    """An ISO date with day and month the other way about; None where that is no other date."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    year, month, day = text.split("-")
    if month == day:
        return None
    try:
        return date.fromisoformat(f"{year}-{day}-{month}").isoformat()
    except ValueError:
        return None


@lru_cache(CACHED_MISREADING_COUNT)
def edits(learnt: LearntParameters, kind: str, written: str, said: str) -> float:
    """P(this misreading | a misreading of what is written), by what characters this kind takes for one another.

    A geometric number of edits, anywhere; two characters changed about are one edit. Learnt parameters never change, so
    that what was worked out stays right.
    """
    apart = _apart(written, said)
    if apart is None:
        return 0.0
    probability, taken, about = apart
    for was, became in taken:
        probability *= learnt.characters.share(kind, was, became)
    return max(probability, about * CHANGED_ABOUT[kind]) if about and kind in CHANGED_ABOUT else probability


@lru_cache(maxsize=65536)
def _apart(written: str, said: str) -> tuple[float, tuple[tuple[str, str], ...], float] | None:
    """How one text becomes the other, whoever reads it, None where they are the same or too far apart: (P of so many
    edits at these places, (written, said) of each character taken for another, P of it with two of them changed about
    instead, where that is shorter)."""
    if not 0 < Levenshtein.distance(written, said, score_cutoff=MOST_EDITS) <= MOST_EDITS:
        return None
    operations = Levenshtein.editops(written, said)
    places, count = len(written) + 1, len(operations)
    probability = 0.8 * 0.2 ** (count - 1) * factorial(count) / places**count
    taken = []
    for operation in operations:
        if operation.tag == "replace":
            probability *= 0.62
            taken.append((written[operation.src_pos], said[operation.dest_pos]))
        elif operation.tag == "delete":
            probability *= 0.22
        else:
            doubled = said[operation.dest_pos] in written[max(0, operation.src_pos - 1) : operation.src_pos + 1]
            probability *= 0.16 * (0.5 if doubled else 0.5 * UNSEEN_CONFUSION_SHARE)
    fewer = OSA.distance(written, said)
    others = (0.62 * UNSEEN_CONFUSION_SHARE / places) ** (fewer - 1)
    about = 0.8 * 0.2 ** (fewer - 1) / places * others if fewer < count else 0.0
    return probability, tuple(taken), about


def _null(said: str, kind: str, written: str) -> float:
    """P(this is said | this is written) where one of them is no text."""
    of, what = _what(written), _what(said)
    if of == what:
        return NULLS[kind].get((of, what), SAME_NULL)
    share = NULLS[kind].get((of, what), OTHER_NULL)
    return share * flat_share(said) if what == "text" else share


def _what(says: str) -> str:
    null = null_of(says)
    return "text" if null is None else "" if null == "blank" else null
