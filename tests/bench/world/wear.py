"""Wear as augraphy makes it: bled and lacking ink, dirty rollers, stains of copies, folds, rough and tinted paper.

Of its default pipeline those parts that are wear, at their settings where a person can still read what is written, else
at weaker ones. What it draws over writing (scribbles, marked words) and what takes a page apart is left out.
"""

from __future__ import annotations

import random
from contextlib import chdir
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy

from tests.bench.world.scene import Picture, Scene


def worn(page: Picture, scene: Scene, share: float = 0.4) -> Picture:
    """The page worn, each kind of wear with this probability."""
    try:
        import augraphy
    except ImportError:
        raise SystemExit("augraphy is missing: `make bench-truth` installs it from requirements-bench.lock") from None
    seed = int(scene.chance.integers(2**31))
    random.seed(seed)
    numpy.random.seed(seed)
    cv2.setRNGSeed(seed)
    pipeline = augraphy.AugraphyPipeline(
        ink_phase=_ink(augraphy, share), paper_phase=_paper(augraphy, share), post_phase=_post(augraphy, share)
    )
    scale = 1 / scene.sheet.scale
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    with TemporaryDirectory() as folder, chdir(folder):  # augraphy leaves pictures where it runs
        made = numpy.asarray(pipeline(numpy.ascontiguousarray(small[..., ::-1])))
    made = cv2.resize(made, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_CUBIC)
    return numpy.repeat(made[..., None], 3, 2) if made.ndim == 2 else numpy.ascontiguousarray(made[..., 2::-1])


def _ink(made: Any, share: float) -> list[Any]:
    return [
        made.LinesDegradation(line_replacement_thickness=(1, 2), p=share / 2),
        made.InkBleed(
            intensity_range=(0.1, 0.2), kernel_size=random.choice([(5, 5), (3, 3)]), severity=(0.2, 0.4), p=share
        ),
        made.BleedThrough(
            intensity_range=(0.1, 0.3),
            color_range=(32, 224),
            ksize=(17, 17),
            sigmaX=1,
            alpha=0.12,
            offsets=(10, 20),
            p=share / 2,
        ),
        made.OneOf(
            [
                made.LowInkRandomLines(count_range=(3, 6), use_consistent_lines=True, noise_probability=0.1),
                made.LowInkPeriodicLines(count_range=(2, 5), period_range=(16, 32), noise_probability=0.1),
            ],
            p=share / 2,
        ),
        made.InkMottling(
            ink_mottling_alpha_range=(0.2, 0.3),
            ink_mottling_noise_scale_range=(2, 2),
            ink_mottling_gaussian_kernel_range=(3, 5),
            p=share / 2,
        ),
    ]


def _paper(made: Any, share: float) -> list[Any]:
    rough = made.NoiseTexturize(
        sigma_range=(3, 10),
        turbulence_range=(2, 5),
        texture_width_range=(300, 500),
        texture_height_range=(300, 500),
        p=1,
    )
    return [
        made.ColorPaper(hue_range=(0, 60), saturation_range=(10, 40), p=share),
        made.AugmentationSequence(
            [rough, made.BrightnessTexturize(texturize_range=(0.9, 0.99), deviation=0.03, p=1)], p=share
        ),
    ]


def _post(made: Any, share: float) -> list[Any]:
    return [
        made.OneOf(
            [
                made.DirtyDrum(
                    line_width_range=(1, 4),
                    line_concentration=0.05,
                    direction=random.randint(0, 1),
                    noise_intensity=0.4,
                    noise_value=(140, 224),
                    ksize=(3, 3),
                    sigmaX=0,
                ),
                made.DirtyRollers(line_width_range=(8, 32), scanline_type=0),
            ],
            p=share,
        ),
        made.OneOf([made.Brightness(brightness_range=(0.85, 1.05)), made.Gamma(gamma_range=(0.8, 1.1))], p=share),
        made.BadPhotoCopy(
            noise_type=random.choice([1, 2, 5]),
            noise_iteration=(1, 1),
            noise_size=(1, 2),
            noise_value=(150, 220),
            noise_sparsity=(0.2, 0.4),
            noise_concentration=(0.05, 0.2),
            blur_noise=True,
            p=share / 2,
        ),
        made.Folding(
            fold_count=random.randint(1, 3),
            fold_noise=0.05,
            gradient_width=(0.1, 0.2),
            gradient_height=(0.002, 0.006),
            p=share,
        ),
        made.OneOf([made.SubtleNoise(subtle_range=random.randint(5, 10)), made.Jpeg(quality_range=(25, 95))], p=share),
    ]
