"""What is decided of boxes to tick and to sign.

Photographs of the eight forms of `tests.bench.world` with 3,000 boxes of 1.8 to 8 mm, bare, ticked, ringed, struck out
and scribbled over, read and weighed as a scan is. What ink says is fitted on four of the forms (`fit_marks`), never on
the others. Beside it stands a peer: the share of dark pixels beyond the blank's, above the threshold at which it errs
least on the four.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path

import cv2
import numpy
from PIL import Image

from reconcile.algorithms import exact_interval
from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.plain_script import laid_on
from tests.bench.rows import Row, at_most
from tests.bench.truth_results import NOW
from tests.bench.world import definition, forms, marks
from tests.bench.world.conditions import CONDITIONS
from tests.bench.world.scene import Scene
from transcribe import ocr
from transcribe.forms import blank_grey, load
from transcribe.model import Decision, Form, Page, Picture, Scan, ScanPage
from transcribe.recognition.read import read

FITTED = ("fiche-atelier", "bestellschein", "hoja-de-pedido", "supply-request")
"""The forms that `fit_marks` may see."""

SEEN_IN = ("scan", "soft", "edge", "fold", "lowlight", "motion", "pencil", "tinted", "screen")
"""Conditions: each form is seen in PHOTOS of them, the next form in the next ones."""

PHOTOS, MOST_WRONG, SEED = 5, 3, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box: what was done to it, its width in mm, what was decided (None: asked), and how dark the peer sees it."""

    form: str
    condition: str
    place: tuple[int, ...]
    type: str
    kind: str
    wide: float
    truth: str
    said: str | None
    decided: str | None
    dark: float | None


def photograph(
    name: str, condition: str, seed: int, folder: Path, weights: Sequence[int] = marks.TICK_WEIGHTS
) -> tuple[Form, Picture, dict[str, str]]:
    """A form, a photograph of it, and what was done to each of its boxes, each of `marks.TICKS` as often."""
    chance = random.Random(f"{name}-{condition}-{seed}")
    sheet = marks.drawn(name, 1.5)
    done = marks.kinds(sheet, chance, weights)
    ink = numpy.asarray(marks.inked(sheet, done, chance), numpy.uint8)
    other = forms.drawn(chance.choice([each for each in forms.LAYOUTS if each != name]), 1.5)
    scene = Scene(
        chance=numpy.random.default_rng(chance.getrandbits(63)), sheet=sheet, truth=dict.fromkeys(done, ""), other=other
    )
    way = CONDITIONS[condition]
    picture = way.ink(numpy.asarray(sheet.picture), ink, scene)
    for step in way.steps:
        picture = step(picture, scene)
    saved = BytesIO()
    Image.fromarray(picture).save(saved, "JPEG", quality=way.quality)
    told = numpy.asarray(Image.open(saved), numpy.uint8)
    about = replace(forms.LAYOUTS[name].about, rules=())
    path = definition.write(about, marks.drawn(name), folder / f"{name}-{condition}-{seed}")
    return load(str(path)), told, done


def boxes(folder: Path, wish: tuple[str, str, int], weights: Sequence[int] = marks.TICK_WEIGHTS) -> list[Box]:
    """Every box of one photograph."""
    name, condition, seed = wish
    form, picture, done = photograph(name, condition, seed, folder, weights)
    scan = Scan(id=name, pages=(ScanPage(file=name, page=1),), form=form.name, form_version=form.version)
    found = read(scan, [Page(number=1, picture=picture)], form, [ocr.load("rapidocr", form.languages)], NOW)
    said = {each.key.name: each.text for each in found.readings}
    posteriors = weigh(form, found.readings, shipped_parameters(), POLICY)
    outcomes = {key.name: decide(form.field(key.name), each, POLICY) for key, each in posteriors.items()}
    dark = darkness(picture, form)
    return [
        Box(
            form=name,
            condition=condition,
            place=tuple(each.box),
            type=each.type,
            kind=done[each.name],
            wide=each.box.width / marks.PX_PER_MM,
            truth="true" if done[each.name] in marks.MARKED else "false",
            said=said.get(each.name),
            decided=outcome.text if isinstance(outcome := outcomes.get(each.name), Decision) else None,
            dark=dark.get(each.name),
        )
        for each in form.fields
        if each.box
    ]


