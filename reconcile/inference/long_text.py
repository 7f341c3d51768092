"""Long texts of a form (comments, addresses), weighed word by word.

Three careful people seldom type a comment of twenty words alike. The word network lays their readings side by side
(`reconcile.algorithms.word_model`). Each slot is weighed by what every source does with words
(`reconcile.algorithms.word_model`). The whole text is as probable as all of its slots together. A text that is decided
so was read by somebody, or each of its words was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Sequence
from functools import partial
from math import prod

from reconcile.algorithms import (
    Line,
    LineModel,
    WordProbabilities,
    WordRates,
    best_line,
    build_network,
    shrunk_rates,
    word_likelihood,
)
from reconcile.forms import PreparedField
from reconcile.inference.noisy_channel import MIN_READING_PROBABILITY
from reconcile.inference.posterior import Composed, FieldPosterior
from reconcile.inference.votes import Vote, is_null
from reconcile.parameters import LearntParameters
from transcribe.model import Origin

MIN_LONG_WORD_COUNT = 6
"""From so many words on people hardly ever type a text alike. Shorter ones are weighed whole, where most agree.

Chosen by hand.
"""

MIN_WORD_COUNT = 2
"""A text needs so many words at least to be weighed by them."""

MIN_COMMON_WORD_SHARE = 0.5
"""A reading of which fewer words than this share stand in any other one is of another text, or of none.

Laid beside the others it would add as many doubtful words as somebody cares to type. Chosen by hand.
"""

MIN_SOURCE_COUNT = 3
"""A text needs so many readings at least to be weighed by words: of two, each differing word would be a toss."""

USUAL_WORD_RATES = {
    "machine": WordRates(copies=0.88, changes=0.09, omits=0.03, inserts=0.03),
    "person": WordRates(),
    "expert": WordRates(copies=0.98, changes=0.01, omits=0.01, inserts=0.005),
}
"""How often a source of each kind copies, changes, leaves out and puts in words, where nothing was learnt."""

USUAL_RATES_WEIGHT_WORDS = 30.0
"""The usual rates count for so many words beside what a source did: a comment or two. Chosen by hand."""

UNREAD_WORD_SHARE = 0.001
"""The share of words that no source read. What the fit of UNKNOWN_WORDS_BELIEF left of it."""

UNKNOWN_WORDS_BELIEF = (1.015, 0.825)
"""(c, k) of how far a slot is believed where nothing was learnt of words: log odds times c / n**k for n sources.

The usual rates of sources are a cautious guess.

Fitted (greatest likelihood of whole texts being right) on 400 sentences that volunteers typed, by 3, 4, 5 and 7 of
them: every second of CrowdSpeech dev-clean and dev-other (N. Pavlichenko, I. Stelmakh, D. Ustalov, NeurIPS Datasets and
Benchmarks 2021, CC BY 4.0; these figures come from it, none of its text). The benchmark of comments measures them on
the others."""

KNOWN_WORDS_BELIEF = (0.413, 0.481)
"""The same where a field's words are well known, fitted on the same sentences.

