"""Ways of reading that an operator should look at: each a question with figures. Nothing here acts by itself.

Each question is a bet against honesty (an e-value: Vovk and Wang, "E-values: calibration, combination and
applications", 2021). Its factor multiplies what a certain kind of cheat is likely to do, over the most that an honest
reader is likely to do. The expected factor of an honest person is at most 1, so it passes 1 / p with a probability of p
at most (Markov), however often one looks. Answers that may err together, as all of one scan do, count as one: their
geometric mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reconcile.conduct.answers import Answer
from reconcile.conduct.clues import (
    Clue,
    constant,
    factor_of,
    is_mistake,
    of_mistake,
    other_letters,
    quick,
    unrelated,
    written_elsewhere,
)

HONEST_PEOPLE_ASKED_SHARE = 0.01
"""The greatest share of honest people of whom any of the questions is ever asked, in each role. Chosen by hand.

What somebody reads as an expert is looked at apart from what they read otherwise.
"""

Kind = Literal["constant", "copied", "quick", "unrelated", "other letters"]

KINDS: tuple[Kind, ...] = ("constant", "copied", "quick", "unrelated", "other letters")
"""The same text everywhere; the mistakes of another; no time to look and type; no resemblance to what is written;
letters of another script that look the same."""

LETTERS_PART = 0.01
"""The part of that share that is of other letters: each scan with some multiplies the factor by ten. Chosen by hand."""

ASKED_FACTORS: Mapping[Kind, float] = {
    **{kind: (len(KINDS) - 1) / (1.0 - LETTERS_PART) / HONEST_PEOPLE_ASKED_SHARE for kind in KINDS},
    "other letters": 1.0 / LETTERS_PART / HONEST_PEOPLE_ASKED_SHARE,
}
"""The factor from which on each question is asked: the share is parted among the kinds."""

EXAMPLE_COUNT = 3
"""So many answers are shown with a question. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OddReader:
    """A question about how one person reads.

    Of `looked` answers that could tell, `odd` are of the `kind`. An honest person's factor is so great with a
    probability of 1 / `factor` at most. `examples` are odd answers; `like` is whose mistakes they share, or the text
    that they give everywhere.
    """

    who: str
    kind: Kind
    odd: int
    looked: int
    factor: float
    like: str
    examples: tuple[Answer, ...]


def odd_readers(given: Iterable[Answer]) -> list[OddReader]:
    """The questions about the people who gave these answers, by person and kind."""
    by_person: dict[str, list[Answer]] = defaultdict(list)
    for answer in sorted(given, key=lambda each: (each.at, each.scan, str(each.key))):
        by_person[answer.who].append(answer)
    written = written_elsewhere(by_person)
    found: dict[tuple[str, Kind], OddReader] = {}
    for who in sorted(by_person):
        asked = [_copied(who, by_person)]
        for as_expert in (False, True):
            asked += _in_one_role(who, [each for each in by_person[who] if each.by_expert is as_expert], written)
        for each in asked:
            if each is not None and each.factor >= ASKED_FACTORS[each.kind]:
                found.setdefault((who, each.kind), each)
    return sorted(found.values(), key=lambda each: (each.who, KINDS.index(each.kind)))


def _in_one_role(
    who: str, given: Sequence[Answer], written: Mapping[str, Mapping[str, str]]
) -> Iterator[OddReader | None]:
    """The questions about what somebody read in one role, by themselves."""
    own = [answer for answer in given if not answer.prompted]
    said = [answer.says.casefold() for answer in own]
    usual = max(sorted(set(said)), key=said.count, default="")
    yield _asked(who, "constant", list(constant(own)), usual)
    yield _asked(who, "unrelated", list(unrelated(own, written)), "")
    yield _asked(who, "quick", list(quick(given)), "")
    yield _asked(who, "other letters", list(other_letters(own)), "")


def _asked(who: str, kind: Kind, clues: Sequence[Clue], like: str) -> OddReader | None:
    """The question that these clues make; None where there are none."""
    if not clues:
        return None
    odd = [clue.answer for clue in clues if clue.is_odd]
    return OddReader(
        who=who,
        kind=kind,
        odd=len(odd),
        looked=len(clues),
        factor=factor_of(clues),
        like=like,
        examples=tuple(odd[-EXAMPLE_COUNT:]),
    )


def _copied(who: str, by_person: Mapping[str, Sequence[Answer]]) -> OddReader | None:
    """The question about who repeats mistakes: of one other person, or of whoever read before.

    The factor is the mean of that of all together and the mean over the others, so that many people raise no suspicion
    by their number. Experts are shown what others read, and may err as they do: their answers are left out.
    """
    own = {
        (answer.scan, answer.key): answer for answer in by_person[who] if not answer.prompted and not answer.by_expert
    }
    of: dict[str, list[Clue]] = {
        other: [
            of_mistake(own[answer.scan, answer.key], answer)
            for answer in by_person[other]
            if (answer.scan, answer.key) in own and is_mistake(answer) and not (answer.prompted or answer.by_expert)
        ]
        for other in sorted(by_person.keys() - {who})
    }
    together = _asked(who, "copied", [clue for clues in of.values() for clue in clues], "")
    if together is None:
        return None
    factors = {other: factor_of(clues) for other, clues in of.items() if clues}
    most = max(factors, key=lambda other: factors[other])
    factor = (together.factor + sum(factors.values()) / len(factors)) / 2
    return (
        replace(together, factor=factor)
        if together.factor >= factors[most]
        else replace(_asked(who, "copied", of[most], most) or together, factor=factor)
    )
