"""Six ways in which a filled page becomes a picture: a flatbed, a copier, and a pinhole camera over bent paper."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import chdir
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cv2
import numpy
from numpy.typing import NDArray

from tests.bench.second_world.ink import SCALE, clouds

Picture = NDArray[Any]
Floats = NDArray[Any]

LONG_PX = 3000
"""The longer side of a photograph. Chosen by hand."""

FOCAL = 1.15
"""Focal length of the phone, in longer sides of its picture: some 28 mm of a full frame."""

STEP_PX = 12
"""Places of the paper are reckoned for every so manyth pixel of the photograph, and spread between them."""


class Surface(NamedTuple):
    """How a page lies: its height over the table, in parts of its longer side, and the light that its slopes lose."""

    height: Floats
    shade: Floats


def worn(page: Picture, made: numpy.random.Generator, *kinds: tuple[str, Mapping[str, Any]]) -> Picture:
    """The page as augraphy wears it, at 200 pixels an inch."""
    import augraphy  # of requirements-bench.lock

    seed = int(made.integers(2**31))
    random.seed(seed)
    numpy.random.seed(seed)
    cv2.setRNGSeed(seed)
    found: Any = cv2.resize(page, None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA)
    with TemporaryDirectory() as folder, chdir(folder):  # augraphy leaves pictures where it runs
        for name, options in kinds:
            done = numpy.asarray(getattr(augraphy, name)(p=1, **options)(found))
            found = numpy.repeat(done[..., None], 3, 2) if done.ndim == 2 else numpy.ascontiguousarray(done[..., :3])
    return numpy.asarray(found, numpy.uint8)


def flat(page: Picture, made: numpy.random.Generator) -> Picture:
    """A flatbed at 200 pixels an inch, in grey or colour, a little askew."""
    has_thin_ink = made.random() < 0.3
    found = worn(page, made, *[("Letterpress", {"value_threshold_range": (90, 120)})] * has_thin_ink)
    height, width = found.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), made.uniform(-0.9, 0.9), made.uniform(0.985, 1.0))
    lid = (int(made.integers(205, 250)),) * 3
    found = cv2.warpAffine(found, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=lid)
    found = cv2.GaussianBlur(found, (0, 0), made.uniform(0.4, 0.8))
    if made.random() < 0.5:
        found = numpy.repeat(cv2.cvtColor(found, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    return developed(found.astype(numpy.float32), made, noise=2.0)


def copy(page: Picture, made: numpy.random.Generator) -> Picture:
    """A copy of a copy that was faxed: one bit, dots gone and specks come."""
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("InkShifter", {}),
        ("DirtyScreen", {"n_clusters": (20, 40)}),
    )
    grey: Any = cv2.cvtColor(worn(page, made, *kinds), cv2.COLOR_RGB2GRAY).astype(numpy.float32)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), made.uniform(-1.4, 1.4), made.uniform(0.94, 0.98))
    grey = cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))
    grey = cv2.GaussianBlur(grey, (0, 0), made.uniform(0.6, 0.9)) + made.normal(0, 12, grey.shape)
    level = made.uniform(150, 185) + 40 * (clouds(made, grey.shape, 300) - 0.5)
    bits = numpy.where(grey > level, 255, 0).astype(numpy.uint8)
    bits[made.random(bits.shape) < 0.0003] = 0
    return numpy.repeat(bits[..., None], 3, 2)


def soft(page: Picture, made: numpy.random.Generator) -> Picture:
    """A phone in the light of a window."""
    return photographed(page, bent(page, made, 0.012), made, light=dim(page, made, 0.25), noise=3.0)


def hard(page: Picture, made: numpy.random.Generator) -> Picture:
    """A phone under a lamp: a steep fall of light, the shadow of a hand, a shine."""
    light = dim(page, made, 0.5)
    height, width = light.shape
    shadow = numpy.zeros_like(light)
    for _ in range(int(made.integers(1, 4))):
        middle = (made.uniform(0, width), made.choice((made.uniform(-0.1, 0.35), made.uniform(0.7, 1.1))) * height)
        axes = (made.uniform(0.06, 0.22) * width, made.uniform(0.15, 0.4) * height)
        box = (middle, axes, made.uniform(-50, 50))
        cv2.ellipse(shadow, box, 1.0, -1)
    light = light * (1 - made.uniform(0.35, 0.6) * cv2.GaussianBlur(shadow, (0, 0), made.uniform(3, 18)))
    y, x = numpy.mgrid[:height, :width]
    away = numpy.hypot(x - made.uniform(0.1, 0.9) * width, y - made.uniform(0.1, 0.9) * height) / width
    shine = made.uniform(30, 90) * numpy.exp(-((away / made.uniform(0.08, 0.16)) ** 2))
    return photographed(page, bent(page, made, 0.02), made, light=light, shine=shine.astype(numpy.float32), noise=3.5)


def crumpled(page: Picture, made: numpy.random.Generator) -> Picture:
    """A phone over paper that was folded twice and carried in a pocket."""
    y, x, (height, width) = coarse(page)
    folds = numpy.zeros((height, width), numpy.float32)
    for place, size in ((y, height), (x, width)):
        crease = made.uniform(0.42, 0.58) * size + made.uniform(-0.02, 0.02) * (x if place is y else y)
        folds += made.uniform(-0.05, 0.05) * numpy.abs(place - crease) / max(height, width)
    rough = cv2.GaussianBlur(clouds(made, (height, width), 26), (0, 0), 2) * made.uniform(0.004, 0.009)
    return photographed(page, surface(folds + rough, made, 3.2), made, light=dim(page, made, 0.3), noise=3.0)


def moved(page: Picture, made: numpy.random.Generator) -> Picture:
    """A phone that was moved, in the evening."""
    made_still = photographed(page, bent(page, made, 0.012), made, light=dim(page, made, 0.35) * 0.72, noise=6.0)
    length, angle = made.uniform(5, 12), made.uniform(0, numpy.pi)
    trail = numpy.zeros((31, 31), numpy.float32)
    reach = numpy.array((numpy.cos(angle), numpy.sin(angle))) * length / 2
    ends = numpy.round((15 + reach, 15 - reach)).astype(int)
    cv2.line(trail, ends[0].tolist(), ends[1].tolist(), 1.0, 1, cv2.LINE_AA)
    return cv2.filter2D(made_still, -1, trail / trail.sum())


def coarse(page: Picture) -> tuple[Floats, Floats, tuple[int, int]]:
    """The rows and columns of every eighth pixel of the page, and how many there are."""
    height, width = (round(side / 8) for side in page.shape[:2])
    y, x = numpy.mgrid[:height, :width].astype(numpy.float32)
    return y, x, (height, width)


def dim(page: Picture, made: numpy.random.Generator, share: float) -> Floats:
    """How much light falls on each eighth pixel of the page: less by up to this share, away from a lamp or window."""
    y, x, (height, width) = coarse(page)
    angle = made.uniform(0, 2 * numpy.pi)
    along = (x / width - 0.5) * numpy.cos(angle) + (y / height - 0.5) * numpy.sin(angle)
    uneven = 0.06 * (cv2.GaussianBlur(clouds(made, (height, width), 60), (0, 0), 20) - 0.5)
    return numpy.asarray(1 - share * (0.5 + along / 1.4) + uneven, numpy.float32)


def bent(page: Picture, made: numpy.random.Generator, reach: float) -> Surface:
    """Paper that rises along one wave."""
    y, x, (height, width) = coarse(page)
    angle, phase = made.uniform(0, numpy.pi), made.uniform(0, 2 * numpy.pi)
    along = (x * numpy.cos(angle) + y * numpy.sin(angle)) / max(height, width)
    return surface(made.uniform(0.2, 1) * reach * numpy.sin(made.uniform(2, 5) * along + phase), made, 1.2)


def surface(height: Floats, made: numpy.random.Generator, strength: float) -> Surface:
    """The paper with what its slopes lose of a light from one side."""
    slope_y, slope_x = numpy.gradient(height * max(height.shape))
    angle = made.uniform(0, 2 * numpy.pi)
    shade = 1 + strength * (slope_x * numpy.cos(angle) + slope_y * numpy.sin(angle))
    return Surface(height=height.astype(numpy.float32), shade=numpy.clip(shade, 0.5, 1.15).astype(numpy.float32))


def photographed(
    page: Picture,
    paper: Surface,
    made: numpy.random.Generator,
    light: Floats,
    noise: float,
    shine: Floats | None = None,
) -> Picture:
    """The paper on a table, as a phone sees it from above and a little aside."""
    height, width = page.shape[:2]
    lit = page.astype(numpy.float32) * cv2.resize(light * paper.shade, (width, height))[..., None]
    if shine is not None:
        lit = lit + cv2.resize(shine, (width, height))[..., None]
    size = (LONG_PX, round(LONG_PX * 0.75)) if height > width else (round(LONG_PX * 0.75), LONG_PX)
    place = seen_from(size, (height, width), paper.height, made)
    table = (made.uniform(50, 190) + made.uniform(-28, 28, 3)).astype(numpy.float32) * float(light.mean())
    streaks = cv2.resize(clouds(made, (size[0], 12), 2), (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    ground = table * (0.75 + 0.3 * streaks + 0.2 * clouds(made, size, 90))[..., None]
    laid = cv2.remap(lit, place[..., 0], place[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inside = (place[..., 0] > 0) & (place[..., 0] < width - 1) & (place[..., 1] > 0) & (place[..., 1] < height - 1)
    mask = cv2.GaussianBlur(inside.astype(numpy.float32), (0, 0), 1.2)[..., None]
    cast = 1 - 0.45 * cv2.GaussianBlur(inside.astype(numpy.float32), (0, 0), 14)[..., None]
    found = laid * mask + ground * cast * (1 - mask)
    found = cv2.GaussianBlur(found, (0, 0), made.uniform(0.7, 1.1))
    sharp = found + 0.5 * (found - cv2.GaussianBlur(found, (0, 0), 2.0))
    return developed(sharp * made.uniform(0.94, 1.03, 3), made, noise)


def seen_from(size: tuple[int, int], page: tuple[int, int], rise: Floats, made: numpy.random.Generator) -> Floats:
    """For each pixel of the photograph the place of the page that it shows: a pinhole, a lens that bends lines."""
    long, (high, wide) = max(page), size
    turns = numpy.radians(made.uniform((-11, -11, -4), (11, 11, 4)))
    spin = numpy.eye(3)
    for axis, turn in enumerate(turns):
        spin = cv2.Rodrigues(numpy.eye(3)[axis] * turn)[0] @ spin
    away, bend, focal = made.uniform(1.1, 1.24) * FOCAL, made.uniform(-0.06, 0.06), FOCAL * LONG_PX
    shift = made.uniform(-0.01, 0.01, 2) * LONG_PX

    def project(places: Floats) -> Floats:
        flat_x, flat_y = (places[..., 0] - page[1] / 2) / long, (places[..., 1] - page[0] / 2) / long
        at = [(places[..., k] * rise.shape[1 - k] / page[1 - k]).astype(numpy.float32) for k in (0, 1)]
        z = -cv2.remap(rise, at[0], at[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        x, y, z = numpy.moveaxis(numpy.stack((flat_x, flat_y, z), -1) @ spin.T, -1, 0)
        u, v = x / (z + away), y / (z + away)
        far = 1 + bend * (u * u + v * v)
        return numpy.stack((focal * u * far + wide / 2 + shift[0], focal * v * far + high / 2 + shift[1]), -1)

    corners = numpy.array(((0, 0), (page[1], 0), (page[1], page[0]), (0, page[0])), numpy.float32)
    back = cv2.getPerspectiveTransform(project(corners[None])[0].astype(numpy.float32), corners)

    def unprojected(seen: Floats) -> Floats:
        return cv2.perspectiveTransform(seen.reshape(1, -1, 2), back).reshape(seen.shape)

    rows, columns = numpy.mgrid[0 : high + STEP_PX : STEP_PX, 0 : wide + STEP_PX : STEP_PX]
    seen = numpy.stack((columns, rows), -1).astype(numpy.float64)
    place = aim = unprojected(seen)
    for _ in range(6):
        place = place + aim - unprojected(project(place))
    grown = cv2.resize(place.astype(numpy.float32), None, fx=STEP_PX, fy=STEP_PX, interpolation=cv2.INTER_LINEAR)
    half = STEP_PX // 2  # a coarse place lies in the middle of the pixels that it is spread over
    return grown[half : half + high, half : half + wide]


def developed(found: Floats, made: numpy.random.Generator, noise: float) -> Picture:
    """The picture with the grain of its sensor, more of it where there is light."""
    grain = (
        made.standard_normal(found.shape, numpy.float32) * noise * (0.5 + numpy.sqrt(numpy.clip(found, 0, 255) / 255))
    )
    return numpy.asarray(numpy.clip(found + grain, 0, 255), numpy.uint8)


CONDITIONS = {each.__name__: each for each in (flat, soft, hard, copy, crumpled, moved)}
"""What makes a picture of a page, by name."""
