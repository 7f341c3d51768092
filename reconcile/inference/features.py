"""The features of the evidence about a value that machines read: what the additive model weighs.

Each is a number for a set of sources, whichever and however many they are, and none has a threshold. A source that says
the value moves its features one way only, and so does one that says something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import exp, log, log2

from rapidfuzz.distance import LCSseq, Levenshtein

from reconcile.algorithms import missing_accent_bits
from reconcile.forms import PreparedField
from reconcile.inference.corroboration import settling_bits
from reconcile.inference.noisy_channel import is_silent, log_prior, shapes_of
from reconcile.inference.posterior import FieldPosterior
from reconcile.inference.votes import DECIMALS_PATTERN, Vote, digits_of
from reconcile.parameters import LearntParameters, shape_of
from transcribe.codes import Flag, Reason
from transcribe.values import with_day_as_month

MAX_LOG_ODDS = 9.2
"""Log odds of 0.9999 in nats: no set was large enough to tell more of a share than this."""

MAX_CONFIDENCE = 0.999
"""An engine is no surer than this, by its own measure: RapidOCR says 1.0 of one value in three."""

MAX_BITS = 20.0
"""One in a million: what is rarer counts as so rare."""

REASONS: Mapping[str, Reason] = {
    "share": Reason.NOT_SURE_ENOUGH,
    "first": Reason.NOT_SURE_ENOUGH,
    "others": Reason.ONE_ENGINE,
    "rival": Reason.ENGINES_DISAGREE,
    "near": Reason.ENGINES_DISAGREE,
    "torn": Reason.LOOKALIKE,
    "torn sign": Reason.LOOKALIKE,
    "torn class": Reason.LOOKALIKE,
    "again": Reason.ONE_ENGINE,
    "place": Reason.MISPLACED,
    "twin": Reason.LOOKALIKE,
    "twin sign": Reason.LOOKALIKE,
    "shape": Reason.LOOKALIKE,
    "column": Reason.LOOKALIKE,
    "novel": Reason.NEW_SHAPE,
    "swapped": Reason.FORMAT,
    "accents": Reason.LOOKALIKE,
    "broken": Reason.SUMS,
    "pointless": Reason.FORMAT,
    "faults": Reason.FORMAT,
    "illegible": Reason.ILLEGIBLE,
}
"""Why a person is asked where a feature costs a value most; `NOT_SURE_ENOUGH` of those that are left out."""


def sureness(vote: Vote) -> float:
    """How sure an engine is, in bits of its being wrong, and one for having spoken at all."""
    return 1.0 - log2(1.0 - min(MAX_CONFIDENCE, vote.confidence or 0.0))


def features(
    spot: PreparedField,
    weighed: FieldPosterior,
    says: str,
    engines: Sequence[Vote],
    saying: Sequence[Vote],
    learnt: LearntParameters,
) -> dict[str, float]:
    """The features of a value that these engines say; `engines` are all that read the field.

    The share that the noisy channel gives the value, and how sure its place is, are added by `circumstances`.
    """
    sure = sorted(map(sureness, saying), reverse=True)
    rivals = [vote for vote in engines if vote not in saying and vote.null is None]
    rules = [log(max(exp(-MAX_LOG_ODDS), ruled.factors[says])) for ruled in weighed.ruled]
    known = spot.known_values
    listed = known is not None and known.has(says)
    texts = [vote.text for vote in saying]
    gave_up = [vote for vote in engines if vote not in saying and (is_silent(vote) or Flag.ILLEGIBLE in vote.flags)]
    torn = torn_bits(max([vote.torn for vote in saying], default=0.0))
    twin = twin_bits(spot, says, learnt)
    return {
        "first": sure[0] if sure else 0.0,
        "others": sum(sure[1:]),
        "rival": max(map(sureness, rivals), default=0.0),
        "near": max([sureness(each) * likeness(says, each.says) for each in rivals], default=0.0),
        "torn": 0.0 if spot.exact else torn,
        "torn sign": torn if spot.exact else 0.0,
        "torn class": torn_bits(max([vote.torn_class for vote in saying], default=0.0)),
        "again": min([float(vote.again) for vote in saying], default=0.0),
        "quality": max([vote.quality for vote in saying], default=0.0),
        "fit": max([vote.fit for vote in saying], default=0.0),
        "length": log2(1 + len(says)),
        "twin": 0.0 if spot.exact else twin,
        "twin sign": twin if spot.exact else 0.0,
        "shape": max(-MAX_BITS, min(MAX_BITS, settling_bits(spot, says, learnt))),
        "novel": new_shape_bits(spot, says, learnt),
        "column": float(places_against_column(says, weighed.column)),
        "known": float(listed),
        "unlisted": float(known is not None and not listed),
        "swapped": float(spot.facts.is_day and with_day_as_month(says) is not None),
        "check": float(spot.facts.has_check_digit and not spot.faults(says)),
        "sums": min(MAX_LOG_ODDS, sum([each for each in rules if each > 0])),
        "broken": -min([0.0, *rules]),
        "pointless": min(map(digits_without_point, texts), default=0.0) if spot.facts.has_decimals else 0.0,
        "faults": float(len(spot.faults(says))),
        "illegible": float(len(gave_up)) + min([float(Flag.ILLEGIBLE in vote.flags) for vote in saying], default=0.0),
        "accents": min([missing_accent_bits(text, spot.form.languages) for text in texts], default=0.0)
        if spot.facts.is_text
        else 0.0,
    }


def torn_bits(share: float) -> float:
    """How sure an engine was of another text beside this one, in bits above 1 in 1,024."""
    return max(0.0, 10.0 + log2(share)) if share else 0.0


def likeness(one: str, other: str) -> float:
    """How much a text has of another: 1 where one is a part of the other, or one edit away.

    It is the longest common subsequence as a share of the shorter text, or one over the number of edits, if that is
    more: single characters have nothing in common and are one misreading apart.
    """
    shorter = min(len(one), len(other))
    common = LCSseq.similarity(one, other) / shorter if shorter else 0.0
    return max(common, 1.0 / max(1, Levenshtein.distance(one, other)))


def digits_without_point(text: str) -> float:
    """So many digits a number has that was read without decimals: 0 of one that has them."""
    return 0.0 if DECIMALS_PATTERN.search(text) else float(len(digits_of(text)))


def new_shape_bits(spot: PreparedField, says: str, learnt: LearntParameters) -> float:
    """How rare a shape not seen yet is on a field, in bits, where this value has one; else 0."""
    shapes = shapes_of(spot, learnt)
    known = spot.known_values is not None and spot.known_values.has(says)
    return 0.0 if shapes is None or known or not shapes.is_unseen(says) else -log2(shapes.new_share)


def places_against_column(code: str, column: str) -> int:
    """At how many places a code has a digit where its column has letters, or the reverse."""
    if len(column) != len(code):
        return 0
    return sum(like in "9A" and like != shape_of(each) for each, like in zip(code, column, strict=True))


def twin_bits(spot: PreparedField, says: str, learnt: LearntParameters) -> float:
    """How probable it is that a text that looks alike is written, in bits above one in a million.

    It is the sum over texts that differ in one character for which this one is taken: how much likelier they are before
    reading, times the share of that character's misreadings that give this one.
    """
    total = sum(share * exp(min(MAX_BITS, prior)) for share, prior in _twins(spot, says, learnt))
    return max(0.0, MAX_BITS + log2(total)) if total else 0.0


def _twins(spot: PreparedField, says: str, learnt: LearntParameters) -> Iterator[tuple[float, float]]:
    """(the share of misreadings, log of how much likelier it is before reading) of each text that looks like this.

    A day has none. Of a value that the form lists those alone count that it lists too: others are far less likely.
    """
    looks = learnt.characters.otherwise if spot.exact else learnt.characters.looks_like
    known = spot.known_values
    listed = known is not None and known.has(says)
    tells = spot.field.pattern is not None or known is not None or shapes_of(spot, learnt) is not None
    tells = tells or spot.facts.has_check_digit
    own = log_prior(spot, says, learnt) if tells else 0.0
    for at, character in enumerate("" if spot.facts.is_day else says):
        for other, share in looks.get(character, ()):
            text = says[:at] + other + says[at + 1 :]
            if listed and known is not None and not known.has(text) and not known.has_without_accents(text):
                continue
            if tells:
                yield share, log_prior(spot, text, learnt) - own
            elif other.isdigit() or not spot.facts.is_all_digits:
                yield share, 0.0
