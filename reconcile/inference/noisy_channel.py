"""How probable a reading is, given what is written: the noisy channel between the paper and a source.

A source reads what is written, or says the same in a way of its own: without accents, with day and month changed about,
or by conventions of its own (see `reconcile.parameters.source_model`). Else it makes an error: some edits, or
something unrelated. Places that look like something else to everybody couple sources, so that they are in
`reconcile.inference.posterior`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import exp, log, prod
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from reconcile.forms import CACHED_TEXT_COUNT, PreparedField
from reconcile.inference.votes import BLANK, Vote, is_null, null_of
from reconcile.parameters import (
    MAX_EDIT_SHARE,
    FieldShapes,
    LearntParameters,
    SourceModel,
    edit_path,
    misreading_probability,
)
from transcribe.values import with_day_as_month, without_accents

MIN_READING_PROBABILITY = 1e-290
"""The least probability of one reading: one impossible reading must not silence all others.

Far below any text's own (`MIN_LOG_PRIOR`): a floor that long texts reach would make them less
probable than their misreadings. Products below it are summed up as logarithms: they near the least that a float holds.
"""


FOLLOWED_PREFILL_SHARE = 0.6
"""How often a person who was shown a value simply takes it. Chosen by hand."""


LOST_POINT_SHARE = 0.05
"""How often an engine sees no decimal point in a number, and is as sure as of what is right: by hand Tesseract lost 26
of 194 and RapidOCR 1 of 280, in print they lost none of 120 (photographs of six forms)."""


ADDED_POINT_SHARE = 0.0025
"""How often it sees one where there is none, as unsure as of other errors: half of what none of 582 leave possible."""


READ_UNREADABLE_SHARE = {"machine": 0.4, "person": 0.15, "expert": 0.03}
"""P that a source reads a text where none can be read or it is struck out, or sees a blank there, each. Machines read
on where a person sees that nothing can be read. Chosen by hand."""


SILENCE = ("illegible", "absent")
"""What a machine says of a field that it could not read or find."""


TEXT_OR_BLANK = ("text", "")
"""Names of what can be read off the paper: a text, or that there is none."""


NO_STRAYS: Mapping[str, float] = {}
"""Where nothing is known of the texts that are read where none is written."""


Source = tuple[Vote, SourceModel, float]
"""A vote, the model of its source, and P(its confidence | it is wrong) / P(its confidence | it is right)."""


class Component(NamedTuple):
    """One component of the mixture that gives the votes: its weight, and P of each vote in it.

    In it the field is seen as it is, or as another text that the place looks like, or some read what stands beside it.
    """

    weight: float
    terms: list[float]
    looks_like: str = ""


def log_sum(ways: Sequence[tuple[float, Sequence[float], str]], votes: Sequence[int] | None = None) -> float:
    """Log of P of all votes, or of these, by their numbers.

    P is the sum over the ways in which they come about.
    """
    total = 0.0
    for weight, terms, _ in ways:
        total += weight * (prod(terms) if votes is None else prod(map(terms.__getitem__, votes)))
    if total > MIN_READING_PROBABILITY:
        return log(total)
    sums = [
        log(weight) + sum(map(log, terms if votes is None else map(terms.__getitem__, votes)))
        for weight, terms, _ in ways
        if weight > 0  # many ways in which a long text is misread at once may weigh less than a float holds
    ]
    top = max(sums)
    return top + log(sum([exp(each - top) for each in sums]))


def likelihoods(
    learnt: LearntParameters, sources: Sequence[Source], written: str, strays: Mapping[str, float] = NO_STRAYS
) -> list[float]:
    """P(each source says what it says, as surely as it does | `written`, comparable text, is on the paper).

    `strays` are P(this text | a text is read where none is written), by text: of the same kind as those written here,
    as it comes from the print, a neighbouring field or another page. A text not in it is any text.
    """
    blank, plain = is_null(written), written.isascii()
    pointless = {vote.pointless for vote, _, _ in sources if vote.pointless and vote.says == written}
    found = []
    for vote, source_model, ratio in sources:
        said, null = vote.says, vote.null
        if null is not None and is_silent(vote):
            blind = 1.0  # as probable whatever is written: it tells of the machine, not of the paper
        elif blank or null is not None:
            blind = _null_probability(said, source_model, written)
            if null is None:
                blind *= ratio * (strays[said] if said in strays else flat_share(said))
        elif vote.machine and (pointless or vote.pointless == written):
            blind = max(  # no less probable than without: whoever agrees helps
                _in_some_way(learnt, said, source_model, ratio, own, written, strays)
                for own in _point_ways(vote, written, pointless, ratio)
            )
        elif source_model.has_own_ways or (source_model.accents and not plain):
            blind = _in_some_way(learnt, said, source_model, ratio, ways(written, source_model), written, strays)
        elif said == written:
            blind = 1.0 - source_model.error
        else:
            ratio = 1.0 if ratio < 1.0 and has_lost_spaces(said, written) else ratio
            blind = source_model.error * ratio * error_probability(learnt, said, source_model, written, strays)
        if blind < MIN_READING_PROBABILITY:
            blind = MIN_READING_PROBABILITY
        if vote.shown is not None:
            blind = (FOLLOWED_PREFILL_SHARE if said == vote.shown else 0.0) + (1 - FOLLOWED_PREFILL_SHARE) * blind
        found.append(blind)
    return found


def _point_ways(
    vote: Vote, written: str, pointless: Iterable[str], ratio: float
) -> Iterator[tuple[tuple[str, float], ...]]:
    """What an engine says that loses the decimal point of a number or adds one, with how often: each, both, neither."""
    lost = tuple([(text, LOST_POINT_SHARE) for text in sorted(pointless)])
    added = ((vote.says, min(1.0, ADDED_POINT_SHARE * ratio)),) if vote.pointless == written else ()
    yield from {(), lost, added, added + lost}


def has_lost_spaces(said: str, written: str) -> bool:
    """Whether a reading has everything of what is written but some of its spaces."""
    return len(said) < len(written) and said.replace(" ", "") == written.replace(" ", "")


def is_silent(vote: Vote) -> bool:
    """Whether a machine could not read or find the field. That tells of the machine, not of what is written."""
    return vote.machine and vote.null in SILENCE


def error_probability(
    learnt: LearntParameters,
    said: str,
    source_model: SourceModel,
    written: str,
    strays: Mapping[str, float] = NO_STRAYS,
) -> float:
    """P(an error gives `said` | an error, and `written` on the paper): edits, or something unrelated.

    That is a text of the same kind, from another line, field or page (`strays`, see `likelihoods`).
    """
    if source_model.two_valued:
        return 1.0
    near = misreading_probability(learnt.characters, source_model.kind, written, said)
    return (1.0 - source_model.unrelated) * near + source_model.unrelated * (
        strays[said] if said in strays else flat_share(said)
    )


def _in_some_way(
    learnt: LearntParameters,
    said: str,
    source_model: SourceModel,
    ratio: float,
    own_ways: Iterable[tuple[str, float]],
    written: str,
    strays: Mapping[str, float],
) -> float:
    """P(a source that has ways of its own says this, as surely as it does | `written` is on the paper)."""
    probability, left = 0.0, 1.0
    for way, share in (*own_ways, (written, 1.0)):
        if said == way:
            term = 1.0 - source_model.error
        else:
            term = source_model.error * ratio * error_probability(learnt, said, source_model, way, strays)
        probability += left * share * term
        left *= 1.0 - share
    return probability


def ways(written: str, source_model: SourceModel) -> Iterator[tuple[str, float]]:
    """Other ways in which this source may say the same, with how often of the times that those before leave."""
    for _, way, share in habits(written, source_model):
        yield way, share
    for phrased in source_model.phrases.ways(written) if source_model.phrases else ():
        yield phrased.text, phrased.share


def habits(written: str, source_model: SourceModel) -> Iterator[tuple[str, str, float]]:
    """(habit, the text that it gives, how often) for the habits that would show in what is written."""
    if source_model.accents and not written.isascii():
        yield "accents", without_accents(written), source_model.accents
    if source_model.swap and (other := with_day_as_month(written)) is not None:
        yield "swap", other, source_model.swap


def is_part_of_another(written: str, said: str) -> bool:
    """Whether a text has lost characters of another value, one character from this, and is likelier so than by chance.

    More than `MAX_EDIT_SHARE` of it may not differ: else it is no reading of either.
    """
    operations = Levenshtein.editops(written, said)
    taken = [each for each in operations if each.tag == "replace"]
    if len(taken) != 1 or MAX_EDIT_SHARE * len(said) < 1 or any(each.tag == "insert" for each in operations):
        return False
    other = written[: taken[0].src_pos] + said[taken[0].dest_pos] + written[taken[0].src_pos + 1 :]
    apart = edit_path(other, said)
    return apart is not None and apart[0] > flat_share(said)


def _null_probability(said: str, source_model: SourceModel, written: str) -> float:
    """P(this is said, or any text | this is written) where one of them is no text."""
    of, what = _null_name(written), _null_name(said)
    if of == what:
        return 1.0 - source_model.null_error
    if of in TEXT_OR_BLANK or what not in TEXT_OR_BLANK:
        return source_model.null_error
    return READ_UNREADABLE_SHARE[source_model.kind]


def _null_name(says: str) -> str:
    null = null_of(says)
    return "text" if null is None else "" if null == "blank" else null


# How probable a value is before it is read: by its type, its faults, master data and common words.

FLAT_MARK_LOG_PRIOR = log(0.5)
"""Log probability of a mark, ticked or not."""


FAULT_LOG_FACTOR = log(1e-3)
"""Log of how much rarer one value with a fault is than one value of the type without one.

