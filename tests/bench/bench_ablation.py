"""What each part of the model earns: the same worlds and the same machine readings without it, paired.

    python -m tests.bench.bench_ablation [--small] [--dump FILE.jsonl ...] [--only WORD ...] [--seeds N] [--workers N]

Worlds: made-up orders, usual and under noise x 2.5, seeds 301 on, worked on from a cold start (`bench_reconcile`): what
is lost of fields right, of honesty (Brier, expected calibration error), and how many more readings people give. Dumps
(`fit_first` says what they are) are readings of real engines: what machines decide alone, and what of it is wrong. Each
figure is the part's loss, the mean over seeds with the half width of a 95 % interval (Student's t over seeds, over
tenths of the files of a dump): positive where the part is worth something. "~" marks what is within its noise.
What is learnt as a store grows shows only in long worlds: known words earn nothing in 60 forms and 0.01 readings a
field in 334 (`--forms`).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any
from unittest.mock import patch

from reconcile.algorithms.metrics import calibration_error
from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.candidates import _repairs
from reconcile.inference.noisy_channel import flat_prior, flat_share, flat_word
from reconcile.inference.weigh import weigh
from reconcile.parameters import edit_path, misreading_probability, shipped
from reconcile.policy import POLICY
from tests.bench.fit_first import read
from tests.bench.generator import Shape, make
from tests.bench.generator.orders import HARD
from tests.bench.intervals import brier
from tests.bench.reconciling import online
from tests.bench.reconciling.worlds import effort, right, told
from transcribe.codes import Reason
from transcribe.model import Decision, Parameters

FIRST_SEED = 301
"""Neither developed on (1 to 36) nor reported (101 to 202)."""

STUDENT_T = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
"""The 97.5 % point of Student's t by the number of pairs."""

TENTHS = 10
"""A dump's files are compared in so many parts."""

Change = tuple[str, Any]
"""An attribute, "module:name", and what it is without the part; a callable in a list takes what it is with it."""

INFERENCE = "reconcile.inference"


def _without(*reasons: Reason) -> Callable[[Any], Any]:
    """`trouble_of` as it is, but for these troubles."""

    def ablated(trouble_of: Any) -> Any:
        return lambda *seen: "" if (found := trouble_of(*seen)) in reasons else found

    return ablated


def _no_lines(prefix: str) -> Callable[[Any], Any]:
    def ablated(parameters: Parameters) -> Parameters:
        content: dict[str, Any] = dict(parameters.content)
        lines = content["calibration"].items()
        content["calibration"] = {stage: line for stage, line in lines if not stage.startswith(prefix)}
        return Parameters(version=0, content=content)

    return ablated


def _one_line(parameters: Parameters) -> Parameters:
    content: dict[str, Any] = dict(parameters.content)
    lines = content["calibration"].items()
    content["calibration"] = {stage: {"a": line["a"], "b": line["b"]} for stage, line in lines}
    return Parameters(version=0, content=content)


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda _: lambda *seen, **more: value


def _flat_ratio(_: Any) -> Any:
    return lambda self, confidence, says: 1.0


def _unchanged(_: Any) -> Any:
    return lambda spot, weighed, *more: weighed


TROUBLE = f"{INFERENCE}.circumstances:trouble_of"
SHIPPED = "reconcile.parameters.shipped:_SHIPPED"

