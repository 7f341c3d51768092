"""Made-up order forms read by made-up machines and people, with a documented model of their mistakes.

Fifteen fields a form: order number with a check digit, two dates, customer, street, town, two lines of article,
quantity, price and amount, and the total. Half the forms are written by hand. What goes wrong:

- glyphs are damaged (0.4 % of printed, 1.6 % of written characters) so that they look like another: each engine takes
  the wrong one with 0.72, a person with 0.10 to 0.38, so that machines share mistakes and people may too;
- a written 1 with a serif looks like 7 to most readers of another tradition: the right reading is a minority's;
- engines confuse characters, drop accents, read rn as m, crop the ends; their confidence says a little about it;
- people slip on keys, transpose, omit, double, take the wrong line, leave blank; some drop accents or "correct" names,
  some write dates the American way or decimal commas, some copy the engine, two copy a third, three type rubbish;
- one order number in a hundred has a wrong check digit, some sums do not add up, some names are not in master data.

Everything is drawn from one seed.
"""

from __future__ import annotations

import random

from tests.bench.generator.machines import engine_reading
from tests.bench.generator.orders import Item, Master, Shape, orders
from tests.bench.generator.people import Crowd, Said

__all__ = ["Item", "Master", "Said", "Shape", "World", "make"]


class World:
    """Items (what is written), what machines and people read of each, master data, and who the people are."""

    def __init__(self, shape: Shape, seed: int) -> None:
        chance = random.Random(seed)
        self.seed, self.shape = seed, shape
        self.items, self.master = orders(shape, chance)
        self.crowd = Crowd(self.items, shape, chance)
        self.readings = [self._readings(item, chance) for item in self.items]

    def expert(self, item: Item, time: int) -> Said:
        """What an expert reads of an item who is asked to decide it, for the `time`-th time."""
        return self.crowd.expert(item, random.Random(f"{self.seed} expert {item.number} {time}"))

    def _readings(self, item: Item, chance: random.Random) -> list[Said]:
        """Both engines, then as many people as the shape says, in the order in which they come."""
        engines = [engine_reading(item, name, self.shape, chance) for name in ("ocrA", "ocrB")]
        return engines + self.crowd.readings(item, engines[0].text, chance)


def make(seed: int, shape: Shape | None = None) -> World:
    """A world of order forms; the same seed and shape give the same world."""
    return World(shape or Shape(), seed)