def darkness(picture: Picture, form: Form) -> dict[str, float]:
    """The peer: the share of dark pixels in each box beyond that of the blank; nothing where the page is not laid."""
    blank = blank_grey(str(form.blanks[0].path))
    laid = laid_on(picture, numpy.repeat(blank[..., None], 3, 2))
    if laid is None:
        return {}
    page = cv2.cvtColor(laid, cv2.COLOR_BGR2GRAY)
    level = cv2.threshold(page, 0, 255, cv2.THRESH_OTSU)[0]
    shares: dict[str, float] = {}
    for each in form.fields:
        if each.box:
            dark = [float((some[each.box.slices] < limit).mean()) for some, limit in ((page, level), (blank, 128))]
            shares[each.name] = dark[0] - dark[1]
    return shares


def wishes(photos: int, names: Sequence[str], seed: int) -> Iterator[tuple[str, str, int]]:
    """The form, condition and seed of each photograph."""
    for place, name in enumerate(forms.LAYOUTS):
        for number in range(photos if name in names else 0):
            yield name, SEEN_IN[(place * photos + number) % len(SEEN_IN)], seed


def told(found: Sequence[Box]) -> Iterator[Row]:
    """What was decided, by forms and by what was done, with the exact bound of the share of wrong ones."""
    threshold = min(numpy.arange(0, 0.3, 0.005), key=lambda at: _peer_wrong(found, at))
    for title, some in (
        ("forms of the fit", [each for each in found if each.form in FITTED]),
        ("forms never fitted", [each for each in found if each.form not in FITTED]),
    ):
        decided = [each for each in some if each.decided is not None]
        wrong = sum(each.decided != each.truth for each in decided)
        yield Row(of=f"{title}: boxes", figure=str(len(some)))
        yield Row(of=f"{title}: decided", figure=f"{len(decided) / max(1, len(some)):.3f}")
        yield Row(of=f"{title}: wrong", figure=f"{wrong}, at most {100 * exact_interval(wrong, len(decided))[1]:.2f} %")
        peer = sum((each.dark or 0) > threshold for each in some if each.truth == "false")
        peer += sum((each.dark or 0) <= threshold for each in some if each.truth == "true")
        yield Row(of=f"{title}: dark pixels, all decided: wrong", figure=str(peer))
    groups = Counter((each.type, each.kind) for each in found)
    for (type_, kind), count in sorted(groups.items()):
        decided = [each for each in found if (each.type, each.kind) == (type_, kind) and each.decided is not None]
        wrong = sum(each.decided != each.truth for each in decided)
        yield Row(of=f"{type_}, {kind}: {count}, decided", figure=f"{len(decided) / count:.3f}, {wrong} wrong")
    for low, high in ((0, 3), (3, 5), (5, 12)):
        some = [each for each in found if each.type == "checkbox" and low <= each.wide < high]
        decided = [each for each in some if each.decided is not None]
        figure = f"{len(decided) / len(some):.3f}, {sum(each.decided != each.truth for each in decided)} wrong"
        yield Row(of=f"{low} to {high} mm: {len(some)}, decided", figure=figure)
    yield at_most("wrong of all", sum(each.decided not in (None, each.truth) for each in found), MOST_WRONG, 0)


def _peer_wrong(found: Sequence[Box], threshold: float) -> int:
    return sum(((each.dark or 0) > threshold) != (each.truth == "true") for each in found if each.form in FITTED)


def rows(small: bool) -> Iterator[Row]:
    """Photographs of every form, a few of its conditions each, read and decided."""
    asked = list(wishes(1 if small else PHOTOS, list(forms.LAYOUTS), SEED))
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        found = [each for some in pool.map(partial(boxes, Path(folder)), asked) for each in some]
    yield from (Row(of="wrong", figure=str(each)) for each in found if each.decided not in (None, each.truth))
    yield from told(found)
