"""What machine reading is worth on paper that nobody prepared for: `python -m tests.bench.bench_truth [--small]`.

Photographs of `tests.bench.world`, conditions by hands. Beside the product stands the peer, `plain_script`, on the same
photographs. `--dump FILE` keeps what came of each photograph, `--from FILE` prints the tables of such a file (of some
conditions and forms only, if asked), `--readings FILE` writes the readings as `fit_first` takes them.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from reconcile.algorithms import exact_interval
from tests.bench.intervals import paired_difference
from tests.bench.stored_readings import read_once, store_folder
from tests.bench.truth_results import NEVER_FITTED, Cell, Read, line_of, of_line, readings_of
from tests.bench.world.conditions import CONDITIONS
from tests.bench.world.forms import LAYOUTS
from tests.bench.world.photographs import HANDS, PASTED, Wish, photo, wishes

PHOTOS = 4
"""Photographs of each condition and hand, unless asked otherwise."""

SEED = 1

TITLES = (
    "condition|hand|photos|filled|some machine|tesseract|rapidocr|first of weigh|plain script|first - plain|decided"
    "|decided, bare codes left out|wrong (bound)|cut short|taken for blank|blank|decided|wrong|marks|decided|wrong"
)
"""Of the filled fields: read right; decided by machine and wrong, with the exact upper bound; of those, how. Then blank
fields and marks. A bare code is one whose form says no pattern: its shape is learnt from some thirty orders."""


def main() -> None:
    """The command line."""
    given = _arguments().parse_args()
    if given.source:
        found = [of_line(line) for file in given.source for line in file.read_text(encoding="utf-8").splitlines()]
    else:
        found = list(_results(given))
    some = [
        each
        for each in found
        if each.condition in _asked(given.conditions, [each.condition])
        and each.form in _asked(given.forms, [each.form])
        and each.hand in _asked(given.hands, [each.hand])
    ]
    if given.readings:
        lines = [json.dumps(row, ensure_ascii=False) for each in some for row in readings_of(each)]
        given.readings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(report(some, mistakes=given.mistakes)))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="one photograph of each condition and hand")
    parser.add_argument("--photos", type=int, default=PHOTOS, help="of each condition and hand")
    parser.add_argument("--conditions", help="all, unless asked otherwise")
    parser.add_argument("--forms", help="all, unless asked otherwise")
    parser.add_argument("--hands", help=f"{HANDS}; {PASTED!r} too: lines of the shared sets")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--mistakes", type=int, default=20, help="so many wrong decided values are listed")
    parser.add_argument("--dump", type=Path, help="append what came of each photograph")
    parser.add_argument(
        "--from", type=Path, dest="source", action="append", help="files of --dump: nothing is read anew"
    )
    parser.add_argument("--readings", type=Path, help="write every reading as fit_first takes it")
    return parser


def _asked(names: str | None, every: Iterable[str]) -> list[str]:
    """The names that were asked for, every one where none were."""
    return names.split(",") if names else list(every)


def _results(given: argparse.Namespace) -> Iterator[Read]:
    """Every photograph made and read, in worker processes."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    asked = list(
        wishes(
            _asked(given.conditions, CONDITIONS),
            _asked(given.hands, HANDS),
            _asked(given.forms, LAYOUTS),
            1 if given.small else given.photos,
            given.seed,
        )
    )
    with ProcessPoolExecutor(given.workers) as pool:
        for result in pool.map(made_and_read, asked):
            if given.dump:
                with given.dump.open("a", encoding="utf-8") as stream:
                    stream.write(line_of(result) + "\n")
            yield result


def made_and_read(wish: Wish) -> Read:
    """The photograph made and read where neither is kept from before."""
    return read_once(photo(wish), store_folder())


