"""Fits how far the words of a long text are believed, `STRANGERS` and `KNOWN` of `reconcile.inference.long_text`,
and what they
come to as a whole, `MAPS` of `reconcile.inference.long_text_calibration`.

    FAIRHAND_SHARED_DATA=../shared/data python -m tests.bench.fit_comments

Greatest likelihood of whole texts being right, on every second sentence of CrowdSpeech's two parts, read by 3, 4, 5 and
7 people, once before anything is learnt and once after; what is found changes what is learnt, so run it again with what
it printed until that stands still. The maps are fitted after that, on readers drawn by lot (`--maps`). Prints the
figures; the benchmark of comments measures them on the other sentences.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from reconcile.algorithms import logistic
from reconcile.algorithms.word_model import Line, best_line, build_network
from reconcile.forms.prepared_form import prepared
from reconcile.inference import long_text
from reconcile.inference.long_text_calibration import Prose, prose, regressors
from reconcile.inference.votes import votes
from reconcile.inference.weigh import weigh_together
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import shipped
from reconcile.parameters.parameters import read_parameters
from reconcile.policy import POLICY
from tests.bench import sets
from tests.bench.fit_collection import by_lot
from tests.bench.read_samples import data_folder
from tests.bench.reconciling.comments import FORM, KEY, PARTS, readings_of
from transcribe.model import Parameters

READERS = (3, 4, 5, 7)
DRAWS = {1: 1, 2: 3, 3: 4, 4: 3, 5: 2, 6: 2, 7: 1}
"""For the maps: how often so many of seven readers are drawn by lot."""
RIDGE = 0.5
STEPS = 60
"""Rounds of the search: each tries a step of every figure either way, and halves the steps where none helps."""

LEAST = 1e-12
"""A share below counts as so much."""

Numbers = NDArray[numpy.float64]


class Text(NamedTuple):
    """A text that was weighed by words: in each slot how much less likely (log) each rival of its best word is; how
    many readers; how well the field's words are known (0 to 1); and whether the best words are right."""

    rivals: tuple[list[float], ...]
    readers: int
    met: float
    right: bool


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", action="store_true", help="the maps of long_text_calibration instead")
    data = data_folder(None)
    if parser.parse_args().maps:
        for origin, weights in maps(data).items():
            print(f'    "{origin}": {weights},')
        return
    found = [text for part in PARTS for readers in READERS for text in texts(data, part, readers)]
    figures = fitted(found)
    strangers, familiar = ((round(float(numpy.exp(c)), 3), round(float(k), 3)) for c, k in (figures[:2], figures[2:]))
    print(f"{len(found)} texts; STRANGERS = {strangers}, KNOWN = {familiar}")


def maps(data: Path) -> dict[str, tuple[float, ...]]:
    """The weights of each origin of a long text, by logistic regression."""
    known: dict[str, list[tuple[tuple[float, ...], bool]]] = {}
    for part in PARTS:
        for drawn in by_lot(sets.crowdspeech(data, part)[::2], DRAWS):
            for seen, share, was in wholes(drawn):
                known.setdefault(seen.origin, []).append((regressors(share, seen), was))
    found = {}
    for origin, some in sorted(known.items()):
        inputs, right = numpy.array([each for each, _ in some]), numpy.array([float(was) for _, was in some])
        zero = numpy.zeros(inputs.shape[1])
        found[origin] = tuple(
            round(float(each), 3) for each in logistic.fit_logistic(inputs, right, zero, zero + RIDGE)
        )
    return found


def wholes(told: sets.Told) -> Iterator[tuple[Prose, float, bool]]:
    """The long texts of a collection: what each is made of, the share of the likeliest, and whether that is right; once
    before anything is learnt and once after."""
    scans = [readings_of(item) for item, _ in told]
    facts = [ScanFacts(form=FORM, readings=readings) for readings in scans]
    made = prepared(FORM)
    spot = made.fields["comment"]
    for learnt in (
        shipped.shipped_parameters(),
        Parameters(version=1, content=learn(facts, shipped.shipped_parameters(), POLICY).content),
    ):
        for readings, (_, truth) in zip(scans, told, strict=True):
            weighed = weigh_together(made, readings, read_parameters(learnt))[KEY]
            best = max(weighed.shares, key=lambda says: (weighed.shares[says], says))
            seen = prose(spot, weighed.votes, best, weighed.words is not None)
            if seen:
                yield seen, weighed.shares[best], best == spot.normal(truth)


