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
from collections.abc import Callable, Iterator, Sequence
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

Change = tuple[str, Any]
"""An attribute, "module:name", and what it is without the rule; a `Told` makes that of what it is with it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an attribute is without a rule, made of what it is with it."""

    made: Callable[[Any], Any]


def _gives(value: Any) -> Any:
    return lambda *seen, **more: value


def _blanked(number: int) -> Any:
    """A function that gives nothing but zeros of the shape of one of its arguments."""
    return lambda *seen, **more: numpy.zeros(seen[number].shape, numpy.uint8)


def _first(*seen: Any, **more: Any) -> Any:
    return seen[0]


reading: Any = import_module("transcribe.recognition.read")
INK, RECOGNITION, REGISTRATION = "transcribe.ink", "transcribe.recognition", "transcribe.registration"

PARTS: dict[str, tuple[Change, ...]] = {
    "ink: the paper's noise": ((f"{INK}.ink_layer:NOISE", 0.0),),
    "ink: full stops": ((f"{INK}.ink_layer:points", _gives(False)),),
    "ink: what is left of lines": ((f"{INK}.ink_layer:RESIDUE", 9.0),),
    "ink: strokes across print": ((f"{INK}.ink_layer:_crossing", _blanked(0)),),
    "ink: rim": ((f"{INK}.ink_layer:at_rim", lambda boxes, shape: numpy.zeros(len(boxes), numpy.bool_)),),
    "ink: broad shadow": ((f"{INK}.ink_layer:shadow", _blanked(0)),),
    "ink: lower level in bright light": ((f"{INK}.faint_strokes:squeezed", _blanked(1)),),
    "ink: strokes too pale": ((f"{INK}.faint_strokes:hinted", _gives(0.0)),),
    "ink: ticks too pale": ((f"{INK}.faint_strokes:pale", _gives(False)),),
    "ink: print gone in light": ((f"{INK}.faint_strokes:bleached", lambda d, u, p, n: numpy.zeros_like(p.mass)),),
    "ink: print hidden": ((f"{INK}.ink_layer:hidden_print", _gives(None)),),
    "ink: folds": ((f"{INK}.ink_layer:folds", _gives(None)),),
    "ink: a line beside its place": ((f"{INK}.ink_layer:InkLayer._may_be_line", _gives(False)),),
    "ink: strokes through a box": ((f"{INK}.ink_layer:InkLayer._takes", _gives(False)),),
    "ink: writing astride": ((f"{INK}.components:ASTRIDE", 2.0),),
    "ink: nobody's ink in the core": ((f"{INK}.components:CORE", 0.5),),
    "ink: nearest box": ((f"{INK}.components:NEAREST", 2.0),),
    "ink: rest of a line among lines": ((f"{INK}.writing_lines:_is_rest", _gives(False)),),
    "ink: lines need a full letter": ((f"{INK}.writing_lines:FULL", 0.0),),
    "comb: closed up": (
        (
            f"{RECOGNITION}.engine_words:compacted_page",
            Told(lambda made: lambda page, sheet, inks: made(page, sheet, [(ink, None) for ink, _ in inks])),
        ),
    ),
    "comb: letters behind teeth": (
        (f"{INK}.comb_crop:_hidden", lambda s, b, c: numpy.zeros_like(s.written[b.slices])),
    ),
    "comb: rest of the frame, long": ((f"{INK}.comb_crop:_rest_of_frame", _blanked(0)),),
    "comb: rest of the frame, flat": ((f"{INK}.comb_compaction:_of_frame", _gives(False)),),
    "comb: rest of teeth": ((f"{INK}.comb_compaction:_of_print", _gives(False)),),
    "comb: miscounted": ((f"{INK}.comb_compaction:CompactLine.fits", _gives(True)),),
    "comb: words joined": ((f"{RECOGNITION}.engine_words:joined", _first),),
    "mark: second measure": (
        (f"{INK}.mark_detection:_both", lambda seen, strokes, ink: import_module(f"{INK}.ink_layer").sure(seen)),
    ),
    "mark: streaks": ((f"{INK}.mark_detection:_off_streaks", _gives(1.0)),),
    "mark: strewn with dirt": ((f"{INK}.mark_detection:STREWN", 1e9),),
    "mark: one straight line": ((f"{INK}.mark_detection:STRAIGHT", -1),),
    "mark: a level stroke runs on": ((f"{INK}.mark_detection:_runs_on", _gives(False)),),
    "mark: scribbled over": ((f"{INK}.mark_detection:_scribbled", _gives(False)),),
    "mark: fold": ((f"{INK}.mark_detection:beside", _gives(False)),),
    "mark: specks": ((f"{RECOGNITION}.form_page:_may_be_specks", _gives(False)),),
    "mark: beside its box": ((f"{RECOGNITION}.presence:_marks_near", _gives(())),),
    "strokes: print sought around": ((f"{INK}.added_strokes:MIN_CORRELATION", 2.0),),
    "strokes: blur beside print": ((f"{INK}.added_strokes:MAX_BESIDE_PX", 4),),
    "strokes: grain": ((f"{INK}.added_strokes:MIN_STROKE_AREA_PX", 0),),
    "flag: joined by hand": ((f"{RECOGNITION}.asked_regions:joinedness", _gives(0.0)),),
    "flag: joined a little": ((f"{RECOGNITION}.asked_regions:SOMEWHAT_JOINED", 2.2),),
    "flag: crossed out": ((f"{RECOGNITION}.asked_regions:crossed_out", _gives(False)),),
    "flag: partly read": ((f"{RECOGNITION}.asked_regions:AskedRegion._is_partly", _gives(False)),),
    "words: ink of the text alone": ((f"{RECOGNITION}.asked_regions:text_ink", lambda region, rows: region.ink),),
    "words: unsure ones in paper": ((f"{RECOGNITION}.asked_regions:MIN_HEEDED_CONFIDENCE", 0.0),),
    "words: read on the blank": ((f"{RECOGNITION}.asked_regions:_read_on_blank", _gives("")),),
    "words: none where nothing is": ((f"{RECOGNITION}.asked_regions:NOTHING_WRITTEN", 0.0),),
    "looks: other crops": ((f"{RECOGNITION}.engine_words:_in_other_crops", _gives(())),),
    "looks: trimmed": ((f"{RECOGNITION}.engine_words:_other_crops", Told(lambda f: lambda r, b: f(r, b)[1:])),),
    "looks: widened": ((f"{RECOGNITION}.engine_words:_other_crops", Told(lambda f: lambda r, b: f(r, b)[::2])),),
    "looks: whole box": ((f"{RECOGNITION}.engine_words:_other_crops", Told(lambda f: lambda r, b: f(r, b)[:2])),),
    "looks: further": ((f"{RECOGNITION}.engine_words:FURTHER_LOOKS", ()),),
    "looks: even light": ((f"{RECOGNITION}.engine_words:FURTHER_LOOKS", Told(lambda looks: looks[1:])),),
    "looks: black on white": ((f"{RECOGNITION}.engine_words:FURTHER_LOOKS", Told(lambda looks: looks[:1])),),
    "looks: a sure word left out": ((f"{RECOGNITION}.engine_words:_leaves_out", _gives(False)),),
    "looks: surer at first": ((f"{RECOGNITION}.engine_words:SURE_READING", 2.0),),
    "plain: leaders": ((f"{RECOGNITION}.plain_page:_leaders", _gives(())),),
    "plain: leaders, more looks": ((f"{RECOGNITION}.plain_page:MOST_LOOKS_COUNT", 1),),
    "plain: print painted over": ((f"{RECOGNITION}.plain_page:painted_over", _first),),
    "plain: rows trimmed": ((f"{RECOGNITION}.plain_page:TRIMMED_HEIGHTS", 0.0),),
    "plain: margin before the frame": ((f"{RECOGNITION}.plain_page:MARGIN_PX", 0),),
    "plain: rows as far as ink": (
        (f"{RECOGNITION}.plain_page:PlainPage.lines", lambda self, region: self.rows(region)),
    ),
    "plain: print reaches beside": ((f"{RECOGNITION}.plain_page:BESIDE_PRINT_PX", 0),),
    "plain: a frame is no text": ((f"{RECOGNITION}.plain_page:MIN_BESIDE_HEIGHTS", 0.0),),
    "plain: narrow pieces": ((f"{RECOGNITION}.plain_page:MIN_WIDTH_PX", 0),),
    "presence: missed print": ((f"{RECOGNITION}.plain_page:_missed_share", _gives(0.01)),),
    "presence: missed by ink": ((f"{RECOGNITION}.plain_page:_share_without_ink", _gives(0.002)),),
    "presence: words of the plain view": ((f"{RECOGNITION}.presence:_plain_log_odds", _gives(0.0)),),
    "presence: sure words": ((f"{RECOGNITION}.presence:SURELY_READ_LOG_ODDS", 2.5),),
    "presence: a filled row": ((f"{RECOGNITION}.presence:ROW_LOG_ODDS", 0.0),),
    "presence: doubtful ink": ((f"{RECOGNITION}.presence:DOUBTFUL_LOG_ODDS", -9.0),),
    "presence: text beside": ((f"{RECOGNITION}.presence:_near", _gives(())),),
    "presence: text needs ink": ((f"{RECOGNITION}.presence:_is_written", _gives(True)),),
    "presence: all beside their boxes": ((f"{RECOGNITION}.presence:writing_offset", _gives(None)),),
    "laid: parts astray": ((f"{REGISTRATION}.similarity:ASTRAY", -9.0),),
    "laid: astray by plain tiles alone": ((f"{REGISTRATION}.similarity:PLAIN_TILES", 1_000_000),),
    "laid: likeliest where it should be": (
        (f"{REGISTRATION}.similarity:Similarity._is_likeliest_here", _gives(False)),
    ),
    "laid: pressed flat": (
        (
            f"{REGISTRATION}.align:_pressed",
            lambda page, form, n: (page, import_module(f"{REGISTRATION}.similarity").similarity(page, form, n)),
        ),
    ),
    "laid: great waves by features": ((f"{REGISTRATION}.align:matched_pairs", _gives([])),),
    "laid: small waves by windows": ((f"{REGISTRATION}.dewarp:_windows", _gives(())),),
    "laid: still pages are left": ((f"{REGISTRATION}.dewarp:STILL", 0.0),),
    "laid: flat pages are left": ((f"{REGISTRATION}.align:FLAT", 2.0),),
    "laid: sought again": ((f"{REGISTRATION}.align:_sought_again", lambda page, form, laid: laid),),
    "laid: by strokes": ((f"{REGISTRATION}.similarity:Similarity.by_strokes", property(lambda self: self)),),
    "laid: like it everywhere": ((f"{REGISTRATION}.similarity:Similarity.is_everywhere", property(_gives(False))),),
    "laid: dark photos lightened": ((f"{REGISTRATION}.matching:DIM", 0),),
    "laid: small copy first": ((f"{REGISTRATION}.matching:STEPS", ((1000, 60), (2000, 0))),),
    "laid: large photos averaged": ((f"{REGISTRATION}.align:shrunk", lambda picture, scale: picture),),
}
"""What is taken out, by name."""


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
    """What a function gave once it gives again: it is asked for one photograph alone."""
    found = getattr(module, name)

    def remembered(*asked: Any) -> Any:
        if name not in known:
            known[name] = found(*asked)
        return known[name]

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
            patch.object(truth_results, "plain_readings", _gives({})),
            patch.object(reading, "_keep_pictures", _gives(None)),
        ):
            measured(wanted, parts, kept)
    print("\n".join(table(kept)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
