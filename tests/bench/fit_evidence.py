"""Fits what evidence is worth: `python -m tests.bench.fit_evidence DUMP.jsonl ... [--write]`.

Dumps are those of `bench_read --dump`, `bench_truth --dump` and `stored_readings --dump`. What each value that machines
read is like is worked out once a dump and kept beside it. The curves are fitted by logistic regression on steps between
quantiles, each with the sign of its feature, and drawn to nothing by a ridge. Printed is what machines would decide of
each form, and of each tenth of the issuers of free layouts, under what the others teach. `--write` puts the curves and
the tallies of what ships in their place. Forms that no fit may see are judged and never fitted.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy
from scipy.optimize import minimize

from reconcile.algorithms import exact_interval
from reconcile.inference.calibration import probability_of
from reconcile.inference.circumstances import PEOPLE_STAGE
from reconcile.learning.learn import machines_alone
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.evidence_model import SIGNS, TABLES, EvidenceModel
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.shipped_data import CONTENT
from reconcile.policy import POLICY
from tests.bench import fit_first
from tests.bench.fit_first import FAMILIES
from tests.bench.truth_results import NEVER_FITTED, facts_of, of_line
from transcribe.model import FieldKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.float64]

STEP_COUNT = 6
"""A curve has at most so many steps, between quantiles of what it was fitted on."""

RIDGES = {"boxes": 0.3, "searched": 0.3}
"""How strongly the worth of each step is drawn to 0: one over its variance, in nats. Of 0.1, 0.3, 1 and 3 those with
the least loss on forms and issuers left out."""

LEAST_WORTH: Mapping[str, float] = {"near": 0.35, "broken": 1.0, "novel": 0.7, "twin sign": 0.1, "faults": 2.0}
"""What a unit of a feature costs at least, in nats: laws of evidence that too few of the fitted values could show."""

LEAST_SHARE = 0.5
"""Values with a smaller share are never decided: what they turn out to be must not bend the curves where it counts."""

TENTHS = 10
"""Documents of free layouts are left out by a tenth of their issuers; of their files where no truth names the issuer."""

ISSUER = FieldKey("company")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A value that machines read: where it stands, what it is like, and whether it is right.

    `group` is what is left out together. `may_decide`: nothing forbids machines to decide it. `filled`: something is
    written there.
    """

    page: str
    key: str
    form: str
    condition: str
    hand: str
    group: str
    searched: bool
    family: str
    engines: int
    may_decide: bool
    filled: bool
    features: dict[str, float]
    share: float
    right: bool


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dumps", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = [each for dump in given.dumps for each in told_once(dump)]
    tables, tallies = {}, {}
    for name in ("boxes", "searched"):
        some = [each for each in found if each.searched == (name == "searched")]
        if not some:
            continue
        models = left_out(some, name)
        print("\n".join(report(name, some, lambda each, models=models: models[each.group])))  # type: ignore[misc]
        tables[name] = fitted([each for each in some if each.form not in NEVER_FITTED], name)
        if name == "boxes":
            tallies = shipped(some, lambda each, models=models: models[each.group])  # type: ignore[misc]
    if given.write:
        TABLES.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
        people = {stage: line for stage, line in CONTENT["calibration"].items() if stage.startswith(PEOPLE_STAGE)}
        fit_first.write(CONTENT | {"shipped": tallies, "calibration": people})


def told_once(dump: Path) -> list[Told]:
    """What the values of a dump are like, as today's code sees it: worked out now, or as it is kept beside the dump."""
    code = sha256(dump.read_bytes())
    for file in sorted(Path(machines_alone.__code__.co_filename).parents[1].rglob("*.py")):
        code.update(file.read_bytes())
    kept = dump.with_suffix(f".{code.hexdigest()[:12]}.features")
    if not kept.is_file():
        for old in dump.parent.glob(f"{dump.stem}.*.features"):
            old.unlink()
        lines = [json.dumps(asdict(each), ensure_ascii=False) for each in told(dump)]
        kept.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [Told(**json.loads(line)) for line in kept.read_text(encoding="utf-8").splitlines()]


def told(dump: Path) -> Iterator[Told]:
    """What the values of a dump are like."""
    learnt = read_parameters(shipped_parameters())
    for page, form, condition, hand, group, facts in documents(dump):
        for each in machines_alone(facts, learnt, POLICY):
            if each.seen.features:
                yield Told(
                    page=page,
                    key=str(each.key),
                    form=form,
                    condition=condition,
                    hand=hand,
                    group=group,
                    searched=each.seen.searched,
                    family=each.seen.family,
                    engines=each.seen.engines,
                    may_decide=each.seen.may_decide_alone
                    and not (each.seen.searched and each.seen.family == "line text" and not each.seen.witness),
                    filled=bool(facts.form.field(each.key.name) and facts.truths[each.key].strip()),
                    features=dict(each.seen.evidence(each.share)),
                    share=each.share,
                    right=each.right,
                )


def documents(dump: Path) -> Iterator[tuple[str, str, str, str, str, ScanFacts]]:
    """(page, form, condition, hand, group, facts) of each document of a dump of either kind."""
    lines = dump.read_text(encoding="utf-8").splitlines()
    if '"cells"' in lines[0]:
        for read in map(of_line, lines):
            yield read.photo, read.form, read.condition, read.hand, read.form, facts_of(read)
        return
    for _, document in fit_first.read(dump):
        facts = document.facts
        page = facts.readings[0].scan
        issuer = facts.truths.get(ISSUER, page)
        group = f"tenth {crc32(issuer.casefold().encode()) % TENTHS}"
        hand = "typed" if document.typed else "other"
        yield page, facts.form.name, dump.stem, hand, group if facts.form.free else f"made {facts.form.name}", facts


