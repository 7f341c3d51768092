"""What Crowd-Kit's methods need for the same fields on the same core: fields a second, and how many are right."""

from __future__ import annotations

import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy
from numpy.typing import NDArray

from reconcile.inference.votes import votes
from tests.bench.generator import World
from tests.bench.generator.paper import reading
from tests.bench.reconciling.majority import spots
from tests.bench.rows import Row

Said = list[tuple[int, str, str]]
"""(item, source, comparable text) of every reading that has a text."""

WIDTH = 512
"""The length of the vectors that TextRASA compares texts by."""


def rows(world: World, sources: int) -> Iterator[Row]:
    """Each method on the first so many sources of every field, whose labels are comparable texts, as ours are."""
    said = _said(world, sources)
    truths = [spot.normal(item.written) for item, spot in spots(world)]
    methods: dict[str, Callable[[], Mapping[int, str]]] = {
        "MajorityVote": partial(majority_vote, said),
        "DawidSkene, 20 rounds": partial(dawid_skene, said),
        "ROVER, characters": partial(rover, said),
        "TextRASA, 10 rounds": partial(text_rasa, said),
    }
    for name, method in methods.items():
        started = time.process_time()
        try:
            found = method()
        except ModuleNotFoundError:
            yield Row(of="Crowd-Kit", figure="not installed: make .venv-bench/.ready")
            return
        took = time.process_time() - started
        right = sum(found.get(number, "") == truth for number, truth in enumerate(truths))
        yield Row(
            of=f"Crowd-Kit {name}: fields a second", figure=f"{len(truths) / took:.0f}, {right / len(truths):.4f} right"
        )


def majority_vote(said: Said) -> Mapping[int, str]:
    from crowdkit.aggregation import MajorityVote

    return dict(MajorityVote().fit_predict(_table(said, "label")))


def dawid_skene(said: Said) -> Mapping[int, str]:
    """It needs few classes: it gets each text's rank within its field."""
    from crowdkit.aggregation import DawidSkene

    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for item, _, text in said:
        counts[item][text] += 1
    texts = {item: sorted(count, key=lambda text: (-count[text], text)) for item, count in counts.items()}
    ranked = [(item, source, texts[item].index(text)) for item, source, text in said]
    found = DawidSkene(n_iter=20).fit_predict(_table(ranked, "label"))
    return {item: dict(enumerate(texts[item])).get(rank, "") for item, rank in found.items()}


def rover(said: Sequence[tuple[object, object, str]], split: Callable[[str], list[str]] = list, glue: str = "") -> Any:
    """By task what ROVER makes of texts, cut into characters or into words."""
    from crowdkit.aggregation import ROVER

    return dict(ROVER(split, glue.join).fit_predict(_table(said, "text")))


def text_rasa(said: Said) -> Mapping[int, str]:
    from crowdkit.aggregation import TextRASA

    return dict(TextRASA(encoder=_vector, n_iter=10).fit_predict(_table(said, "text"), None))


def _said(world: World, sources: int) -> Said:
    return [
        (item.number, vote.source, vote.says)
        for item, spot in spots(world)
        for vote in votes(
            spot, [reading(item, each, at) for at, each in enumerate(world.readings[item.number][:sources])]
        )
        if vote.null is None
    ]


def _table(said: Sequence[tuple[object, object, object]], third: str) -> object:
    import pandas

    return pandas.DataFrame(said, columns=["task", "worker", third])


def _vector(text: str) -> NDArray[numpy.float64]:
    """A text by its runs of one to three characters."""
    found = numpy.zeros(WIDTH)
    marked = f"^{text}$"
    for length in (1, 2, 3):
        for at in range(len(marked) - length + 1):
            found[zlib.crc32(marked[at : at + length].encode()) % WIDTH] += 1
    unit: NDArray[numpy.float64] = found / numpy.linalg.norm(found)
    return unit
