"""Fits parts of `reconcile/parameters/shipped_data.py` anew; everything else there stays as it is.

    python -m tests.bench.fit_stages searched|sure|torn|pages DUMP.jsonl ...

`searched`: stages of calibration for free layouts and for values with a trouble. `sure`: one sure engine against
another, with the tallies of what it decides alone. `torn`: an engine that nearly said something else. `pages`: tallies
of bad pages, and what confidence means of digits. Dumps are those of `bench_read --dump` and `bench_truth --dump`.

Printed is how honest each stage is on documents that it was not fitted on. `searched` and `pages` fit every second
document, as `bench_read` measures calibration on the others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconcile.algorithms import exact_interval
from reconcile.algorithms.metrics import Forecast, calibration_error
from reconcile.forms.prepared_form import prepared
from reconcile.inference.calibration import RIDGE_WEIGHT_COUNT, adjusted, calibrated, fit_calibration
from reconcile.inference.circumstances import ONE_SURE_STAGE, SEARCHED_STAGE, TORN_STAGE, UNDECIDED_STAGE
from reconcile.inference.weigh import weigh_together
from reconcile.learning.counts import Counts
from reconcile.learning.learn import MachinesAlone, machines_alone
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters
from reconcile.parameters.shipped_data import CONTENT
from reconcile.parameters.source_model import BAD_PAGE_QUALITY
from reconcile.policy import POLICY
from tests.bench.fit_first import FAMILIES, read, write
from tests.bench.intervals import by_chance
from tests.bench.truth_results import NEVER_FITTED, facts_of, of_line

STAGES: Mapping[str, tuple[str, ...]] = {
    "searched": (UNDECIDED_STAGE, SEARCHED_STAGE),
    "sure": (ONE_SURE_STAGE,),
    "torn": (TORN_STAGE,),
}
"""How the names of the stages begin that each fit has."""

RIDGES = {"searched": 2.0}
"""Less than a store has, as there are hundreds of documents: fitted on halves, the error over 1,396 fields of the
others fell from 0.047 to 0.023 with 8, and to 0.015 with 2, which is what chance makes."""

PASSES = 3
"""So often bad pages are weighed with what the pass before has fitted."""

Halves = tuple[list[ScanFacts], list[ScanFacts]]
Content = Mapping[str, Any]


def main(what: str, *dumps: str) -> None:
    """Fit, show, and write."""
    halves: Halves = ([], [])
    for dump in dumps:
        for number, facts in enumerate(documents(Path(dump))):
            halves[number % 2].append(facts)
    write(pages(halves) if what == "pages" else stages(what, halves))


def documents(dump: Path) -> Iterator[ScanFacts]:
    """What each document of a dump teaches; never those of forms that no fit may see."""
    lines = dump.read_text(encoding="utf-8").splitlines()
    if lines and '"cells"' in lines[0]:
        yield from (facts_of(found) for found in map(of_line, lines) if found.form not in NEVER_FITTED)
    else:
        yield from (document.facts for _, document in read(dump))


def alone(scans: Iterable[ScanFacts], content: Content) -> list[MachinesAlone]:
    """What machines alone say of each field, under these parameters."""
    learnt = LearntParameters.read(version=0, content=content)
    return [each for scan in scans for each in machines_alone(scan, learnt, POLICY)]


def stages(what: str, halves: Halves) -> Content:
    """What ships with some stages of calibration fitted anew."""
    own, ridge = STAGES[what], RIDGES.get(what, RIDGE_WEIGHT_COUNT)
    kept = {stage: line for stage, line in CONTENT["calibration"].items() if not stage.startswith(own)}
    content = CONTENT | {"calibration": kept}
    found = [[each for each in alone(half, content) if each.lesson.stage.startswith(own)] for half in halves]
    lines = [fit_calibration([each.lesson for each in half], kept, ridge) for half in found]
    for stage in sorted({each.lesson.stage for each in found[1]}):
        lessons = [each.lesson for each in found[1] if each.lesson.stage == stage]
        before = [(each.share, each.right) for each in lessons]
        after = [(adjusted(each.share, stage, each.family, lines[0]), each.right) for each in lessons]
        show(stage, before, after)
    if what == "searched":
        return content | {"calibration": lines[0]}
    whole = fit_calibration([each.lesson for half in found for each in half], kept, ridge)
    tallies = one_sure(halves, lines) if what == "sure" else {}
    return content | {"calibration": whole, "shipped": {**CONTENT["shipped"], **tallies}}


def one_sure(halves: Halves, lines: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """How often one sure engine is wrong where it would decide: each half under what the other half taught."""
    wrong, count = 0, 0
    for half, line in zip(halves, reversed(lines), strict=True):
        content = CONTENT | {"calibration": line}
        learnt = LearntParameters.read(version=0, content=content)
        for each in alone(half, content):
            is_one = each.seen.by_one_engine and each.seen.machine_stage == ONE_SURE_STAGE
            if is_one and each.seen.may_decide_alone:
                decides = calibrated(each.share, each.seen, learnt) >= each.seen.min_probability
                wrong, count = wrong + (decides and not each.right), count + decides
    print(f"one sure engine: {wrong} wrong of {count}, at most {exact_interval(wrong, count)[1]:.2%}")
    return {f"{family}: {ONE_SURE_STAGE}": [float(wrong), float(count)] for family in FAMILIES}


def pages(halves: Halves) -> Content:
    """What ships with the tallies of bad pages and of confidence by kind of text counted anew."""
    before: dict[str, Any] = {name: each for name, each in CONTENT.items() if name not in ("on_bad", "tempting_on_bad")}
    before["sure"] = {name: bins for name, bins in CONTENT["sure"].items() if ", " not in name}
    after = before
    for _ in range(PASSES):
        after = counted(halves[0], before, after)
    for name, is_bad in (("bad pages", True), ("other pages", False)):
        some = [scan for scan in halves[1] if is_on_bad_page(scan) == is_bad]
        show(name, *(agreed(some, content) for content in (before, after)))
    return after


def is_on_bad_page(scan: ScanFacts) -> bool:
    return any(each.conditions.get("quality", 1.0) < BAD_PAGE_QUALITY for each in scan.readings)


def agreed(scans: Sequence[ScanFacts], content: Content) -> list[Forecast]:
    """What is stated, and whether it is right, where engines agree and machines might decide."""
    some = alone(scans, content)
    return [(each.share, each.right) for each in some if each.seen.may_decide_alone and each.seen.engines > 1]


def counted(scans: Sequence[ScanFacts], before: dict[str, Any], weighed_with: Content) -> dict[str, Any]:
    """The content with the tallies of these scans, weighed with what was fitted in the pass before."""
    learnt, counts = LearntParameters.read(version=0, content=weighed_with), Counts()
    for scan in scans:
        made = prepared(scan.form)
        for place, weighed in weigh_together(made, scan.readings, learnt).items():
            if place in scan.truths:
                spot = made.fields[place.name]
                counts.count(spot, weighed, learnt, spot.normal(scan.truths[place]))
    kinds = {name: rounded(bins) for name, bins in sorted(counts.sure.items()) if ", " in name}
    own = {"on_bad": rounded(counts.on_bad), "tempting_on_bad": rounded(counts.tempting_on_bad)}
    return {**before, **own, "sure": {**before["sure"], **kinds}}


def rounded(tallies: Any) -> Any:
    """Plain data of a few decimals."""
    if isinstance(tallies, Mapping):
        return {name: rounded(tally) for name, tally in sorted(tallies.items())}
    return [rounded(each) for each in tallies] if isinstance(tallies, list) else round(tallies, 4)


def show(name: str, before: Sequence[Forecast], after: Sequence[Forecast]) -> None:
    """How honest probabilities are on documents that were not fitted, before and after."""
    if after:
        mean, rare = by_chance(after)
        error = f"{calibration_error(before):.3f} -> {calibration_error(after):.3f} (chance {mean:.3f}, {rare:.3f})"
        print(f"{name}: {len(after)} fields, {sum(right for _, right in after) / len(after):.3f} right; ECE {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
