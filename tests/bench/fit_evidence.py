"""Fits what evidence is worth: `python -m tests.bench.fit_evidence [DUMP ...] [--from FOLDER ...] [--write|--back]`.

Without dumps those of `tests/bench/readings` count: readings of photographs that the project drew, and of receipts
(SROIE, ICDAR 2019, and receipts of Softmatic GmbH, both CC BY 4.0). Others are those of `bench_read --dump` and
`stored_readings --dump`. `--from` adds photographs with their `truth.jsonl`, as `stored_readings` takes them: they are
read, and proposed is a model that knows them, with what it would decide beside what today's does, on all sets.

The curves are fitted by logistic regression on steps between quantiles, each with the sign of its feature, and drawn to
nothing by a ridge. What is printed of a form, and of a tenth of the issuers of free layouts, is decided under what the
others teach. Forms that no fit may see are judged and never fitted. `--engine NAME` writes how an engine reads, which
is known before curves are fitted; `readings/three_engines` has photographs that EasyOCR's network read, too. `--write`
puts the curves and the tallies of what ships in their place, `--back` takes the last ones again.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy

from reconcile.algorithms import exact_interval
from reconcile.inference.calibration import probability_of
from reconcile.learning.learn import learn, machines_alone
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import evidence_model
from reconcile.parameters.evidence_model import SIGNS, EvidenceModel, shipped_models
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.shipped_data import CONTENT
from reconcile.policy import POLICY
from tests.bench import fit_first
from tests.bench.fit_first import FAMILIES
from tests.bench.stored_readings import photos_of, read_once, store_folder
from tests.bench.truth_results import NEVER_FITTED, facts_of, line_of, of_line
from tests.bench.world.forms import LAYOUTS, written
from tests.bench.world.photographs import cache_folder
from transcribe.model import FieldKey, Parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.float64]

STEP_COUNT = 6
"""A curve has at most so many steps, between quantiles of what it was fitted on."""

RIDGES = {"boxes": 0.3, "searched": 0.3}
"""How strongly the worth of each step is drawn to 0: one over its variance, in nats. Of 0.1, 0.3, 1 and 3 those with
the least loss on forms and issuers left out."""

LEAST_WORTH: Mapping[str, float] = {
    "near": 0.35,
    "place": 0.5,
    "pointless": 2.5,
    "torn class": 0.5,
    "broken": 1.0,
    "novel": 2.0,
    "shape": 0.7,
    "column": 4.0,
    "twin sign": 0.1,
    "faults": 2.0,
}
"""What a unit of a feature costs at least, in nats: laws of evidence that too few of the fitted values could show."""

SPANS: Mapping[str, tuple[float, float]] = {
    "share": (-9.2, 0.0),
    "torn class": (0.0, 10.0),
    "novel": (0.0, 10.0),
    "shape": (-20.0, 0.0),
    "column": (0.0, 4.0),
}
"""From where to where a feature has a curve at least, though no value of the fit has it: what `LEAST_WORTH` says holds
there."""

LEAST_SHARE = 0.5
"""Values with a smaller share are never decided: what they turn out to be must not bend the curves where it counts."""

MOST_STEPS, LEAST_PART, LEAST_MOVE = 300, 1e-6, 1e-5
"""The most Newton steps of a fit, the least part of one that is tried, and the move of a weight at which it ends."""

CURVE = (0.95, 0.98, 0.99, 0.995)
"""The probabilities from which on it is told what would be decided."""

TABLES = Path(evidence_model.__file__).with_name("evidence_model.json")
"""The tables that ship."""

JUDGE_ONLY = ("read_factures",)
"""Sets without a licence that allows it: figures are printed on them, and nothing that ships is fitted on them."""

OF_ENGINES = ("sources", "on_bad", "unrelated", "sure")
"""What ships of each engine by its name."""

READINGS = Path(__file__).parent / "readings"

TENTHS = 10
"""Documents of free layouts are left out by a tenth of their issuers; of their files where no truth names one."""

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
    parser.add_argument("dumps", nargs="*", type=Path)
    parser.add_argument("--from", dest="folders", nargs="+", type=Path, default=[], help="photographs with their truth")
    parser.add_argument("--engine", help="write how this engine reads, as these readings show, and fit nothing")
    parser.add_argument("--write", action="store_true", help="take what is proposed")
    parser.add_argument("--back", action="store_true", help="take what was there before the last --write")
    given = parser.parse_args()
    if given.back:
        for file in (TABLES, fit_first.TARGET):
            before_of(file).replace(file)
        return
    dumps = given.dumps or sorted(READINGS.glob("*.xz"))
    if given.engine:
        fit_first.write(with_engine(given.engine, dumps))
        return
    found = [each for dump in dumps for each in told_once(dump)]
    found += [each for folder in given.folders for each in told(read_folder(folder), folder.name)]
    tables: dict[str, Any] = {}
    tallies: dict[str, list[float]] = {}
    for name, now in shipped_models().items():
        some = [each for each in found if each.searched == (name == "searched")]
        models = left_out(some, name)
        print("\n".join(report(name, some, now, models)))
        tables[name] = fitted([each for each in some if may_be_fitted(each)], name)
        if name == "boxes":
            tallies = shipped(some, models)
    if given.write:
        for file in (TABLES, fit_first.TARGET):
            before_of(file).write_bytes(file.read_bytes())
        TABLES.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
        fit_first.write(CONTENT | {"shipped": tallies})


def with_engine(name: str, dumps: Iterable[Path]) -> dict[str, Any]:
    """What ships, with what these dumps teach of one engine: how often it errs, and what its confidence means."""
    every = [facts for dump in dumps for *_, facts in documents(lines_of(dump), dump.name.partition(".")[0])]
    ships: dict[str, Any] = CONTENT
    others = {part: _without(name, ships[part]) for part in OF_ENGINES}
    before = Parameters(version=0, content=ships | others)
    taught: dict[str, Any] = dict(learn([each for each in every if not each.form.free], before, POLICY).content)
    own = {part: {each: taught[part][each] for each in taught[part] if _is_of(name, each)} for part in OF_ENGINES}
    engines = sorted({*ships["shipped_engines"], name})
    return ships | {part: others[part] | own[part] for part in OF_ENGINES} | {"shipped_engines": engines}


def _is_of(engine: str, entry: str) -> bool:
    return entry.partition(",")[0] == engine


def _without(engine: str, entries: Mapping[str, Any]) -> dict[str, Any]:
    return {each: entries[each] for each in entries if not _is_of(engine, each)}


def before_of(file: Path) -> Path:
    """Where the last one of a file is kept."""
    return cache_folder() / f"{file.name}.before"


def read_folder(folder: Path) -> list[str]:
    """The photographs of a folder read, once for each reader, as lines of a dump."""
    return [line_of(read_once(photo, store_folder())) for photo in photos_of(folder)]


def told_once(dump: Path) -> list[Told]:
    """What the values of a dump are like, as today's code sees it: worked out now, or as it is kept."""
    code = sha256(dump.read_bytes())
    for file in sorted(Path(machines_alone.__code__.co_filename).parents[1].rglob("*.py")):
        code.update(file.read_bytes())
    kept = cache_folder() / "features" / f"{dump.name}.{code.hexdigest()[:12]}"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob(f"{dump.name}.*"):
            old.unlink()
        lines = [json.dumps(asdict(each), ensure_ascii=False) for each in told(lines_of(dump), dump.name)]
        kept.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [Told(**json.loads(line)) for line in kept.read_text(encoding="utf-8").splitlines()]


