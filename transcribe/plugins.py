"""Plugins: modules loaded by name from a folder, so that a new engine, field type or export is one new file."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from transcribe.errors import FairhandError, SettingsError


def names(package: str) -> tuple[str, ...]:
    """The plugins in a package's folder, in alphabetical order; files that begin with _ are none."""
    folder = importlib.import_module(package)
    found = (module.name for module in pkgutil.iter_modules(folder.__path__) if not module.name.startswith("_"))
    return tuple(sorted(found))


def load(package: str, name: str, *, error: type[FairhandError] = SettingsError) -> ModuleType:
    """The plugin of this name in a package; raises `error`, which lists the known names, where there is none."""
    known = names(package)
    if name not in known:
        what = package.rpartition(".")[2]
        raise error(f"There is no {name!r} among {what}. Use one of: {', '.join(known)}.")
    return importlib.import_module(f"{package}.{name}")