Values that break their format are 1 to 3 % of those written, and there are many more of them. A factor for each fault
changed no result beyond noise.
"""


TOLERATED_FAULTS = frozenset({"unassigned"})
"""Faults that right values have too, where a country gives out new telephone numbers or a form holds made-up ones.

Two engines that agree are believed: of 28 such numbers on 370 photographs all were right.
"""


BLANK_LOG_PRIORS = {True: log(0.01), False: log(0.3)}
"""Log prior of blank for a required and for an optional field. Chosen by hand."""


NULL_LOG_PRIOR = log(0.003)
"""Log prior of illegible, absent and crossed out, each, and of a text where no source read any. Chosen by hand."""


RECURRING_WORD_SHARE = 0.95
"""The share of words that occur again on the same field of other forms, once enough forms were seen.

Chosen by hand.
"""


UNACCENTED_SHARE = 0.3
"""How often a known value is written without the accents that master data give it, mostly in capitals.

Chosen by hand.
"""


PROPOSAL_LOG_FACTOR = log(0.02)
"""Log of how much rarer a text is that no source read than one that was read.

Corpus words rewrote rare true names until proposals were held back.
"""


MIN_LOG_PRIOR = -600.0
"""No text has a smaller log prior than this, and none a smaller log probability as an unrelated error.