PARTS: Mapping[str, tuple[Change, ...]] = {
    **{
        f"trouble: {reason}": ((TROUBLE, _without(reason)),)
        for reason in (
            Reason.ROWS_MISSING,
            Reason.NOT_FITTING,
            Reason.NOT_FOUND,
            Reason.ILLEGIBLE,
            Reason.CROSSED_OUT,
            Reason.ANOTHER_DOCUMENT,
            Reason.UNLABELLED,
            Reason.HANDWRITING,
            Reason.ENGINES_DISAGREE,
            Reason.MISCOUNTED,
            Reason.FORMAT,
            Reason.SUMS,
            Reason.LOOKALIKE,
        )
    },
    "trouble: unsure on a bad page": ((f"{INFERENCE}.circumstances:is_unsure_on_bad_page", _constant(False)),),
    "trouble: extra decimals": ((f"{INFERENCE}.troubles:_has_extra_decimals", _constant(False)),),
    "trouble: a name with a small l": ((f"{INFERENCE}.troubles:_begins_small", _constant(False)),),
    "one sure engine": ((f"{INFERENCE}.circumstances:surest", _constant(0.0)),),
    "one sure engine: rivals": ((f"{INFERENCE}.corroboration:MIN_RIVAL_CONFIDENCE", 2.0),),
    "trouble: no point": ((f"{INFERENCE}.troubles:_may_lack_its_point", _constant(False)),),
    "stage: machines": ((SHIPPED, _no_lines("machines")),),
    "stage: machines in doubt": ((SHIPPED, _no_lines("machines in doubt")),),
    "stage: machines may not": ((SHIPPED, _no_lines("machines may not")),),
    "stage: searched": ((SHIPPED, _no_lines("searched")),),
    "stage: people": ((SHIPPED, _no_lines("people")),),
    "families": ((SHIPPED, _one_line),),
    "cap: nothing confirms it": ((f"{INFERENCE}.calibration:MAX_UNCONFIRMED_PROBABILITY", 1.0),),
    "floor: expert": ((f"{INFERENCE}.calibration:MIN_EXPERT_PROBABILITY", 0.0),),
    "careless people do not agree": ((f"{INFERENCE}.corroboration:MAX_CAREFUL_ERROR_SHARE", 1.0),),
    "witness: sums": ((f"{INFERENCE}.corroboration:MIN_VOUCHING_SUMS_FACTOR", 1e300),),
    "witness: check digit": ((f"{INFERENCE}.corroboration:_has_right_check_digit", _constant(False)),),
    "witness: known words": ((f"{INFERENCE}.corroboration:_has_known_words", _constant(False)),),
    "witness: unaccented rival": ((f"{INFERENCE}.corroboration:_has_unaccented_rival", _constant(False)),),
    "witness: format": ((f"{INFERENCE}.corroboration:_is_only_well_formed", _constant(False)),),
    "sums": ((f"{INFERENCE}.weigh:apply_rules", lambda _: lambda made, weighed, learnt: weighed),),
    "sums: broken share": ((f"{INFERENCE}.arithmetic:BROKEN_RULE_SHARE", 0.02),),
    "proposals": ((f"{INFERENCE}.candidates:MAX_PROPOSAL_COUNT", 0),),
    "proposals: repaired": ((f"{INFERENCE}.candidates:_repairs", _constant(())),),
    "proposals: their price": ((f"{INFERENCE}.posterior:PROPOSAL_LOG_FACTOR", 0.0),),
    "shared confusions": (("reconcile.parameters.confusions:SharedConfusions.share", _constant(0.0)),),
    "shared: unsure where misled": ((f"{INFERENCE}.posterior:UNSURE_RATIO_POWER", 0.0),),
    "shared: strays": ((f"{INFERENCE}.posterior:stray_share", _constant(0.0)),),
    "none of these": ((f"{INFERENCE}.candidates:NULL_LOG_PRIOR", -1e3),),
    "same error": ((f"{INFERENCE}.candidates:SAME_ERROR_PROBABILITY", 0.1),),
    "confidence": (("reconcile.parameters.source_model:SourceModel.ratio", _flat_ratio),),
    "channel: character confusions": (("reconcile.parameters.confusions:CharacterConfusions.share", _constant(0.02)),),
    "prior: faults": ((f"{INFERENCE}.prior:FAULT_LOG_FACTOR", 0.0),),
    "prior: recurring words": ((f"{INFERENCE}.prior:RECURRING_WORD_SHARE", 1e-9),),
    "prior: written without accents": ((f"{INFERENCE}.prior:UNACCENTED_SHARE", 1e-9),),
    "prior: blank by required": ((f"{INFERENCE}.prior:BLANK_LOG_PRIORS", {True: -1.2, False: -1.2}),),
    "long text by words": ((f"{INFERENCE}.weigh:is_long", _constant(False)),),
    "unanimous people": (("reconcile.decision.decide:_is_unanimous", _constant(False)),),
}
"""What is taken out, by name."""


