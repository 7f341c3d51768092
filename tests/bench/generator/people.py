"""Thirty people of mixed skill and habit, and how each misreads and mistypes."""

from __future__ import annotations

import datetime
import math
import random
import re
from collections import defaultdict
from dataclasses import dataclass

from tests.bench.generator.glyphs import BESIDE, LIKE, without_accents
from tests.bench.generator.orders import Item, Shape

KINDS = (
    ["expert"] * 4 + ["normal"] * 12 + ["sloppy"] * 4 + ["spam"] * 3 + ["collude"] * 2 + ["us dates"] * 2
    + ["copies engine"] * 2 + ["decimal comma"]
)  # fmt: skip
SLIP = {
    "expert": 0.0008, "normal": 0.0025, "sloppy": 0.012, "spam": 0.02, "collude": 0.008, "us dates": 0.0025,
    "copies engine": 0.003, "decimal comma": 0.003,
}  # fmt: skip
"""Chance of a slip a character, for the middle one of each kind."""

FOOLED = {"expert": 0.10, "normal": 0.22, "sloppy": 0.38}
"""Chance of taking a damaged glyph for what it looks like; 0.25 for the others."""

REGULAR = {
    "jon": "John", "meier": "Meyer", "maier": "Meyer", "smyth": "Smith", "reid": "Reed", "thom": "Tom", "iain": "Ian",
    "browne": "Brown", "clarke": "Clark", "yaeger": "Jaeger", "stephan": "Stefan", "dupond": "Dupont",
    "schmitt": "Schmidt", "hanssen": "Hansen", "allan": "Allen",
}  # fmt: skip
"""What those make of a name who "correct" it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one source read."""

    who: str
    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the crowd. `serif` is whether a 1 with a serif is familiar, `busy` how often this one turns up."""

    name: str
    kind: str
    slip: float
    serif: bool
    no_accents: bool
    corrects: bool
    busy: float

    @property
    def fooled(self) -> float:
        return FOOLED.get(self.kind, 0.25)


class Crowd:
    """The people, and the fields they may mix up."""

    def __init__(self, items: list[Item], shape: Shape, chance: random.Random) -> None:
        self.shape = shape
        self.people = [_person(number, kind, shape, chance) for number, kind in enumerate(KINDS)]
        self.leader = next(person for person in self.people if person.kind == "sloppy")
        self._by_slot = {(item.form, item.slot): item for item in items}
        self._by_kind: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            self._by_kind[item.kind].append(item)

    def readings(self, item: Item, engine: str, chance: random.Random) -> list[Said]:
        """The people who come to this field, busy ones oftener, in the order in which they come."""
        order = sorted(self.people, key=lambda person: -(chance.random() ** (1 / person.busy)))[: self.shape.people]
        leading = self._read(item, self.leader, engine, None, chance)
        copied = leading if self.leader in order else None
        return [
            Said(person.name, leading if person is self.leader else self._read(item, person, engine, copied, chance))
            for person in order
        ]

    def one(self, item: Item, person: Person, engine: str, chance: random.Random) -> Said:
        """What this person reads of a field who is asked alone."""
        leading = self._read(item, self.leader, engine, None, chance) if person.kind == "collude" else None
        return Said(person.name, self._read(item, person, engine, leading, chance))

    def expert(self, item: Item, chance: random.Random) -> Said:
        """What one of the experts reads who is asked to decide."""
        person = chance.choice([person for person in self.people if person.kind == "expert"])
        return Said(person.name, self._read(item, person, "", None, chance))

    def _read(self, item: Item, person: Person, engine: str, leading: str | None, chance: random.Random) -> str:
        if person.kind == "spam" and chance.random() < 0.9:
            return self._rubbish(item, chance)
        if person.kind == "collude" and leading is not None and chance.random() < 0.7:
            return leading
        if person.kind == "copies engine" and chance.random() < 0.6:
            return engine
        text = item.written
        what = chance.random()
        if what < 0.004:
            text = self._other_line(item)
        elif what < 0.009:
            return chance.choice(["", "?", "illegible"])
        elif what < 0.011:
            return text[: max(1, len(text) - chance.randrange(1, 4))]
        seen = _seen(item, text, person, chance)
        return _typed(_in_own_way(item, seen, person, chance), person.slip, chance)

    def _rubbish(self, item: Item, chance: random.Random) -> str:
        which = chance.random()
        if which < 0.6:
            return chance.choice(self._by_kind[item.kind]).written if item.number % 7 else "1"
        if which < 0.8:
            return chance.choice(["n/a", "123", "x"])
        return "".join(chance.choice("asdfjkl;1230") for _ in range(chance.randrange(3, 9)))

    def _other_line(self, item: Item) -> str:
        other = {"1": "2", "2": "1"}.get(item.slot[-1], "")
        found = self._by_slot.get((item.form, item.slot[:-1] + other))
        return item.written if found is None else found.written


def _person(number: int, kind: str, shape: Shape, chance: random.Random) -> Person:
    return Person(
        name=f"h{number + len(KINDS) * shape.crowd:02d}",
        kind=kind,
        slip=SLIP[kind] * shape.noise * math.exp(chance.gauss(0, 0.4)),
        serif=chance.random() < 0.4,
        no_accents=kind == "normal" and number % 4 == 0,
        corrects=kind == "normal" and number % 4 == 1,
        busy=math.exp(chance.gauss(0, 0.7)),
    )


def _seen(item: Item, text: str, person: Person, chance: random.Random) -> str:
    """What the eye makes of it: damaged glyphs and foreign serifs may be taken for others."""
    if text is not item.written:
        return text
    seen = []
    for at, glyph in enumerate(text):
        if at in item.damage and chance.random() < person.fooled:
            seen.append(item.damage[at])
        elif at in item.serif and chance.random() < (0.03 if person.serif else 0.6):
            seen.append("7")
        else:
            seen.append(glyph)
    return "".join(seen)


def _in_own_way(item: Item, text: str, person: Person, chance: random.Random) -> str:
    """How this person writes it: habits of dates, amounts, accents, names, streets, case and what trails."""
    if item.kind == "date" and person.kind == "us dates" and item.locale != "us" and chance.random() < 0.85:
        day = _day(text, item.locale)
        text = text if day is None else day.strftime("%m/%d/%Y")
    if item.kind == "amount":
        text = _amount_in_own_way(item, text, person, chance)
    if person.no_accents and chance.random() < 0.9:
        text = without_accents(text)
    if item.kind == "name" and person.corrects:
        text = " ".join(REGULAR.get(word.lower(), word) if chance.random() < 0.5 else word for word in text.split())
    if item.kind == "address" and chance.random() < 0.25:
        for long, short in (("straße", "str."), ("Street", "St."), ("Road", "Rd."), ("Avenue", "Ave.")):
            text = text.replace(long, short)
    if chance.random() < 0.10:
        text = text.lower()
    if chance.random() < 0.05:
        text += chance.choice([" ", ".", "  "])
    return text


def _amount_in_own_way(item: Item, text: str, person: Person, chance: random.Random) -> str:
    if person.kind == "decimal comma" and item.locale in ("us", "uk"):
        return text.replace(",", "§").replace(".", ",").replace("§", ".")
    if chance.random() < 0.3:
        return text.replace(" ", "").replace({"de": ".", "fr": " "}.get(item.locale, ","), "")
    return text


def _typed(text: str, slip: float, chance: random.Random) -> str:
    """What the fingers make of it: a key beside, two changed about, one left out, one twice, one that looks alike."""
    keys, at = list(text), 0
    while at < len(keys):
        if chance.random() < slip:
            which = chance.random()
            if which < 0.35:
                keys[at] = _key_beside(keys[at], chance)
            elif which < 0.60 and at + 1 < len(keys):
                keys[at], keys[at + 1] = keys[at + 1], keys[at]
                at += 1
            elif which < 0.80:
                keys[at] = ""
            elif which < 0.92:
                keys[at] *= 2
            else:
                keys[at] = chance.choice(LIKE.get(keys[at], keys[at]))
        at += 1
    return "".join(keys)


def _key_beside(key: str, chance: random.Random) -> str:
    beside = BESIDE.get(key.lower())
    if not beside:
        return chance.choice("aeio13.")
    pressed = chance.choice(beside)
    return pressed.upper() if key.isupper() else pressed


def _day(text: str, locale: str) -> datetime.date | None:
    """The day that a text says, in the form's order where that is possible."""
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    if len(numbers) != 3:
        return None
    if numbers[0] > 999:
        year, month, day = numbers
    elif locale == "us":
        month, day, year = numbers
    else:
        day, month, year = numbers
    for first, second in ((month, day), (day, month)):
        try:
            return datetime.date(year + 2000 if year < 100 else year, first, second)
        except ValueError:
            continue
    return None