So the prior and the misreading of one long text stay on one scale, or a blank would beat every comment of three lines.
Of a smaller one a float has no logarithm any more: exp(-746) is 0.
"""


WordPriors = Sequence[tuple[float, float, int]]
"""Each word of a text: log probability as one that this field has held, the same with nothing known, and length."""


def log_prior(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None = None) -> float:
    """Log probability of a value before it was read; `words` are its `word_priors`, where they are at hand."""
    field, values = spot.field, spot.known_values
    if is_null(says):
        return BLANK_LOG_PRIORS[field.required] if says == BLANK and spot.family != "mark" else NULL_LOG_PRIOR
    share = _text_log_prior(spot, says, learnt, words)
    if faults := spot.faults(says):
        share += FAULT_LOG_FACTOR * len(faults)
    if values is None:
        return share
    covered = learnt.covered_share(field.name)
    listed = 1.0 if values.has(says) else UNACCENTED_SHARE if values.has_without_accents(says) else 0.0
    return log(listed * covered / values.count + (1 - covered) * exp(max(MIN_LOG_PRIOR, share)))


def is_outside_format(spot: PreparedField, votes: Sequence[Vote], says: str) -> bool:
    """Whether a text has a fault for which people look at it. A tolerated one, read alike by two engines, is none."""
    faults = frozenset() if null_of(says) else frozenset(spot.faults(says))
    if not faults or not faults <= TOLERATED_FAULTS:
        return bool(faults)
    return len([vote for vote in votes if vote.machine and vote.says == says]) < 2


def unread_log_prior(
    spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None = None
) -> float:
    """Log probability of a value near this text that no source read, for the case that all are wrong.

    Where a number or an unknown word is misread, another is as likely as the one read. Where a known word was read by
    mistake, an unknown one is written, which is rare.
    """
    found = spot.flat_log_prior
    if found is None:
        as_likely, share, length = 0.0, 0.0, 0
        for as_held, alone, size in word_priors(spot, says, learnt) if words is None else words:
            share, length = share + as_held, length + size
            as_likely += size * exp(alone - as_held)
        share = max(MIN_LOG_PRIOR, share)
        found = share + log(min(1.0, as_likely / (length or 1))) + _shape_log_factor(spot, says, learnt, share)
    return found + (log(1 - learnt.covered_share(spot.field.name)) if spot.known_values is not None else 0.0)


def stray_share(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None = None) -> float:
    """P(this text | a text is read where none is written): as probable as where one is, whatever its faults."""
    return exp(max(MIN_LOG_PRIOR, flat_prior(says), _text_log_prior(spot, says, learnt, words)))


def _text_log_prior(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None) -> float:
    found = spot.flat_log_prior
    if found is not None:
        return found
    if spot.family == "mark":
        return FLAT_MARK_LOG_PRIOR
    if not says.strip():
        return flat_prior(says)
    flat = _words_log_prior(spot, says, learnt, words)
    return flat + _shape_log_factor(spot, says, learnt, flat)


def _words_log_prior(spot: PreparedField, says: str, learnt: LearntParameters, words: WordPriors | None) -> float:
    found = 0.0
    for as_held, _, _ in word_priors(spot, says, learnt) if words is None else words:
        found += as_held
    return max(MIN_LOG_PRIOR, found)


def shape_log_factor(spot: PreparedField, says: str, learnt: LearntParameters) -> float:
    """By how much more probable the shapes of a field make a text; 0 where none are known."""
    if is_null(says) or shapes_of(spot, learnt) is None:
        return 0.0
    return _shape_log_factor(spot, says, learnt, _words_log_prior(spot, says, learnt, None))


def shapes_of(spot: PreparedField, learnt: LearntParameters) -> FieldShapes | None:
    """The shapes of a field's values; None where none were learnt, or the form says how they are."""
    return learnt.shapes.get(spot.name_on_form) if learnt.shapes and has_shapes(spot) else None