def lines_of(dump: Path) -> list[str]:
    """The lines of a dump, packed or not."""
    said = lzma.decompress(dump.read_bytes()) if dump.suffix == ".xz" else dump.read_bytes()
    return said.decode().splitlines()


def told(lines: Sequence[str], name: str) -> Iterator[Told]:
    """What the values of these lines of a dump are like."""
    learnt = read_parameters(shipped_parameters())
    for page, form, condition, hand, group, facts in documents(lines, name.partition(".")[0]):
        for each in machines_alone(facts, learnt, POLICY):
            if each.seen.features:
                ends_are_unsure = each.seen.searched and each.seen.family == "line text" and not each.seen.witness
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
                    may_decide=each.seen.may_decide_alone and not ends_are_unsure,
                    filled=bool(facts.truths[each.key].strip()),
                    features=dict(each.seen.evidence(each.share)),
                    share=each.share,
                    right=each.right,
                )


def documents(lines: Sequence[str], name: str) -> Iterator[tuple[str, str, str, str, str, ScanFacts]]:
    """(page, form, condition, hand, group, facts) of each document of a dump of either kind."""
    if '"cells"' in lines[0]:
        for read in map(of_line, lines):
            drawn = read.definition in LAYOUTS
            at = str(written(read.definition, cache_folder() / "forms")) if drawn else read.definition
            yield read.photo, read.form, read.condition, read.hand, read.form, facts_of(replace(read, definition=at))
        return
    for _, document in fit_first.read(lines):
        facts = document.facts
        page = facts.readings[0].scan
        tenth = f"tenth {crc32(facts.truths.get(ISSUER, page).casefold().encode()) % TENTHS}"
        hand = "typed" if document.typed else "other"
        yield page, facts.form.name, name, hand, tenth if facts.form.free else f"made {facts.form.name}", facts