What was learnt without truth is too sure of itself, as it takes common words for right.
"""

HALF_KNOWN_WORD_COUNT = 200.0
"""A field of which so many words were learnt has half known words. Chosen by hand."""

NO_WORD_COUNTS = (0.0, 0.0, 0.0, 0.0, 0.0)
"""What is counted of the words of a source that never read a long text."""

TOKEN_PATTERN = re.compile(r"(\S+)(\s*)")


def is_long(spot: PreparedField, votes: Sequence[Vote]) -> bool:
    """Whether these votes are to be weighed word by word.

    So is a long text that enough sources read, and not alike. So is a shorter one that no majority of people typed
    alike, as it is not sure that one of them has all of it right. Where people typed all of it alike, one of them as an
    engine read it or several of them, there are no words to choose from: what other engines made of it is noise then.
    """
    if spot.family != "line text":
        return False
    said = of_one_text(votes)
    texts = [vote.says for vote in said]
    people = {vote.says for vote in said if not vote.machine}
    if len(texts) < MIN_SOURCE_COUNT or len(set(texts)) == 1 or (len(people) == 1 and texts.count(*people) > 1):
        return False
    longest = max(len(text.split()) for text in texts)
    return longest >= MIN_LONG_WORD_COUNT or (longest >= MIN_WORD_COUNT and _is_split(said))


def _is_split(speaking: Sequence[Vote]) -> bool:
    """Whether people alone read it, and no more than half of them say the same.

    How engines misread is known letter by letter, so that with them a short text is better weighed whole.
    """
    counts = Counter(vote.says for vote in speaking)
    return not any(vote.machine for vote in speaking) and 2 * max(counts.values()) <= counts.total()


def word_by_word(spot: PreparedField, whole: FieldPosterior, learnt: LearntParameters) -> FieldPosterior:
    """A field that was weighed `whole`, weighed again by its words. Blank and its like keep their share.

    What has nothing to do with the other readings is as probable as a word that no source read.
    """
    said = sorted(of_one_text(whole.votes), key=partial(_by_what_is_said, learnt=learnt))
    line = Line(
        slots=tuple(build_network([vote.says.split() for vote in said])),
        sources=tuple(vote.source for vote in said),
    )
    model = line_model(spot, said, learnt)
    power = _belief_power(spot, said, learnt)
    slots = [_believed_slot(share, power) for share in model.weigh(line)]
    likeliest = tuple(best_line(slots))
    composed = " ".join(word for word in likeliest if word)
    places = {vote.says: tuple(slot[at] for slot in line.slots) for at, vote in enumerate(said)}
    if composed:
        places.setdefault(composed, likeliest)
    apart = _shares_apart(whole, places)
    left = 1.0 - sum(apart.values())
    shares = {
        says: left * prod(share[word] for share, word in zip(slots, words, strict=True))
        for says, words in sorted(places.items())
    }
    terms = {says: _terms(whole, model, line, words) for says, words in sorted(places.items())}
    origins: dict[str, Origin] = {
        says: "words" if says == composed and says not in whole.origins else "read" for says in (*shares, *apart)
    }
    return whole._replace(
        origins=origins,
        none=max(0.0, left - sum(shares.values())),
        none_terms=[sum(column) / len(terms) for column in zip(*terms.values(), strict=True)],
        shares={**shares, **apart},
        terms={**terms, **{says: whole.terms[says] for says in apart}},
        priors={says: whole.priors.get(says, whole.none_prior) for says in (*shares, *apart)},
        words=Composed(composed, _written(spot, likeliest, line, said, model), len(line.slots)),
    )


def _shares_apart(whole: FieldPosterior, places: Container[str]) -> dict[str, float]:
    """The shares of what was read and is not laid side by side in `places`: nothing, or a text of other words."""
    return {
        says: whole.shares[says] if is_null(says) else min(whole.shares[says], UNREAD_WORD_SHARE)
        for says, origin in whole.origins.items()
        if origin == "read" and says not in places
    }


def _by_what_is_said(vote: Vote, learnt: LearntParameters) -> tuple[str, str, str, Sequence[float]]:
    """An order of votes in which the names of their sources play no part: the words are laid side by side in it."""
    return vote.says, vote.text, vote.kind, tuple(learnt.lines.get(vote.source, NO_WORD_COUNTS))


def speaking(votes: Iterable[Vote]) -> list[Vote]:
    """Those of the votes that have a text, and were shown none before."""
    return [vote for vote in votes if vote.null is None and vote.shown is None]


def of_one_text(votes: Iterable[Vote]) -> list[Vote]:
    """Those of the votes that speak of a text which another one speaks of too, by MIN_COMMON_WORD_SHARE."""
    said = speaking(votes)
    words = [Counter(vote.says.split()) for vote in said]
    return [
        vote
        for vote, own in zip(said, words, strict=True)
        if any((own & other).total() >= MIN_COMMON_WORD_SHARE * own.total() for other in words if other is not own)
    ]


def line_model(spot: PreparedField, speaking: Sequence[Vote], learnt: LearntParameters) -> LineModel:
    """What was learnt of these sources and of the words of this field.

    The words of the votes are added, as the model takes each line's own words off again.
    """
    words = learnt.words(spot.field.name)
    counts = Counter({word: round(count) for word, count in words.counts.items()})
    own = Counter(word for vote in speaking for word in vote.says.split())
    rates: dict[Hashable, WordRates] = {
        vote.source: shrunk_rates(
            learnt.lines.get(vote.source, NO_WORD_COUNTS), USUAL_WORD_RATES[vote.kind], USUAL_RATES_WEIGHT_WORDS
        )
        for vote in speaking
    }
    return LineModel(source_rates=rates, word_counts=counts + own, word_total=round(words.total) + own.total())


def _belief_power(spot: PreparedField, speaking: Sequence[Vote], learnt: LearntParameters) -> float:
    """How far the sources of one text are believed together, as a factor on log odds.

    They share their mistakes, and the product of twenty slots shows it. The more they are, the less each adds.
    """
    words = learnt.words(spot.field.name).total
    met = words / (words + HALF_KNOWN_WORD_COUNT)
    strangers, known_ones = (c / len(speaking) ** k for c, k in (UNKNOWN_WORDS_BELIEF, KNOWN_WORDS_BELIEF))
    return float(strangers ** (1.0 - met) * known_ones**met)


def _believed_slot(share: WordProbabilities, power: float) -> WordProbabilities:
    """A slot's shares, as far as they are believed; UNREAD_WORD_SHARE of it belongs to words that no source read."""
    raised = {word: each**power for word, each in share.items()}
    total = sum(raised.values()) / (1.0 - UNREAD_WORD_SHARE)
    return {word: each / total for word, each in raised.items()}