def has_shapes(spot: PreparedField) -> bool:
    """Whether the shapes of a field's values are learnt: they are where its form has no pattern."""
    return spot.facts.has_shapes and spot.field.pattern is None


def _shape_log_factor(spot: PreparedField, says: str, learnt: LearntParameters, flat: float) -> float:
    shapes = shapes_of(spot, learnt)
    return 0.0 if shapes is None else shapes.log_factor(says, flat)


def word_priors(spot: PreparedField, says: str, learnt: LearntParameters) -> WordPriors:
    """The words of a text with their log probabilities.

    None for a number or a date, of which one is as likely as another.
    """
    if spot.flat_log_prior is not None:
        return ()
    words, listed = learnt.words(spot.field.name), spot.known_values
    total = words.total + (listed.word_count if listed is not None else 0)
    found = []
    for word in says.split():
        alone = as_held = flat_word(word)
        if total:
            seen = max(0.0, words.counts.get(word, 0.0) - 1.0)  # one may be this very field, learnt before
            seen += listed.words.get(word, 0) if listed is not None else 0
            as_held = log(RECURRING_WORD_SHARE * seen / total + exp(alone))
        found.append((as_held, alone, len(word)))
    return found


@lru_cache(CACHED_TEXT_COUNT)
def flat_share(text: str) -> float:
    """The probability of a text of which nothing is known."""
    return exp(flat_prior(text))


@lru_cache(CACHED_TEXT_COUNT)
def flat_prior(text: str) -> float:
    """Log probability of a text of which nothing is known: word for word, character for character."""
    return max(MIN_LOG_PRIOR, sum(flat_word(word) for word in text.split())) if text.strip() else log(1e-3)


@lru_cache(CACHED_TEXT_COUNT)
def flat_word(word: str) -> float:
    """Log probability of a word of which nothing is known: 10 digits, about 17 letters likely at each place.

    Like a text, no word is less probable than MIN_LOG_PRIOR: its probability must not vanish, or it has no logarithm.
    """
    digits = sum(character.isdigit() for character in word)
    return max(MIN_LOG_PRIOR, log(0.3 if digits == len(word) else 0.03) - 2.3 * digits - 2.8 * (len(word) - digits))
