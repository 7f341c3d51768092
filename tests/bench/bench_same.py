"""The record that guards a rebuilding: `python -m tests.bench.bench_same --write FILE`, later `--against FILE`.

What the command gives is kept, line by line: `read` of 8 forms in 14 conditions and 2 hands and of the shared receipts
and invoices, `collection reconcile` of the shared readings of people, records and exports of the demo. Beside each
picture stands its hash. `--against` makes all of it anew and names every difference; exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.world.conditions import CONDITIONS
from tests.bench.world.forms import LAYOUTS
from tests.bench.world.photographs import HANDS, photo, wishes

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("FAIRHAND_SHARED_DATA", ROOT.parent / "shared" / "data"))
SEED = 43
DOCUMENTS = {
    "receipt": ("sroie", "receipts_de"),
    "facture": ("invoices_mixed", "factures_odoo_fr"),
}
"""The shared sets of documents, by the shipped form that reads them."""

PEOPLE = ("micropasts_cards/fields", "notes_from_nature/nfn_fields", "weather_detective/header_fields")
"""The shared sets of people's readings."""

PASSING = {"scan", "file", "files"}
"""Keys of an answer that tell where a file lies, or are of this run alone."""

AT_ONCE = 8
"""Pictures that one process reads: what it takes to start is small beside them, and both cores are busy to the end."""

Line = tuple[str, Any]
"""A name, and what the command said under it."""


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", type=Path, help="keep the record")
    what.add_argument("--against", type=Path, help="compare with a record")
    parser.add_argument("--small", action="store_true", help="one form in one condition, two documents, no demo")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    made = dict(_made(given.small, given.workers))
    if given.write:
        given.write.write_text("".join(json.dumps([*it], ensure_ascii=False) + "\n" for it in sorted(made.items())))
        print(f"{len(made)} lines kept")
        return 0
    kept = dict(json.loads(line) for line in given.against.read_text(encoding="utf-8").splitlines())
    differences = list(_differences(kept, made, given.small))
    print("\n".join([*differences, f"{len(differences)} differences in {len(made)} lines"]))
    return int(bool(differences))


def _made(small: bool, workers: int) -> Iterator[Line]:
    """Everything that is kept."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        fairhand = partial(_fairhand, Path(folder))
        jobs = [partial(_read, fairhand, form, some) for form, some in _parts(small)]
        jobs += [partial(_collected, fairhand, Path(folder), name) for name in PEOPLE[: 1 if small else None]]
        jobs += [] if small else [partial(_demo, fairhand, Path(folder))]
        for count, lines in enumerate(pool.map(lambda job: job(), jobs), 1):
            print(f"{count} of {len(jobs)}", file=sys.stderr)
            yield from lines


def _parts(small: bool) -> Iterator[tuple[str, Sequence[Path]]]:
    """Forms with some pictures that one process reads."""
    pictures: defaultdict[str, list[Path]] = defaultdict(list)
    forms = list(LAYOUTS)[: 1 if small else None]
    for condition in list(CONDITIONS)[: 1 if small else None]:
        for form in forms:
            for wish in wishes([condition], HANDS, [form], 1, SEED):
                made = photo(wish)
                pictures[made.definition].append(Path(made.file))
    for form, sets in DOCUMENTS.items():
        found = [each for name in sets for each in sorted((DATA / name / "images").iterdir())]
        pictures[form] += found[: 1 if small else None]
    for form, files in pictures.items():
        for start in range(0, len(files), AT_ONCE):
            yield form, files[start : start + AT_ONCE]


def _fairhand(folder: Path, *asked: str | Path) -> str:
    """What the command prints; its exit code tells of single files and is not looked at."""
    command = [sys.executable, "-m", "flows.cli", "--home", str(folder / "home"), *map(str, asked)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"OMP_THREAD_LIMIT": "1"}, capture_output=True, text=True, check=False
    )
    if not done.stdout:
        raise RuntimeError(f"{' '.join(command)} said nothing: {done.stderr}")
    return done.stdout


def _read(fairhand: partial[str], form: str, files: Sequence[Path]) -> list[Line]:
    said = fairhand("read", *files, "--form", form, "--json")
    hashes = {str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}
    scans = [json.loads(line) for line in said.splitlines()]
    return [(f"read {Path(it['file']).name}", {"picture": hashes.get(it["file"]), **_lasting(it)}) for it in scans]


def _collected(fairhand: partial[str], folder: Path, name: str) -> list[Line]:
    """The people's readings of a set, reconciled."""
    source, out = folder / f"{name.replace('/', '-')}.jsonl", folder / f"{name.replace('/', '-')}-out.jsonl"
    rows = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    source.write_text("".join(json.dumps(_item(row), ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    fairhand("collection", "reconcile", source, "--from", "jsonl", "--out", out)
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return [(f"{name} {it['item']} {it['field']}", it) for it in found]


def _item(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a shared set as `collection reconcile` takes it."""
    readings = [{"who": each.get("who"), "text": each["text"]} for each in row["readings"]]
    return {"item": str(row["item"]), "field": str(row.get("field", "text")), "readings": readings}


def _demo(fairhand: partial[str], folder: Path) -> list[Line]:
    """What the demo's records say, whoever was given which field first."""
    fairhand("demo", "--people", "simulated")
    truth = (ROOT / "tests" / "cases" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    home = partial(_fairhand, folder, "--home", folder / "home" / "demo-simulated")
    lines = []
    for form in sorted({json.loads(line)["form"] for line in truth}):
        for record in map(json.loads, home("records", "export", "--form", form).splitlines()):
            lines.append((f"demo {form} {record['name']}", _values(record)))
    return lines


def _values(record: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in record.items() if name in ("state", "values", "lines", "form")}


def _lasting(found: Any) -> Any:
    """An answer without what differs from one run to the next."""
    if isinstance(found, dict):
        return {key: _lasting(each) for key, each in found.items() if key not in PASSING}
    return [_lasting(each) for each in found] if isinstance(found, list) else found


def _differences(kept: dict[str, Any], made: dict[str, Any], small: bool) -> Iterator[str]:
    """Each line that is not as it was, with the places in it; where little was made, what is missing is not told."""
    for name in sorted(made if small else kept.keys() | made.keys()):
        if name not in kept or name not in made:
            yield f"{name}: {'new' if name not in kept else 'gone'}"
        elif kept[name] != made[name]:
            yield f"{name}: " + "; ".join(_places(kept[name], made[name]))


def _places(before: Any, after: Any, where: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _places(before.get(key), after.get(key), f"{where}.{key}" if where else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _places(
                *pair, f"{where}[{pair[0].get('name', number) if isinstance(pair[0], dict) else number}]"
            )
    elif before != after:
        yield f"{where} {before!r} -> {after!r}"


if __name__ == "__main__":
    sys.exit(main())