def may_be_fitted(each: Told) -> bool:
    """Whether curves may be fitted on a value."""
    return each.form not in NEVER_FITTED and each.condition not in JUDGE_ONLY


def fitted(found: Sequence[Told], name: str) -> dict[str, Any]:
    """The tables of a model, as `EvidenceModel.read` takes them, fitted on these values."""
    found = [each for each in found if each.share >= LEAST_SHARE]
    families = sorted({each.family for each in found})
    columns: list[Numbers] = [numpy.array([float(each.family == family) for each in found]) for family in families]
    least_of: list[float | None] = [None] * len(families)
    knots: dict[str, list[float]] = {}
    for feature, sign in SIGNS.items():
        numbers = numpy.array([each.features[feature] for each in found])
        at = sorted({round(float(each), 3) for each in numpy.quantile(numbers, numpy.linspace(0, 1, STEP_COUNT + 1))})
        rare = numbers[numbers != numpy.median(numbers)]
        if len(at) <= 2 and len(rare):
            at = sorted({*at, *(round(float(each), 3) for each in numpy.quantile(rare, numpy.linspace(0, 1, 4)))})
        at = sorted({*at, *SPANS.get(feature, ())})
        if len(at) < 2:
            continue
        knots[feature] = at
        least = LEAST_WORTH.get(feature, 0.0)
        for left, right in pairwise(at):
            columns.append(sign * numpy.clip((numbers - left) / (right - left), 0.0, 1.0))
            is_below = feature == "share" and right <= 0.0  # what the channel finds unlikely is as unlikely
            least_of.append((1.0 if is_below else least) * (right - left))
    inputs = numpy.stack(columns, axis=1)
    outcomes = numpy.array([float(each.right) for each in found])
    start = numpy.array([0.0 if least is None else least for least in least_of])
    ridge = numpy.array([RIDGES[name] * (0.1 if least is None else 1.0) for least in least_of])

    bounds = numpy.array([-numpy.inf if each is None else each for each in least_of])
    weights = bounded_logistic(inputs, outcomes, start, ridge, bounds)
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


