"""A crowd whose errors our own generator does not make, weighed beside majority, Dawid-Skene and ROVER.

Nothing of the model is in it. Of twelve people five are plain (3 % slips), two sloppy (15 %); one copies who read
before, one leaves off the end of streets and serials, one takes the first colour, one types the next field's value, one
doubles the last digit. Everybody makes 5 % slips beside that, and mends the end of one surname in seventeen.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.learning.training_facts import ScanFacts
from reconcile.policy import POLICY
from tests.bench.generator.paper import learnt_blindly
from tests.bench.reconciling import peers
from tests.bench.rows import Row, at_least, at_most
from tests.reconcile.made import field, form, reading
from transcribe.model import FieldKey, Reading

TYPES = {"serial": "code", "surname": "name", "boxes": "integer", "colour": "text", "day": "date", "street": "text"}
NAMES = tuple(TYPES)
FORM = form(*[field(name, kind) for name, kind in TYPES.items()])
SYLLABLES = "ka ro mi ten sal ber vo lin der hu gar sto pel wi mar".split()
COLOURS = "amber beige cyan dun ecru fawn grey hazel".split()
PEOPLE = (*["plain"] * 5, *["sloppy"] * 2, "copier", "cuts", "lazy", "next field", "doubles")
SLIPS = {"plain": 0.03, "sloppy": 0.15}
SEEDS = (3, 4)
"""1 and 2 were looked at while the model was changed."""

Truth = dict[str, str]


def rows(small: bool) -> Iterator[Row]:
    """Readers of three and five; the usual crowd, and one that slips twice as often."""
    for readers in (3, 5):
        for noise in (1.0, 2.0):
            tally: Counter[str] = Counter()
            for seed in SEEDS[:1] if small else SEEDS:
                tally += _counted(crowd(seed, 40 if small else 150, readers, noise))
            of, count = f"{readers} readers, slips x {noise:.0f}", tally["fields"]
            best = max(tally["majority"], tally["rover"])
            yield at_least(f"{of}: right, less the better of majority and ROVER", (tally["model"] - best) / count, 0.0)
            figure = " ".join(f"{tally[name] / count:.4f}" for name in ("model", "majority", "dawid-skene", "rover"))
            yield Row(of=f"{of}: right: model, majority, Dawid-Skene, ROVER", figure=figure)
            yield at_most(f"{of}: wrong among p >= 0.99", tally["sure and wrong"] / max(1, tally["sure"]), 0.012)


def crowd(seed: int, scans: int, readers: int, noise: float) -> list[tuple[list[Reading], Truth]]:
    """Scans with their readings and what is written."""
    lot = random.Random(seed)
    surnames = ["".join(lot.sample(SYLLABLES, 2)).capitalize() for _ in range(25)]
    found = []
    for scan in range(scans):
        true = _written(lot, surnames)
        # who copies comes last
        chosen = sorted(lot.sample(list(enumerate(PEOPLE)), readers), key=lambda each: each[1] == "copier")
        said: list[Reading] = []
        for name in NAMES:
            before: list[str] = []
            for at, (number, kind) in enumerate(chosen):
                before.append(_typed(lot, kind, name, true, before, noise))
                one = reading(name, f"p{number}", before[-1], minute=10 * scan + at)
                said.append(replace(one, scan=f"scan {scan}"))
        found.append((said, true))
    return found


def _written(lot: random.Random, surnames: Sequence[str]) -> Truth:
    street = "".join(lot.sample(SYLLABLES, 2)).capitalize()
    known = lot.random() < 0.6
    return {
        "serial": "".join(lot.choices("ACEFHKMPRT", k=2)) + "-" + "".join(lot.choices("23456789", k=5)),
        "surname": lot.choice(surnames) if known else "".join(lot.sample(SYLLABLES, 3)).capitalize(),
        "boxes": str(min(99, 1 + int(lot.expovariate(0.15)))),
        "colour": lot.choices(COLOURS, [1 / (1 + rank) for rank in range(len(COLOURS))])[0],
        "day": (date(2024, 1, 1) + timedelta(days=lot.randrange(700))).isoformat(),
        "street": f"{street} {lot.choice(['Lane', 'Road', 'Close', 'Hill'])} {lot.randrange(1, 150)}",
    }


def _typed(lot: random.Random, kind: str, name: str, true: Truth, before: Sequence[str], noise: float) -> str:
    text = true[name]
    if kind == "copier" and before and lot.random() < 0.7:
        return before[0]
    if kind == "cuts" and name in ("street", "serial") and lot.random() < 0.8:
        return text.rpartition(" ")[0] if name == "street" else text[:6]
    if kind == "lazy" and name == "colour" and lot.random() < 0.7:
        return COLOURS[0]
    if kind == "next field" and lot.random() < 0.15:
        return true[NAMES[(NAMES.index(name) + 1) % len(NAMES)]]
    if kind == "doubles" and name == "boxes" and lot.random() < 0.3:
        return text + text[-1]
    if name == "surname" and lot.random() < 0.06:
        return text[:-1] if text.endswith("e") else text[:-1] + "e"
    return _slip(lot, text) if lot.random() < noise * SLIPS.get(kind, 0.05) else text


def _slip(lot: random.Random, text: str) -> str:
    at, which = lot.randrange(len(text)), lot.random()
    if which < 0.5:
        signs = "0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
        other = lot.choice(signs)
        return text[:at] + (other.upper() if text[at].isupper() else other) + text[at + 1 :]
    if which < 0.7 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if which < 0.9 else text[:at] + text[at : at + 1] + text[at:]


def _counted(scans: Sequence[tuple[list[Reading], Truth]]) -> Counter[str]:
    learnt = learnt_blindly(ScanFacts(form=FORM, readings=said) for said, _ in scans)
    spots, tally = prepared(FORM).fields, Counter[str]()
    table: list[tuple[int, str, str]] = []
    truths: list[str] = []
    for said, true in scans:
        for key, posterior in weigh(FORM, said, learnt, POLICY).items():
            normal, number = spots[key.name].normal, len(truths)
            truths.append(normal(true[key.name]))
            best = next(each for each in posterior.candidates if each.origin in ("read", "words")).normal
            is_sure = posterior.probability >= 0.99
            table += [(number, each.source, normal(each.text or "")) for each in said if each.key == FieldKey(key.name)]
            tally.update({"fields": 1, "model": best == truths[-1], "sure": is_sure})
            tally["sure and wrong"] += is_sure and best != truths[-1]
    for name, found in _peers(table).items():
        tally[name] = sum(found.get(number) == true for number, true in enumerate(truths))
    return tally


def _peers(table: peers.Said) -> dict[str, Mapping[int, str | None]]:
    """What each other method says; a tie of majority is nothing."""
    counts: dict[int, Counter[str]] = {}
    for number, _, text in table:
        counts.setdefault(number, Counter())[text] += 1
    front = {number: each.most_common(2) for number, each in counts.items()}
    majority = {n: each[0][0] if len(each) == 1 or each[0][1] > each[1][1] else None for n, each in front.items()}
    try:
        return {"majority": majority, "dawid-skene": peers.dawid_skene(table), "rover": peers.rover(table)}
    except ModuleNotFoundError:
        return {"majority": majority}