def texts(data: Path, part: str, readers: int) -> Iterator[Text]:
    """The texts of a part as so many people read them, before and after learning from them."""
    told = sets.crowdspeech(data, part, readers)[::2]
    scans = [readings_of(item) for item, _ in told]
    facts = [ScanFacts(form=FORM, readings=readings) for readings in scans]
    spot = prepared(FORM).fields["comment"]
    for learnt in (
        shipped.shipped_parameters(),
        Parameters(version=1, content=learn(facts, shipped.shipped_parameters(), POLICY).content),
    ):
        here = read_parameters(learnt)
        words = here.words(spot.field.name).total
        for readings, (_, truth) in zip(scans, told, strict=True):
            speaking = long_text.speaking(votes(spot, readings))
            if not long_text.is_long(spot, speaking):
                continue
            line = Line(
                slots=tuple(build_network([each.says.split() for each in speaking])),
                sources=tuple(each.source for each in speaking),
            )
            shares = long_text.line_model(spot, speaking, here).weigh(line)
            likeliest = best_line(shares)
            yield Text(
                rivals=tuple(map(_rivals, shares, likeliest)),
                readers=len(speaking),
                met=words / (words + long_text.HALF_KNOWN_WORD_COUNT),
                right=" ".join(word for word in likeliest if word) == spot.normal(truth),
            )


def _rivals(slot: Mapping[str, float], word: str) -> list[float]:
    top = max(slot[word], LEAST)
    return [float(numpy.log(max(share, LEAST) / top)) for other, share in slot.items() if other != word]


def fitted(found: Sequence[Text]) -> Numbers:
    """(log c, k) of strangers and of known words, by the greatest likelihood: a search along each figure in turn."""
    likelihood = Likelihood(found)
    best_yet, steps = numpy.array([0.0, 0.8, -0.8, 0.5]), numpy.full(4, 0.3)
    least = likelihood.loss(best_yet)
    for _ in range(STEPS):
        before = least
        for at in range(4):
            for side in (-1.0, 1.0):
                tried = best_yet.copy()
                tried[at] += side * steps[at]
                if (here := likelihood.loss(tried)) < least:
                    best_yet, least = tried, here
        if least == before:
            steps /= 2
    return best_yet


class Likelihood:
    """All texts as arrays: rivals one after another, where each slot with rivals begins, and whose it is."""

    def __init__(self, found: Sequence[Text]) -> None:
        slots = [(number, rivals) for number, text in enumerate(found) for rivals in text.rivals if rivals]
        self.text_of_slot = numpy.array([number for number, _ in slots])
        self.starts = numpy.cumsum([0, *[len(rivals) for _, rivals in slots[:-1]]])
        self.rivals = numpy.concatenate([rivals for _, rivals in slots])
        self.text_of_rival = numpy.repeat(self.text_of_slot, [len(rivals) for _, rivals in slots])
        self.met, self.readers, self.right = (
            numpy.array([getattr(text, name) for text in found], float) for name in ("met", "readers", "right")
        )
        self.left = numpy.array([len(text.rivals) for text in found]) * numpy.log(1 - long_text.UNREAD_WORD_SHARE)

    def loss(self, figures: Numbers) -> float:
        """The negative log likelihood of which texts are right, by (log c, k) of strangers and of known words."""
        strangers, familiar = (c - k * numpy.log(self.readers) for c, k in (figures[:2], figures[2:]))
        power = numpy.exp((1 - self.met) * strangers + self.met * familiar)
        against = numpy.add.reduceat(numpy.exp(power[self.text_of_rival] * self.rivals), self.starts)
        slots = numpy.bincount(self.text_of_slot, weights=numpy.log1p(against), minlength=len(self.met))
        shares = numpy.clip(numpy.exp(self.left - slots), 1e-6, 1 - 1e-6)
        return float(-(self.right * numpy.log(shares) + (1 - self.right) * numpy.log(1 - shares)).sum())


if __name__ == "__main__":
    main()