def bounded_logistic(inputs: Numbers, outcomes: Numbers, start: Numbers, ridge: Numbers, least: Numbers) -> Numbers:
    """The weights, none below `least`, that minimise the loss of logistic regression with a ridge around `start`.

    Newton's steps on the weights that no bound holds (D. P. Bertsekas, Projected Newton methods for optimization
    problems with simple constraints, SIAM Journal on Control and Optimization 20, 1982).
    """

    def loss(weights: Numbers) -> float:
        log_odds, away = inputs @ weights, weights - start
        return float(numpy.logaddexp(0.0, log_odds).sum() - outcomes @ log_odds + 0.5 * away @ (ridge * away))

    weights = numpy.maximum(start, least)
    for _ in range(MOST_STEPS):
        shares = 1.0 / (1.0 + numpy.exp(-numpy.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (shares - outcomes) + ridge * (weights - start)
        free = (weights > least) | (slope < 0)
        bend = (inputs[:, free].T * (shares * (1.0 - shares))) @ inputs[:, free] + numpy.diag(ridge[free])
        step = numpy.zeros_like(weights)
        step[free] = numpy.linalg.solve(bend, slope[free])
        before, part = loss(weights), 1.0
        while loss(numpy.maximum(weights - part * step, least)) > before and part > LEAST_PART:
            part /= 2
        after = numpy.maximum(weights - part * step, least)
        moved, weights = float(numpy.abs(after - weights).max()), after
        if moved < LEAST_MOVE:
            break
    return weights


def left_out(found: Sequence[Told], name: str) -> dict[str, EvidenceModel]:
    """The model of each group, fitted on the others; never on what no fit may see."""
    may_fit = [each for each in found if may_be_fitted(each)]
    whole = EvidenceModel.read(fitted(may_fit, name))
    return {
        group: EvidenceModel.read(fitted([each for each in may_fit if each.group != group], name))
        if any(each.group == group for each in may_fit)
        else whole
        for group in sorted({each.group for each in found})
    }


Model = Callable[[Told], EvidenceModel]


def probability(each: Told, model: EvidenceModel) -> float:
    return probability_of(model.log_odds(each.family, each.features))


def is_decided(each: Told, model: EvidenceModel) -> bool:
    """Whether machines decide it, where nobody read it and they have earned it."""
    least = POLICY.min_machine_probability if each.engines > 1 else POLICY.target
    return each.may_decide and probability(each, model) >= least


def report(name: str, found: Sequence[Told], now: EvidenceModel, models: Mapping[str, EvidenceModel]) -> Iterator[str]:
    """What would be decided of each hand and condition, by what ships now and by what is proposed, and what wrongly."""
    yield f"{name}: {len(found)} values"
    groups: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for each in found:
        groups[each.hand, "together"].append(each)
        groups[each.hand, each.condition].append(each)
    for (hand, condition), some in sorted(groups.items()):
        filled = max(1, sum(each.filled for each in some))
        right = sum(each.right for each in some if each.filled)
        today = decided(some, lambda each: now)
        said = decided(some, lambda each: models[each.group])
        yield (
            f"  {hand:6} {condition:12} {filled:6} filled, first right {right / filled:.3f}, "
            f"decided {share_of(today, filled)} -> {share_of(said, filled)}"
        )
    for least in CURVE:
        today = decided(found, lambda each: now, least)
        said = decided(found, lambda each: models[each.group], least)
        yield f"  from {least} on: {share_of(today, len(found))} -> {share_of(said, len(found))}"
    for each in decided(found, lambda each: models[each.group]):
        if not each.right:
            stated = probability(each, models[each.group])
            yield f"    wrong: {each.page} {each.key} {stated:.4f}, {each.engines} engines"


def decided(found: Iterable[Told], model: Model, least: float | None = None) -> list[Told]:
    """The values that machines would decide, by the policy or from this probability on."""
    if least is None:
        return [each for each in found if is_decided(each, model(each))]
    return [each for each in found if each.may_decide and probability(each, model(each)) >= least]


def share_of(found: Sequence[Told], of: int) -> str:
    """So many as a share, so many of them wrong, and the exact upper bound of that."""
    wrong = sum(not each.right for each in found)
    most = exact_interval(wrong, len(found))[1] if found else 1.0
    return f"{len(found) / max(1, of):.3f} ({wrong} wrong of {len(found)}, at most {most:.2%})"


def shipped(found: Iterable[Told], models: Mapping[str, EvidenceModel]) -> dict[str, list[float]]:
    """(wrong, of so many) of what machines decide, by how many engines say it: for each family the same."""
    count: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for each in decided(found, lambda each: models[each.group]):
        ground = "engines agree" if each.engines > 1 else "one engine"
        count[ground] += 1
        wrong[ground] += not each.right
    return {f"{family}: {how}": [float(wrong[how]), float(count[how])] for family in FAMILIES for how in count}


if __name__ == "__main__":
    main()