def report(found: Sequence[Read], mistakes: int = 20) -> list[str]:
    """The tables as Markdown: conditions by hands, forms, and decided values that are wrong."""
    hands = list(dict.fromkeys(each.hand for each in found))
    lines = _head(TITLES)
    for condition in dict.fromkeys(each.condition for each in found):
        for hand in hands:
            lines += _row(condition, hand, [it for it in found if (it.condition, it.hand) == (condition, hand)])
    for hand in hands:
        lines += _row("**every one**", hand, [each for each in found if each.hand == hand])
    lines += ["", *_head(TITLES.replace("condition", "form", 1))]
    for form in dict.fromkeys(each.form for each in found):
        name = f"{form} (never fitted)" if form in NEVER_FITTED else form
        for hand in hands:
            lines += _row(name, hand, [each for each in found if (each.form, each.hand) == (form, hand)])
    return [*lines, "", *_why(found), "", *_mistakes(found, mistakes)]


def _head(titles: str) -> list[str]:
    return ["| " + titles.replace("|", " | ") + " |", "|" + " --- |" * (titles.count("|") + 1)]


def _row(name: str, hand: str, found: Sequence[Read]) -> list[str]:
    """One line of a table; none where there is no such photograph."""
    if not found:
        return []
    cells = [cell for each in found for cell in each.cells]
    filled, blank, marks = ([each for each in cells if each.kind == kind] for kind in ("filled", "blank", "mark"))
    over, low, high = paired_difference([_pair(each.cells) for each in found])
    decided = [each for each in filled if each.decided is not None]
    wrong = sum(each.decided != each.truth for each in decided)
    read = (
        sum(any(each.is_read(engine) for engine in each.engines) for each in filled),
        sum(each.is_read("tesseract") for each in filled),
        sum(each.is_read("rapidocr") for each in filled),
        sum(each.first == each.truth for each in filled),
        sum(each.plain == each.truth for each in filled),
    )
    said = [name, hand, str(len(found)), str(len(filled)), *(_share(hits, len(filled)) for hits in read)]
    said += [f"{over:+.3f} [{low:+.3f}, {high:+.3f}]", _share(len(decided), len(filled))]
    known = [each for each in filled if not each.is_bare_code]
    said += [
        _share(sum(each.decided is not None for each in known), len(known)),
        f"{wrong} ({100 * exact_interval(wrong, len(decided))[1]:.2f} %)",
        str(sum(each.is_truncated for each in decided)),
        str(sum(not each.decided for each in decided)),
    ]
    for some in (blank, marks):
        sure = [each for each in some if each.decided is not None]
        said += [str(len(some)), _share(len(sure), len(some)), str(sum(each.decided != each.truth for each in sure))]
    return ["| " + " | ".join(said) + " |"]


def _pair(cells: Iterable[Cell]) -> tuple[int, int, int]:
    filled = [each for each in cells if each.kind == "filled"]
    right = sum(each.first == each.truth for each in filled), sum(each.plain == each.truth for each in filled)
    return (*right, len(filled))


def _share(hits: int, count: int) -> str:
    return f"{hits / count:.3f}" if count else "-"


def _why(found: Sequence[Read]) -> list[str]:
    """Why people are asked, by condition; and which pages were not laid on their form."""
    lines = []
    for condition in dict.fromkeys(each.condition for each in found):
        some = [each for each in found if each.condition == condition]
        for kind in ("filled", "blank"):
            reasons = Counter(it.reason for each in some for it in each.cells if it.kind == kind and it.decided is None)
            lines.append(
                f"{condition}, {kind} and asked: " + ", ".join(f"{name} {n}" for name, n in reasons.most_common(6))
            )
    lost = [each.photo for each in found if not any(cell.engines.get("rapidocr") for cell in each.cells)]
    lines.append(f"pages of which the product read nothing: {', '.join(lost) or 'none'}")
    lines.append(
        f"pages that the plain script did not lay: {', '.join(it.photo for it in found if not it.laid) or 'none'}"
    )
    return lines


def _mistakes(found: Sequence[Read], count: int) -> list[str]:
    """Decided values that are wrong."""
    wrong = [(each, it) for each in found for it in each.cells if it.decided is not None and it.decided != it.truth]
    lines = [f"decided and wrong: {len(wrong)}"]
    for each, cell in wrong[:count]:
        lines.append(
            f"- {each.photo} {cell.key} ({cell.kind}): {cell.truth!r} decided {cell.decided!r}"
            f" at {cell.probability:.6f}; engines {cell.engines}, plain script {cell.plain!r}"
        )
    return lines


if __name__ == "__main__":
    main()
