"""Fonts that the project's own generator does not use: of Debian packages, and hand-like ones of npm's @fontsource."""

from __future__ import annotations

import subprocess
import tarfile
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import ImageFont

DEBIAN = Path("/usr/share/fonts")
PACKAGES = (
    "fonts-b612 fonts-cabin fonts-cantarell fonts-courier-prime fonts-ebgaramond fonts-inconsolata fonts-lato "
    "fonts-linuxlibertine fonts-open-sans fonts-roboto-unhinted fonts-sil-gentium"
)
"""The Debian packages with the fonts for print and typing; `sh deployments/system.sh bench` installs them."""

PRINT = {
    "sans": ("truetype/lato/Lato-Regular.ttf", "truetype/lato/Lato-Bold.ttf"),
    "open": ("truetype/open-sans/OpenSans-Regular.ttf", "truetype/open-sans/OpenSans-Bold.ttf"),
    "serif": ("opentype/linux-libertine/LinLibertine_R.otf", "opentype/linux-libertine/LinLibertine_RB.otf"),
    "garamond": ("opentype/ebgaramond/EBGaramond12-Regular.otf", "opentype/ebgaramond/EBGaramond12-Regular.otf"),
    "narrow": (
        "truetype/roboto/unhinted/RobotoCondensed-Regular.ttf",
        "truetype/roboto/unhinted/RobotoCondensed-Bold.ttf",
    ),
    "round": ("opentype/cantarell/Cantarell-VF.otf", "opentype/cantarell/Cantarell-VF.otf"),
}
"""What forms are printed in: plain and bold."""

TYPED = (
    "opentype/b612/B612-Regular.otf",
    "opentype/b612/B612Mono-Regular.otf",
    "opentype/cabin/Cabin-Regular.otf",
    "opentype/cantarell/Cantarell-VF.otf",
    "opentype/courier-prime/Courier Prime.otf",
    "opentype/courier-prime/Courier Prime Sans.otf",
    "opentype/linux-libertine/LinLibertine_R.otf",
    "truetype/gentium/Gentium-R.ttf",
    "truetype/inconsolata/Inconsolata.otf",
    "truetype/lato/Lato-Regular.ttf",
    "truetype/open-sans/OpenSans-Regular.ttf",
    "truetype/roboto/unhinted/RobotoCondensed-Regular.ttf",
)
"""What forms are filled in with by machine."""

HANDS = {
    # sizes that make their small letters alike, as a share of the usual one
    "architects-daughter": 0.95,
    "caveat": 1.3,
    "coming-soon": 0.95,
    "dekko": 1.1,
    "gaegu": 1.15,
    "gochi-hand": 1.1,
    "handlee": 1.05,
    "homemade-apple": 0.85,
    "indie-flower": 1.1,
    "just-another-hand": 1.55,
    "kalam": 0.95,
    "mali": 0.9,
    "neucha": 1.1,
    "nothing-you-could-do": 0.95,
    "patrick-hand": 1.1,
    "reenie-beanie": 1.55,
    "schoolbell": 1.05,
    "shadows-into-light": 1.1,
    "sue-ellen-francisco": 1.25,
}
"""Packages @fontsource/NAME of the npm registry, all under the SIL Open Font License 1.1 or the Apache License 2.0."""


@lru_cache(maxsize=256)
def debian(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font of a Debian package; what to install where it is missing."""
    path = DEBIAN / name
    if not path.is_file():
        raise SystemExit(f"The font {name} is missing. Install: sh deployments/system.sh bench ({PACKAGES})")
    return ImageFont.truetype(str(path), size)


@lru_cache(maxsize=512)
def sized(path: str, size: int) -> ImageFont.FreeTypeFont:
    """A font of a file."""
    return ImageFont.truetype(path, size)


def hand(name: str, cache: Path) -> Path:
    """The file of a hand-like font, fetched by npm and unpacked into `cache` where it is not there yet."""
    target = cache / "fonts" / f"{name}.ttf"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent) as folder:
            _unpack(_fetch(name, Path(folder)), target)
    return target


def _fetch(name: str, folder: Path) -> Path:
    """The package as npm packs it."""
    done = subprocess.run(
        ["npm", "pack", "--silent", f"@fontsource/{name}"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"npm could not fetch @fontsource/{name}: {done.stderr.strip()}")
    return folder / done.stdout.split()[-1]


def _unpack(packed: Path, target: Path) -> None:
    """The font and its licence out of a package: WOFF made into what FreeType reads for Pillow."""
    from fontTools.ttLib import TTFont

    folder = packed.parent
    with tarfile.open(packed) as files:
        files.extractall(folder, filter="data")
    font = TTFont(folder / "package" / "files" / f"{target.stem}-latin-400-normal.woff")
    font.flavor = None
    font.save(folder / target.name)
    (folder / "package" / "LICENSE").replace(target.with_suffix(".LICENSE"))
    (folder / target.name).replace(target)
