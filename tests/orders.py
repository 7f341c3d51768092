"""Makes photographs of filled-in order forms with the truth: `python -m tests.orders OUT --count N --seed S`."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy

from tests.camera import USUAL, Level, photograph
from tests.customers import order
from tests.pens import Hand, filled, pen
from transcribe.forms import definition as forms

FORMS = ("bon-de-commande", "order-form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One photograph and what is written on it, as a line of truth.jsonl says it."""

    file: str
    content: bytes
    truth: dict[str, Any]


def make(number: int, seed: int, form: str, level: Level, hand: Hand, *, smaller: float = 1.0) -> Made:
    """Photograph `number` of a series; the same for the same arguments."""
    chance = random.Random(f"{seed}/{number}/{form}/{level}/{hand}")
    blank = forms.load(form)
    wanted, used = order(blank, chance), pen(hand, chance)
    page, written = filled(blank, wanted, used, hand, chance)
    generator = numpy.random.default_rng(chance.getrandbits(32))
    file = f"{form}-{level}-{hand}-{number:04d}.{'png' if level == 'flat' else 'jpg'}"
    return Made(
        file=file,
        content=photograph(numpy.asarray(page), level, generator, smaller=smaller),
        truth={
            "file": file,
            "form": form,
            "level": level,
            "hand": hand,
            "font": Path(used.font).stem,
            "wrong": list(wanted.wrong),
            "fields": written,
            "payment": wanted.payment,
        },
    )


def series(
    count: int, seed: int, names: Sequence[str], levels: Sequence[Level], hands: Sequence[Hand], *, smaller: float = 1.0
) -> Iterator[Made]:
    """`count` photographs that go round the forms, levels and hands."""
    kinds = [(name, level, hand) for hand in hands for level in levels for name in names]
    for number in range(count):
        name, level, hand = kinds[number % len(kinds)]
        yield make(number, seed, name, level, hand, smaller=smaller)


def write(made: Iterator[Made], folder: Path) -> int:
    """The photographs and truth.jsonl into a folder; gives their number."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for each in made:
        (folder / each.file).write_bytes(each.content)
        lines.append(json.dumps(each.truth, ensure_ascii=False) + "\n")
    (folder / "truth.jsonl").write_text("".join(lines), encoding="utf-8")
    return len(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=[*FORMS, "all"], default="all")
    parser.add_argument("--level", choices=[*get_args(Level), "all"], default="all")
    parser.add_argument("--hand", choices=[*get_args(Hand), "all"], default="all")
    parser.add_argument("--smaller", type=float, default=1.0, help="divide the sides of a phone's picture")
    said = parser.parse_args()
    names = FORMS if said.form == "all" else (said.form,)
    levels = USUAL if said.level == "all" else (said.level,)
    hands = get_args(Hand) if said.hand == "all" else (said.hand,)
    count = write(series(said.count, said.seed, names, levels, hands, smaller=said.smaller), said.out)
    print(f"{count} photographs and truth.jsonl in {said.out}")


if __name__ == "__main__":
    main()
