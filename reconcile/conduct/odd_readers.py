"""Ways of reading that an operator should look at: each a question with figures. Nothing here acts by itself.

Each question is a bet against honesty (an e-value: Vovk and Wang, "E-values: calibration, combination and
applications", 2021). Its factor multiplies what a certain kind of cheat is likely to do, over the most that an honest
reader is likely to do. The expected factor of an honest person is at most 1, so it passes 1 / p with a probability of p
at most (Markov), however often one looks. Answers that may err together, as all of one scan do, count as one: their
geometric mean.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Literal

from rapidfuzz.distance import Indel, Levenshtein

from reconcile.conduct.answers import Answer
from reconcile.inference import null_of

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


# What single answers tell of whoever gave them: each a bet against honesty, with its factor.

SURE_PROBABILITY = 0.9
"""What the others say is taken for written from this probability on. Chosen by hand."""


SETTLED_PROBABILITY = 0.9
"""Who says something else than a value this probable is taken to be wrong. Chosen by hand."""


MAX_HONEST_ERROR_SHARE = 0.5
"""An honest reader, on bad pages too, errs on no more of the fields than this. Chosen by hand, far above any seen."""


CHEATS_ERROR_SHARE = 0.8
"""The share of wrong answers of a person who does not look at the page. Chosen by hand."""


CONSTANT_SHARE = 0.9
"""Who gives the same answer everywhere does so this often. Chosen by hand."""


MAX_HONEST_CONSTANT_SHARE = 0.2
"""An honest reader gives their usual answer no oftener where it is not written. Chosen by hand."""


UNAIDED_ERROR_FACTOR = 2.0
"""A value may be so many times as probable as machines and experts say. Chosen by hand."""


MAX_USUAL_PROBABILITY = 0.3
"""Where the usual answer is more probable than this, giving it says nothing. Chosen by hand."""


COPIED_SHARE = 0.9
"""Who copies another makes the same mistake this often. Chosen by hand."""


MAX_HONEST_SAME_BLANK_SHARE = 0.5
"""The largest share of false blanks that an honest reader shares with another. It was 0.41 in ship's logs."""


MAX_HONEST_SAME_LIKENESS_SHARE = 0.3
"""An honest reader makes a mistake of a glyph, or of an order, that another made this often.

It was 0.16 in ship's logs, and glyphs that look like another fool a third of the people of the made-up orders.
"""


MAX_HONEST_SAME_SLIP_SHARE = 0.2
"""An honest reader makes any other mistake that another made this often: 0.13 in ship's logs, 0.07 on index cards."""


QUICK_SHARE = 0.9
"""Who does not look sends this share of answers faster than can be. Chosen by hand."""


MAX_HONEST_QUICK_SHARE = 0.1
"""An honest person sends no more than this share of answers faster than can be: a key that is held. Chosen by hand."""


LEAST_SECONDS_TO_LOOK = 0.25
"""Nobody sees a picture and presses a key in less: simple reaction time is about 0.2 s."""


LEAST_SECONDS_A_LETTER = 0.04
"""Nobody types faster on average: the fastest typists need about 0.055 s a letter (216 words a minute)."""


OTHER_LETTERS_SHARE = 0.05
"""Who hides letters of another script in their answers does so in this share of them at least. Chosen by hand."""


MAX_HONEST_OTHER_LETTERS_SHARE = 0.005
"""An honest person leaves the keyboard of another script on in no larger share of answers. Chosen by hand."""


MIN_LIKENESS = 0.5
"""A usual answer that is at least so like what machines read is a reading of it. Chosen by hand."""


MAX_MISTAKE_EDIT_COUNT = 3
"""More changed characters than this are no mistake of a kind but another text. Chosen by hand."""


COMPARED_ANSWER_COUNT = 20
"""The number of other places of its field that an answer is compared with. Chosen by hand."""


MAX_CHANCE_SHARE = 0.1
"""Where more of the other places hold the same, or are as like an answer, the likeness is chance. Chosen by hand."""


ORDER = "order"
"""The kind of mistake of who writes the parts of a text in another order, as day and month."""