@contextmanager
def without(part: str) -> Iterator[None]:
    """Runs what is inside without a part; with all of them for ""."""
    with ExitStack() as stack:
        for target, value in PARTS[part] if part else ():
            module, _, path = target.partition(":")
            *owners, name = path.split(".")
            owner: Any = import_module(module)
            for each in owners:
                owner = getattr(owner, each)
            if callable(value):
                value = value(getattr(owner, name))
            stack.enter_context(patch.object(owner, name, value))
        for cached in (misreading_probability, edit_path, _repairs, flat_word, flat_prior, flat_share):
            cached.cache_clear()
        yield


def in_world(part: str, number: int, *, hard: bool, forms: int) -> dict[str, float]:
    """Figures of one made-up world without a part. What is worth something is higher with it."""
    with without(part):
        shape = replace(HARD, forms=forms) if hard else Shape(forms=forms)
        outcomes = online.run(make(FIRST_SEED + number, shape), start=shipped.shipped_parameters())
    forecasts = told(outcomes)
    return {
        "right %": 100 * right(outcomes),
        "-Brier %": -100 * brier(forecasts),
        "-ECE %": -100 * calibration_error(forecasts),
        "-readings": -effort(outcomes),
    }


def in_dump(part: str, tenth: int, *, dump: str) -> dict[str, float]:
    """Figures of what machines decide alone on one tenth of the files of a dump."""
    fields, decided, wrong = 0, 0, 0
    with without(part):
        parameters = shipped.shipped_parameters()
        for number, document in read(Path(dump)):
            if number % TENTHS != tenth:
                continue
            spots = prepared(document.form).fields
            for each, posterior in weigh(document.form, document.readings, parameters, POLICY).items():
                if each not in document.truths:
                    continue
                answer = decide(document.form.field(each.name), posterior, POLICY)
                fields += 1
                if isinstance(answer, Decision):
                    decided += 1
                    spot = spots[each.name]
                    wrong += spot.normal(answer.text) != spot.normal(document.truths[each] or "")
    return {"-wrong %": -100 * wrong / max(1, fields), "decided %": 100 * decided / max(1, fields)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where parts are measured: what it is called, and a function from a part and a number to figures."""

    name: str
    count: int
    figures: Callable[[str, int], dict[str, float]]


def settings(forms: int, seeds: int, dumps: Iterable[str]) -> list[Setting]:
    return [
        Setting(name="usual", count=seeds, figures=partial(in_world, forms=forms, hard=False)),
        Setting(name="noise", count=seeds, figures=partial(in_world, forms=forms, hard=True)),
        *[Setting(name=Path(dump).stem, count=TENTHS, figures=partial(in_dump, dump=dump)) for dump in dumps],
    ]


def lost(with_it: Sequence[float], without_it: Sequence[float]) -> str:
    """The mean loss of a figure over pairs, with the half width of its interval; "~" where that is no loss."""
    pairs = [one - other for one, other in zip(with_it, without_it, strict=True)]
    half = STUDENT_T[len(pairs)] * stdev(pairs) / sqrt(len(pairs)) if len(pairs) > 1 else float("inf")
    mark = " " if abs(mean(pairs)) > half else "~"
    return f"{mark}{mean(pairs):+.3f} ({half:.3f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="two seeds of few forms, three parts: that it runs")
    parser.add_argument("--dump", action="append", default=[], help="machine readings with their truth")
    parser.add_argument("--only", action="append", default=[], help="only parts whose name has this")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--forms", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    parts = [part for part in PARTS if not asked.only or any(word in part for word in asked.only)]
    seeds, forms = (2, 6) if asked.small else (asked.seeds, asked.forms)
    places = settings(forms, seeds, asked.dump)
    jobs = [
        (part, place, number)
        for part in ("", *(parts[:3] if asked.small else parts))
        for place in places
        for number in range(place.count)
    ]
    with ProcessPoolExecutor(asked.workers) as pool:
        running = [(part, place.name, pool.submit(place.figures, part, number)) for part, place, number in jobs]
        found: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
        for part, place, future in running:
            found[part, place].append(future.result())
            if part and len(found[part, place]) == next(each.count for each in places if each.name == place):
                show(part, place, found["", place], found[part, place])
    return 0


def show(part: str, place: str, whole: Sequence[Mapping[str, float]], less: Sequence[Mapping[str, float]]) -> None:
    """One line of the table."""
    cells = [f"{name} {lost([each[name] for each in whole], [each[name] for each in less])}" for name in whole[0]]
    print(f"{part:<32} {place:<12} {'  '.join(cells)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
