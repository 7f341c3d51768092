"""Fits how engines read bad pages, and what their confidence means there and of digits, and writes these tallies into
`reconcile/parameters/shipped_data.py`; everything else there stays as it is.

    python -m tests.bench.fit_pages DUMP.jsonl ...      dumps of `bench_read --dump` with a seed of their own

Every second document of a dump is fitted; on the others it is printed how probable the engines' values were where both
read the same, and how many were right, before and after.
"""

from __future__ import annotations

import json
import pprint
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh_together
from reconcile.learning.counts import Counts
from reconcile.learning.learn import machines_alone
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters
from reconcile.parameters.shipped_data import CONTENT
from reconcile.parameters.source_model import BAD_PAGE_QUALITY
from reconcile.policy import POLICY
from tests.bench.fit_first import TARGET, key, reading
from tests.bench.read_results import form_of

PASSES = 3
FITTED = ("on_bad", "tempting_on_bad")


def main(dumps: Iterable[str]) -> None:
    """Fit, write, and show."""
    halves: tuple[list[ScanFacts], list[ScanFacts]] = ([], [])
    for dump in dumps:
        for number, facts in enumerate(documents(Path(dump))):
            halves[number % 2].append(facts)
    before = {name: value for name, value in CONTENT.items() if name not in FITTED}
    before["sure"] = {name: bins for name, bins in CONTENT["sure"].items() if ", " not in name}
    after = before
    for _ in range(PASSES):
        after = fitted(halves[0], before, after)
    for name, content in (("before", before), ("after", after)):
        show(name, halves[1], content)
    head, _, _ = TARGET.read_text(encoding="utf-8").partition("CONTENT: dict[str, Any] = ")
    text = pprint.pformat(after, width=118, compact=True)
    TARGET.write_text(f"{head}CONTENT: dict[str, Any] = {text}\n", encoding="utf-8")


def documents(dump: Path) -> list[ScanFacts]:
    """The documents of a dump, in their order, with every truth known."""
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in dump.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_file[row["file"]].append(row)
    return [
        ScanFacts(
            form=form_of(rows[0]["form"]),
            readings=[reading(row, number) for number, row in enumerate(rows)],
            truths={key(row): row["truth"] for row in rows} | {key(row): row["text"] for row in rows if row["right"]},
        )
        for rows in by_file.values()
    ]


def fitted(scans: Sequence[ScanFacts], before: dict[str, Any], weighed_with: dict[str, Any]) -> dict[str, Any]:
    """The content with the tallies of these scans, weighed with what was fitted in the pass before."""
    learnt, counts = LearntParameters.read(version=0, content=weighed_with), Counts()
    for scan in scans:
        made = prepared(scan.form)
        for place, weighed in weigh_together(made, scan.readings, learnt).items():
            if place in scan.truths:
                spot = made.fields[place.name]
                counts.count(spot, weighed, learnt, spot.normal(scan.truths[place]))
    kinds = {name: rounded(bins) for name, bins in sorted(counts.sure.items()) if ", " in name}
    return {
        **before,
        "on_bad": {source: rounded(types) for source, types in sorted(counts.on_bad.items())},
        "tempting_on_bad": rounded(counts.tempting_on_bad),
        "sure": {**before["sure"], **kinds},
    }


def rounded(tallies: Any) -> Any:
    """Plain data of a few decimals."""
    if isinstance(tallies, dict):
        return {name: rounded(tally) for name, tally in sorted(tallies.items())}
    return [rounded(each) for each in tallies] if isinstance(tallies, list) else round(tallies, 4)


def show(name: str, scans: Sequence[ScanFacts], content: dict[str, Any]) -> None:
    """What was stated and what was right where engines agree and machines might decide, on bad pages and on others."""
    for bad in (False, True):
        told: list[tuple[float, bool]] = []
        for scan in scans:
            if any(each.conditions.get("quality", 1.0) < BAD_PAGE_QUALITY for each in scan.readings) == bad:
                alone = machines_alone(scan, LearntParameters.read(version=0, content=content), POLICY)
                told += [
                    (each.share, each.right) for each in alone if each.seen.may_decide_alone and each.seen.engines > 1
                ]
        for low, high in ((0.5, 0.95), (0.95, 0.99), (0.99, 0.999), (0.999, 1.0)):
            some = [each for each in told if low <= each[0] < high or (high == 1.0 and each[0] == high)]
            stated = sum(share for share, _ in some) / max(1, len(some))
            right = sum(is_right for _, is_right in some)
            print(f"{name}, {'bad pages' if bad else 'others'}, {low} to {high}: {stated:.4f}, {right} of {len(some)}")


if __name__ == "__main__":
    main(sys.argv[1:])
