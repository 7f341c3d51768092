"""What Crowd-Kit's methods need for the same fields on the same core: fields a second, and how many are right."""

from __future__ import annotations

import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

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
    """Each method on the first so many sources of every field. The labels are comparable texts, as ours are; methods
    that need few classes get each text's rank within its field instead."""
    try:
        from crowdkit.aggregation import ROVER, DawidSkene, MajorityVote, TextRASA
    except ModuleNotFoundError:
        yield Row(of="Crowd-Kit", figure="not installed: make .venv-bench/.ready")
        return
    said = _said(world, sources)
    truths = [spot.normal(item.written) for item, spot in spots(world)]
    ranked, meant = _ranked(said)
    methods: dict[str, Callable[[], dict[int, str]]] = {
        "MajorityVote": lambda: dict(MajorityVote().fit_predict(_table(said, "label"))),
        "DawidSkene, 20 rounds": lambda: {
            item: dict(enumerate(meant[item])).get(rank, "")
            for item, rank in DawidSkene(n_iter=20).fit_predict(_table(ranked, "label")).items()
        },
        "ROVER, characters": lambda: dict(ROVER(list, "".join).fit_predict(_table(said, "text"))),
        "TextRASA, 10 rounds": lambda: dict(
            TextRASA(encoder=_vector, n_iter=10).fit_predict(_table(said, "text"), None)
        ),
    }
    for name, method in methods.items():
        started = time.process_time()
        found = method()
        took = time.process_time() - started
        right = sum(found.get(number, "") == truth for number, truth in enumerate(truths))
        yield Row(
            of=f"Crowd-Kit {name}: fields a second", figure=f"{len(truths) / took:.0f}, {right / len(truths):.4f} right"
        )


def _said(world: World, sources: int) -> Said:
    return [
        (item.number, vote.source, vote.says)
        for item, spot in spots(world)
        for vote in votes(
            spot, [reading(item, each, at) for at, each in enumerate(world.readings[item.number][:sources])]
        )
        if vote.null is None
    ]


def _ranked(said: Said) -> tuple[list[tuple[int, str, int]], dict[int, list[str]]]:
    """The readings with each text's rank among those of its field, and the texts by rank."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for item, _, text in said:
        counts[item][text] += 1
    texts = {item: sorted(count, key=lambda text: (-count[text], text)) for item, count in counts.items()}
    return [(item, source, texts[item].index(text)) for item, source, text in said], texts


def _table(said: Sequence[tuple[int, str, object]], third: str) -> object:
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