PART_PATTERN = re.compile(r"\w+")
"""The parts of a text that people may write in another order: words, and day, month and year."""


MIN_COMPARED_ANSWER_COUNT = 3
"""With fewer to compare with, likeness says nothing. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """What one answer tells: whether it is odd, its factor, and the group with which it may err together."""

    answer: Answer
    is_odd: bool
    factor: float
    group: Hashable


def factor_of(clues: Iterable[Clue]) -> float:
    """The product over groups of the geometric mean of their factors."""
    groups: dict[Hashable, list[float]] = defaultdict(list)
    for clue in clues:
        groups[clue.group].append(log(clue.factor))
    return exp(min(700.0, sum(sum(logs) / len(logs) for logs in groups.values())))


def constant(own: Sequence[Answer]) -> Iterator[Clue]:
    """Answers where the text given most often before is not what is written: do they give it all the same?

    In small letters or capitals, as types compare otherwise. All of one field count as one: machines may misread a word
    that stands there always.
    """
    counts: dict[str, int] = defaultdict(int)
    for answer in own:
        usual = max(counts, key=lambda says: (counts[says], says), default=None)
        counts[answer.says.casefold()] += 1
        if usual is None or answer.family == "mark" or not _is_elsewhere(usual, answer):
            continue
        is_odd = answer.says.casefold() == usual
        honest = max(MAX_HONEST_CONSTANT_SHARE, UNAIDED_ERROR_FACTOR * _unaided(usual, answer))
        factor = CONSTANT_SHARE / honest if is_odd else 1.0 - CONSTANT_SHARE
        yield Clue(answer=answer, is_odd=is_odd, factor=factor, group=answer.key.name)


def _unaided(usual: str, answer: Answer) -> float:
    """How probable the usual text is by machines and experts, in small letters or capitals."""
    return max([share for says, share in answer.unaided.items() if says.casefold() == usual], default=0.0)


def _is_elsewhere(usual: str, answer: Answer) -> bool:
    """Whether the usual text is not what is written here, nor looks like it.

    Of a text, machines and experts say so. That nothing is written, or legible, everybody else must deny.
    """
    if null_of(usual):
        return answer.others.probability >= SURE_PROBABILITY and answer.others.says.casefold() != usual
    if not answer.unaided or _unaided(usual, answer) > MAX_USUAL_PROBABILITY:
        return False
    likeliest = max(answer.unaided, key=lambda says: (answer.unaided[says], says))
    return Indel.normalized_similarity(usual, likeliest.casefold()) < MIN_LIKENESS


def written_elsewhere(by_person: Mapping[str, Sequence[Answer]]) -> dict[str, dict[str, str]]:
    """What is written in each field, by scan and place, where the others are sure of it."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for given in by_person.values():
        for answer in given:
            if answer.others.probability >= SURE_PROBABILITY:
                found[answer.key.name][f"{answer.scan} {answer.key}"] = answer.others.says
    return found


def unrelated(own: Sequence[Answer], written: Mapping[str, Mapping[str, str]]) -> Iterator[Clue]:
    """Answers that may be more like what is written elsewhere than like what is written there.

    So a slip, a habit or a writing tradition is an answer to this field. Of a tick it is told by agreement alone.
    """
    like = (1.0 - CHEATS_ERROR_SHARE) / MAX_HONEST_ERROR_SHARE
    unlike = CHEATS_ERROR_SHARE / MAX_HONEST_ERROR_SHARE
    for answer in own:
        if answer.others.probability >= SURE_PROBABILITY:
            related = answer.agrees if answer.family == "mark" else _is_related(answer, written[answer.key.name])
            if related is not None:
                yield Clue(answer=answer, is_odd=not related, factor=like if related else unlike, group=answer.scan)


