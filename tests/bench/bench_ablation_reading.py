"""What each rule of the reading earns: the same photographs read without it, paired.

    python -m tests.bench.bench_ablation_reading --folder FOLDER [--seed N] [--photos N] [--only WORD ...] [--table]

Photographs of `tests.bench.world`. What came of each photograph and rule is kept in the folder, line by line: a run
that was ended goes on. Each figure is what is lost without the rule, in points, with its 95 % interval over
photographs. What engines say of a crop is remembered, and so are the steps before those that a rule is part of.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy

from tests.bench import truth_results
from tests.bench.intervals import paired_difference
from tests.bench.reading_rules import INK, PARTS, REGISTRATION, Told, gives
from tests.bench.truth_results import Read, read_photo
from tests.bench.world.conditions import CONDITIONS
from tests.bench.world.forms import LAYOUTS
from tests.bench.world.photographs import HANDS, Photo, photo, wishes
from transcribe import ocr
from transcribe.geometry import Box
from transcribe.model import Page, Word
from transcribe.ocr import Engine
from transcribe.ocr.engine import View
from transcribe.recognition import asked_regions, page_assignment, plain_page

SEED = 61
"""On which nothing was developed or reported."""

AROUND_PX = 4
"""Pixels around a box that an engine may see too."""

KINDS = ("filled", "blank", "mark")

SHOWN = (
    ("likeliest right", "filled right", "filled"),
    ("decided", "filled decided", "filled"),
    ("wrong", "filled wrong", ""),
    ("blanks decided", "blank decided", "blank"),
    ("wrong blanks", "blank wrong", ""),
    ("marks decided", "mark decided", "mark"),
    ("wrong marks", "mark wrong", ""),
)
"""What the table shows: a title, what is counted, and of how many; a number of mistakes more where that is empty."""

reading: Any = import_module("transcribe.recognition.read")
"""The module; the package has a function of this name."""


@dataclass(frozen=True, slots=True, eq=False)
class Remembering:
    """An engine that remembers what it said of each crop."""

    engine: Engine
    said: dict[bytes, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def source(self) -> str:
        return self.engine.source

    @property
    def view(self) -> View:
        return self.engine.view

    def stretches(self, page: Page) -> list[Box] | None:
        key = _key(page.picture)
        if key not in self.said:
            self.said[key] = self.engine.stretches(page)
        found: list[Box] | None = self.said[key]
        return found

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        if boxes is None:
            return self.engine.words(page)
        height, width = page.picture.shape[:2]
        seen = [box.padded(AROUND_PX).clipped(width, height) for box in boxes]
        keys = [_key(page.picture[wide.slices], box.width, box.height) for wide, box in zip(seen, boxes, strict=True)]
        new = [number for number, key in enumerate(keys) if key not in self.said]
        for number, words in zip(new, self.engine.words(page, [boxes[each] for each in new]), strict=True):
            x, y = boxes[number].x0, boxes[number].y0
            self.said[keys[number]] = [replace(word, box=word.box.shifted(-x, -y)) for word in words]
        return [
            [replace(word, box=word.box.shifted(box.x0, box.y0), line=number) for word in self.said[key]]
            for number, (box, key) in enumerate(zip(boxes, keys, strict=True))
        ]


def _key(picture: Any, *more: int) -> bytes:
    shape = (*picture.shape, *more)
    return blake2b(numpy.ascontiguousarray(picture).tobytes() + repr(shape).encode(), digest_size=16).digest()


@contextmanager
def without(part: str, known: dict[str, Any]) -> Iterator[None]:
    """Runs what is inside without a rule; with all of them for "".

    `known` is what is remembered of the photograph: the laid page, and its ink.
    """
    plain_page._text_of_blank.cache_clear()
    asked_regions._read_on_blank.cache_clear()
    modules = [target for target, _ in PARTS[part]] if part else []
    with ExitStack() as stack:
        for target, value in PARTS[part] if part else ():
            module, _, path = target.partition(":")
            *owners, name = path.split(".")
            owner: Any = import_module(module)
            for each in owners:
                owner = getattr(owner, each)
            if isinstance(value, Told):
                value = value.made(getattr(owner, name))
            stack.enter_context(patch.object(owner, name, value))
        if not any(module.startswith(REGISTRATION) for module in modules):
            _remember(stack, page_assignment, "align", known)
            if not any(module.startswith(INK) for module in modules):
                _remember(stack, reading, "ink_layer", known)
        yield


def _remember(stack: ExitStack, module: Any, name: str, known: dict[str, Any]) -> None:
    """What a function made of a picture once it gives again: a page without its blur has an ink layer of its own."""
    found = getattr(module, name)

    def remembered(seen: Any, *more: Any) -> Any:
        key = f"{name} {_key(seen if isinstance(seen, numpy.ndarray) else seen.picture).hex()}"
        if key not in known:
            known[key] = found(seen, *more)
        return known[key]

    stack.enter_context(patch.object(module, name, remembered))


def figures(result: Read, whole: Read) -> dict[str, Any]:
    """Counts of one photograph, and how many fields were read otherwise than with every rule."""
    counts: dict[str, Any] = {"changed": sum(a != b for a, b in zip(result.cells, whole.cells, strict=True))}
    for kind in KINDS:
        cells = [each for each in result.cells if each.kind == kind]
        decided = [each for each in cells if each.decided is not None]
        wrong = [each for each in decided if each.decided != each.truth]
        counts[kind] = len(cells)
        counts[f"{kind} right"] = sum(each.first == each.truth for each in cells)
        counts[f"{kind} decided"] = len(decided)
        counts[f"{kind} wrong"] = len(wrong)
        counts[f"{kind} wrong ones"] = [f"{each.key}: {each.truth!r} as {each.decided!r}" for each in wrong]
    return counts


def measured(wanted: Sequence[Photo], parts: Sequence[str], kept: Path) -> None:
    """Read every photograph with all rules and without each, and keep what came of it line by line."""
    done = {(each["photo"], each["part"]) for each in _lines(kept)}
    for each in wanted:
        name = Path(each.file).name
        missing = [part for part in parts if (name, part) not in done]
        if not missing:
            continue
        known: dict[str, Any] = {}
        with without("", known):
            whole = read_photo(each)
        for part in missing:
            with without(part, known):
                found = figures(read_photo(each) if part else whole, whole)
            with kept.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"photo": name, "part": part, **found}, ensure_ascii=False) + "\n")


def table(kept: Path) -> Iterator[str]:
    """What is lost without each rule, as Markdown."""
    found = {(each["part"], each["photo"]): each for each in _lines(kept)}
    yield "| without | photos (changed) | fields changed | " + " | ".join(title for title, _, _ in SHOWN) + " |"
    yield "| --- |" + " --- |" * (len(SHOWN) + 2)
    for part in [each for each in PARTS if any(each == known for known, _ in found)]:
        pairs = [(found["", photo], it) for (each, photo), it in found.items() if each == part and ("", photo) in found]
        changed = [it["changed"] for _, it in pairs]
        shown = [part, f"{len(pairs)} ({sum(map(bool, changed))})", str(sum(changed))]
        for _, name, of in SHOWN:
            groups = [(whole[name], less[name], whole[of] if of else 1) for whole, less in pairs]
            lost, low, high = paired_difference(groups)
            shown.append(
                f"{100 * lost:+.2f} [{100 * low:+.2f}, {100 * high:+.2f}]"
                if of
                else f"{sum(b - a for a, b, _ in groups):+d}"
            )
        yield "| " + " | ".join(shown) + " |"


def _lines(kept: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()] if kept.is_file() else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="what came of each photograph is kept here")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--photos", type=int, default=1, help="of each condition and hand")
    parser.add_argument("--conditions", default=",".join(CONDITIONS))
    parser.add_argument("--forms", default=",".join(LAYOUTS))
    parser.add_argument("--hands", default=",".join(HANDS))
    parser.add_argument("--only", action="append", default=[], help="only rules whose name has this")
    parser.add_argument("--table", action="store_true", help="read nothing, print what is kept")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    kept = asked.folder / f"seed-{asked.seed}.jsonl"
    if not asked.table:
        parts = ["", *(part for part in PARTS if not asked.only or any(word in part for word in asked.only))]
        every = wishes(asked.conditions.split(","), HANDS, asked.forms.split(","), asked.photos, asked.seed)
        wanted = [photo(each) for each in every if each.hand in asked.hands.split(",")]
        load = lru_cache(lambda name, languages: Remembering(ocr.load(name, languages)))
        with (
            patch.object(truth_results, "_engine", load),
            patch.object(truth_results, "plain_readings", gives({})),
            patch.object(reading, "_keep_pictures", gives(None)),
        ):
            measured(wanted, parts, kept)
    print("\n".join(table(kept)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