def _terms(whole: FieldPosterior, model: LineModel, line: Line, words: Sequence[str]) -> list[float]:
    """P(what each vote says | these words are written); for a vote that is not in the line, the same of any text."""
    column = {source: at for at, source in enumerate(line.sources)}
    anything = next(whole.terms[says] for says in whole.terms if says)
    found = []
    for number, vote in enumerate(whole.votes):
        at = column.get(vote.source)
        if at is None:
            found.append(anything[number])
            continue
        rate = model.source_rates[vote.source]
        likely = prod(
            word_likelihood(model, true, slot[at], rate) for slot, true in zip(line.slots, words, strict=True)
        )
        found.append(max(MIN_READING_PROBABILITY, likely))
    return found


def _written(
    spot: PreparedField, likeliest: Sequence[str], line: Line, speaking: Sequence[Vote], model: LineModel
) -> str:
    """The likeliest words in the spelling of most sources that have them; line ends are kept.

    Where as many spell a word one way as another, the one who copies best is followed.
    """
    spelt = [iter(_tokens(spot, vote)) for vote in speaking]
    copies = [model.source_rates[vote.source].copies for vote in speaking]
    found = []
    for slot, true in zip(line.slots, likeliest, strict=True):
        forms = [next(tokens) if word else "" for word, tokens in zip(slot, spelt, strict=True)]
        writers = [at for at, word in enumerate(slot) if word == true]
        if true:
            ours = [forms[at] for at in writers]
            found.append(forms[max(writers, key=lambda at: (ours.count(forms[at]), copies[at], -at))])
    return " ".join(found).replace("\n ", "\n").strip()


def _tokens(spot: PreparedField, vote: Vote) -> list[str]:
    """A vote's words as it wrote them, one for each comparable word; the comparable words where these do not match."""
    found: list[str] = []
    for token in TOKEN_PATTERN.finditer(vote.text):
        words = spot.normal(token[1]).split()
        found += [token[1] + ("\n" if "\n" in token[2] else "")] if len(words) == 1 else words
    return found if len(found) == len(vote.says.split()) else vote.says.split()
