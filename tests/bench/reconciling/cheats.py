"""People who cheat among honest people with odd habits: of whom is the operator asked, and of whom wrongly?

The made-up orders, machines and people of `tests.bench.generator` know nothing of the questions. Its spammers and
colluders are counted by themselves. In each world some of its other people are changed into cheats of one kind.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from reconcile.conduct.answers import Answer, answers
from reconcile.conduct.odd_readers import HONEST_PEOPLE_ASKED_SHARE, odd_readers
from reconcile.inference.weigh import weigh
from reconcile.parameters import shipped
from reconcile.policy import POLICY
from tests.bench.generator import Shape, World, make
from tests.bench.generator.paper import forms, reading, scan_of
from tests.bench.generator.people import Said
from tests.bench.intervals import said
from tests.bench.rows import Row, at_least, at_most
from transcribe.model import Reading

SEEDS = tuple(range(501, 511))
"""Ten worlds with 23 honest people each, but for those who are changed."""

CHEATS = ("copier", "constant", "blank", "accomplice", "accomplice", "accomplice", "quick")
"""Each world's honest people who are changed: the same word everywhere, blank everywhere, three that type one word
together, the busiest person, who copies the other reader, who sends every fifth of a second."""

SAME_WORDS = {"constant": "ok", "accomplice": "true", "blank": ""}
"""What cheats send who send the same everywhere."""

HONEST = {"normal", "sloppy", "expert", "us dates", "decimal comma"}
DISHONEST = {"spam", "collude"}
"""Spammers type rubbish in nine of ten fields. Colluders copy a third person in 0.7."""

DOUBT_PROBABILITY = 0.99
"""People are asked for fields of which the machines are less sure."""

QUICK_SECONDS = 0.2

MIN_ANSWER_COUNT = 20
"""Cheats with fewer answers are not counted: nothing can be told of them."""

EXPERTS_SHARE = 0.1
"""An expert reads this share of the fields too: audits, and where readers are split."""

FALSE_EXPERT = "false expert"
"""Somebody who types one word into the same share of the fields, as an expert. In worlds of their own."""


def rows(small: bool) -> Iterator[Row]:
    """Of each kind of cheat how many are asked about; of honest people how many are."""
    asked: Counter[str] = Counter()
    there: Counter[str] = Counter()
    plain, hard = Shape(forms=300, people=2), Shape(forms=300, people=2, noise=2.5, known_names=0.3)
    for seed in SEEDS[:2] if small else SEEDS:
        for shape, is_betrayed in ((plain, False), (hard, False), (plain, True)):
            found, kinds = _world(make(seed, shape), is_betrayed=is_betrayed)
            if is_betrayed:  # until their readings are set aside, they cover for other cheats
                kinds = {who: kind for who, kind in kinds.items() if kind in HONEST | {FALSE_EXPERT}}
            there.update(kinds.values())
            asked.update(kinds[who] for who in found if who in kinds)
    for kind in sorted({*CHEATS, *DISHONEST, FALSE_EXPERT}):
        yield at_least(
            f"asked about, of {there[kind]}: {kind}", asked[kind] / there[kind], 0.0 if kind in DISHONEST else 1.0, 2
        )
    honest = sum(there[kind] for kind in HONEST)
    wrongly = sum(asked[kind] for kind in HONEST)
    yield Row(of="honest people asked about", figure=said(wrongly, honest))
    yield at_most("share of honest people asked about", wrongly / honest, HONEST_PEOPLE_ASKED_SHARE, 4)


def _world(world: World, *, is_betrayed: bool) -> tuple[set[str], Mapping[str, str]]:
    """Who is asked about in a world, with a false expert or without, and what each person is."""
    chance, false = random.Random(f"{world.seed} cheats"), random.Random(f"{world.seed} false expert")
    kinds = {person.name: person.kind for person in world.crowd.people}
    plain = [name for name, kind in kinds.items() if kind in ("normal", "sloppy", "expert")]
    busiest = max(world.crowd.people, key=lambda person: (person.name in plain) * person.busy).name
    others = chance.sample([name for name in plain if name != busiest], len(CHEATS) - 1)
    changed = dict(zip([busiest, *others], CHEATS, strict=True))
    fast = {name for name in kinds if chance.random() < 0.2}
    blanks = forms(world.master)
    learnt = shipped.shipped_parameters()
    by_scan: dict[str, list[Reading]] = defaultdict(list)
    form_of = {}
    for item in world.items:
        form_of[scan_of(item)] = blanks[item.locale]
        for number, each in enumerate(world.readings[item.number]):
            by_scan[scan_of(item)].append(reading(item, each, number))
        if chance.random() < EXPERTS_SHARE:
            by_scan[scan_of(item)].append(reading(item, world.expert(item, 1), 9, expert=True))
        if is_betrayed and false.random() < EXPERTS_SHARE:
            typed = Said(FALSE_EXPERT, SAME_WORDS["accomplice"])
            by_scan[scan_of(item)].append(reading(item, typed, 10, expert=True))
    given: list[Answer] = []
    for number, (scan, readings) in enumerate(by_scan.items()):
        machines = [each for each in readings if each.kind == "machine"]
        experts = [each for each in readings if each.kind == "expert"]
        sure = {
            k for k, p in weigh(form_of[scan], machines, learnt, POLICY).items() if p.probability >= DOUBT_PROBABILITY
        }
        kept = machines + [each for each in readings if each.kind == "person" and each.key not in sure]
        sent = [_as_sent(each, changed, fast, chance) for each in kept]
        kept = [_copied(each, sent) if changed.get(each.source) == "copier" else each for each in sent] + experts
        kept = [replace(each, at=each.at + timedelta(hours=number, seconds=at)) for at, each in enumerate(kept)]
        given += answers(form_of[scan], kept, learnt, POLICY)
    counts = Counter(answer.who for answer in given)
    kinds = {**kinds, **changed, FALSE_EXPERT: FALSE_EXPERT}
    told = {who: kind for who, kind in kinds.items() if counts[who] >= MIN_ANSWER_COUNT or kind in HONEST}
    return {each.who for each in odd_readers(given)}, told


def _as_sent(each: Reading, changed: Mapping[str, str], fast: set[str], chance: random.Random) -> Reading:
    """A reading with the seconds it took, and with what a cheat sends in its place."""
    if each.kind == "machine":
        return each
    cheat = changed.get(each.source, "")
    length = len(each.text or "")
    seconds = (0.35 + 0.07 * length if each.source in fast else 1.0 + 0.18 * length) * chance.lognormvariate(0, 0.2)
    each = replace(each, seconds=QUICK_SECONDS if cheat == "quick" else seconds)
    if cheat in SAME_WORDS:
        return replace(each, text=SAME_WORDS[cheat], flags=frozenset())
    return each


def _copied(each: Reading, sent: list[Reading]) -> Reading:
    """What the other person sent of the same field, where there is one."""
    beside = [
        other for other in sent if (other.kind, other.key) == ("person", each.key) and other.source != each.source
    ]
    return replace(each, text=beside[0].text, flags=beside[0].flags) if beside else each