def fitted(found: Sequence[Told], name: str) -> dict[str, Any]:
    """The tables of a model, as `EvidenceModel.read` takes them, fitted on these values."""
    found = [each for each in found if each.share >= LEAST_SHARE]
    families = sorted({each.family for each in found})
    columns: list[Numbers] = [numpy.array([float(each.family == family) for each in found]) for family in families]
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * len(families)
    knots: dict[str, list[float]] = {}
    for feature, sign in SIGNS.items():
        numbers = numpy.array([each.features[feature] for each in found])
        at = sorted({round(float(each), 3) for each in numpy.quantile(numbers, numpy.linspace(0, 1, STEP_COUNT + 1))})
        rare = numbers[numbers != numpy.median(numbers)]
        if len(at) <= 2 and len(rare):
            at = sorted({*at, *(round(float(each), 3) for each in numpy.quantile(rare, numpy.linspace(0, 1, 4)))})
        if len(at) < 2:
            continue
        knots[feature] = at
        least = LEAST_WORTH.get(feature, 0.0)
        for left, right in pairwise(at):
            columns.append(sign * numpy.clip((numbers - left) / (right - left), 0.0, 1.0))
            bounds.append((least * (right - left), None))
    inputs = numpy.stack(columns, axis=1)
    outcomes = numpy.array([float(each.right) for each in found])
    start = numpy.array([0.0 if least is None else least for least, _ in bounds])
    ridge = numpy.array([RIDGES[name] * (0.1 if least is None else 1.0) for least, _ in bounds])

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        log_odds = inputs @ weights
        away = weights - start
        slope = inputs.T @ (1.0 / (1.0 + numpy.exp(-log_odds)) - outcomes) + ridge * away
        return float(numpy.logaddexp(0.0, log_odds).sum() - outcomes @ log_odds + 0.5 * away @ (ridge * away)), slope

    weights = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000}).x
    curves, at_column = {}, len(families)
    for feature, at in knots.items():
        steps = SIGNS[feature] * weights[at_column : at_column + len(at) - 1]
        at_column += len(at) - 1
        worth = [round(float(each), 4) for each in numpy.concatenate([[0.0], numpy.cumsum(steps)])]
        if any(worth):
            usual = numpy.interp([each.features[feature] for each in found if each.right], at, worth).mean()
            curves[feature] = [at, worth, round(float(usual), 4)]
    starts = {family: round(float(each), 4) for family, each in zip(families, weights, strict=False)}
    return {"starts": starts, "curves": curves}


def left_out(found: Sequence[Told], name: str) -> dict[str, EvidenceModel]:
    """The model of each group, fitted on the others; never on forms that no fit may see."""
    groups = sorted({each.group for each in found})
    may_fit = [each for each in found if each.form not in NEVER_FITTED]
    whole = EvidenceModel.read(fitted(may_fit, name))
    return {
        group: EvidenceModel.read(fitted([each for each in may_fit if each.group != group], name))
        if any(each.group == group for each in may_fit)
        else whole
        for group in groups
    }


Model = Callable[[Told], EvidenceModel]


def probability(each: Told, model: EvidenceModel) -> float:
    return probability_of(model.log_odds(each.family, each.features))


def is_decided(each: Told, model: EvidenceModel) -> bool:
    """Whether machines decide it, where nobody read it and they have earned it."""
    return each.may_decide and probability(each, model) >= POLICY.min_machine_probability


def report(name: str, found: Sequence[Told], model: Model) -> Iterator[str]:
    """What would be decided, by hand and condition, and every wrong one."""
    yield f"{name}: {len(found)} values"
    groups: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for each in found:
        groups[each.hand, "all"].append(each)
        groups[each.hand, each.condition].append(each)
    for (hand, condition), some in sorted(groups.items()):
        filled = [each for each in some if each.filled]
        decided = [each for each in some if is_decided(each, model(each))]
        wrong = sum(not each.right for each in decided)
        right = sum(each.right for each in filled)
        share = sum(each.filled for each in decided) / max(1, len(filled))
        most = exact_interval(wrong, len(decided))[1] if decided else 1.0
        yield (
            f"  {hand:6} {condition:12} {len(filled):6} filled, first right {right / max(1, len(filled)):.3f}, "
            f"decided {share:.3f}, wrong {wrong} of {len(decided)} (at most {most:.2%})"
        )
    for each in found:
        if is_decided(each, model(each)) and not each.right:
            stated = probability(each, model(each))
            yield f"    wrong: {each.page} {each.key} {stated:.4f}, {each.engines} engines"


def shipped(found: Iterable[Told], model: Model) -> dict[str, list[float]]:
    """(wrong, of so many) of what machines decide, by how many engines say it: for each family the same."""
    count: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for each in found:
        if is_decided(each, model(each)):
            ground = "engines agree" if each.engines > 1 else "one engine"
            count[ground] += 1
            wrong[ground] += not each.right
    return {f"{family}: {how}": [float(wrong[how]), float(count[how])] for family in FAMILIES for how in count}


if __name__ == "__main__":
    main()
