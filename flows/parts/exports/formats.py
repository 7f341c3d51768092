"""The formats of exports that the part brings, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from flows.home import Home
from flows.house import WholeExport
from flows.parts.exports import data_package, order_x, parquet, readings, training_pairs
from reconcile.records import Export


def formats() -> Mapping[str, Export | WholeExport]:
    """The export of each format, by name."""
    return {
        "parquet": parquet,
        "datapackage": WholeExport(write=_package, fills_folder=True),
        "readings": _of_home(readings.write, fills_folder=False),
        "training": _of_home(training_pairs.write, fills_folder=True),
        "order-x": _of_home(order_x.write, fills_folder=True),
    }


def _package(records: Path, home: Callable[[], Home], form: str, out: Path) -> int:
    return data_package.write_package(records, form, out)


def _of_home(write: Callable[[Home, str, Path], int], *, fills_folder: bool) -> WholeExport:
    return WholeExport(write=lambda _, home, form, out: write(home(), form, out), fills_folder=fills_folder)