def _is_related(answer: Answer, written: Mapping[str, str]) -> bool | None:
    """True if an answer is more like its own place than like others.

    None where that cannot be told: too little is known of the field, or the same is often written in it.
    """
    here, there = answer.others.says, f"{answer.scan} {answer.key}"
    others = [text for place, text in written.items() if place != there][-COMPARED_ANSWER_COUNT:]
    differ = [text for text in others if text != here]
    if len(differ) < MIN_COMPARED_ANSWER_COUNT or len(others) - len(differ) > MAX_CHANCE_SHARE * len(others):
        return None
    own = _likeness(answer.says, here)
    as_like = sum(_likeness(answer.says, text) >= own for text in differ)
    return as_like <= MAX_CHANCE_SHARE * len(differ)


def _likeness(one: str, other: str) -> float:
    """The likeness of two texts, 0 to 1, in their order or in any. So a day and month swapped are the same date."""
    in_any = Indel.normalized_similarity("".join(sorted(one)), "".join(sorted(other)))
    return max(Indel.normalized_similarity(one, other), in_any)


def quick(own: Sequence[Answer]) -> Iterator[Clue]:
    """Answers sent together, with less time on them than it takes to look at each and type it."""
    sent: dict[Hashable, list[Answer]] = defaultdict(list)
    for answer in own:
        if answer.seconds is not None:
            sent[answer.at].append(answer)
    for together in sent.values():
        typed = [answer for answer in together if not answer.prompted]
        if typed:
            least = sum(LEAST_SECONDS_TO_LOOK + LEAST_SECONDS_A_LETTER * answer.letters for answer in typed)
            is_odd = sum(answer.seconds or 0.0 for answer in together) < least
            factor = QUICK_SHARE / MAX_HONEST_QUICK_SHARE if is_odd else 1.0 - QUICK_SHARE
            yield Clue(answer=typed[-1], is_odd=is_odd, factor=factor, group=typed[-1].at)


def other_letters(own: Sequence[Answer]) -> Iterator[Clue]:
    """Answers with letters of another script than the form's, which look the same: all of one scan count as one."""
    odd = OTHER_LETTERS_SHARE / MAX_HONEST_OTHER_LETTERS_SHARE
    usual = (1.0 - OTHER_LETTERS_SHARE) / (1.0 - MAX_HONEST_OTHER_LETTERS_SHARE)
    for answer in own:
        is_odd = answer.other_letters
        yield Clue(answer=answer, is_odd=is_odd, factor=odd if is_odd else usual, group=(answer.scan, is_odd))


def is_mistake(answer: Answer) -> bool:
    """Whether an answer is known to be wrong."""
    return not answer.holds and answer.settled.probability >= SETTLED_PROBABILITY and answer.family != "mark"


def of_mistake(mine: Answer, theirs: Answer) -> Clue:
    """What it tells whether a person makes another's mistake. All of one kind count as one: habits are shared."""
    is_odd = mine.says == theirs.says
    kind = _kind_of_mistake(theirs.settled.says, theirs.says)
    factor = COPIED_SHARE / _honest_share(kind, theirs.says) if is_odd else 1.0 - COPIED_SHARE
    return Clue(answer=mine, is_odd=is_odd, factor=factor, group=kind)


def _honest_share(kind: Hashable, said: str) -> float:
    """The most often that an honest reader makes a mistake of this kind which another made."""
    if null_of(said):
        return MAX_HONEST_SAME_BLANK_SHARE
    is_of_a_glyph = isinstance(kind, frozenset) and len(kind) == 1 and all(map(all, kind))
    return MAX_HONEST_SAME_LIKENESS_SHARE if is_of_a_glyph or kind == ORDER else MAX_HONEST_SAME_SLIP_SHARE


def _kind_of_mistake(written: str, said: str) -> Hashable:
    """The characters that were changed; the same parts in another order, as day and month; else the two texts.

    Characters that are changed about are a slip at that place, and no habit.
    """
    if sorted(PART_PATTERN.findall(written)) == sorted(PART_PATTERN.findall(said)):
        return ORDER
    if sorted(written) == sorted(said):
        return written, said
    edits = Levenshtein.editops(written, said)
    if len(edits) > MAX_MISTAKE_EDIT_COUNT or null_of(said):
        return written, said
    return frozenset(
        (written[each.src_pos : each.src_pos + 1], said[each.dest_pos : each.dest_pos + 1]) for each in edits
    )
