"""Makes photographs of this world: `python -m tests.bench.world --out DIR [--conditions scan,edge] [--forms a,b]`."""

from __future__ import annotations

import argparse
import json
import shutil
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.bench.world import forms
from tests.bench.world.conditions import CONDITIONS
from tests.bench.world.photographs import HANDS, PASTED, photo, wishes


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="photographs, forms and truth.jsonl go here")
    parser.add_argument("--conditions", default=",".join(CONDITIONS))
    parser.add_argument("--forms", default=",".join(forms.LAYOUTS))
    parser.add_argument("--hands", default=",".join(HANDS), help=f"{PASTED!r} too: lines of the shared sets")
    parser.add_argument("--photos", type=int, default=1, help="for each condition and hand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    asked = list(
        wishes(given.conditions.split(","), given.hands.split(","), given.forms.split(","), given.photos, given.seed)
    )
    given.out.mkdir(parents=True, exist_ok=True)
    count: Counter[tuple[str, str]] = Counter()
    with ProcessPoolExecutor(given.workers) as pool, (given.out / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for made in pool.map(photo, asked):
            file = Path(made.file)
            shutil.copy(file, given.out / file.name)
            for part in (Path(made.definition), Path(made.definition).with_suffix(".png")):
                (given.out / "forms").mkdir(exist_ok=True)
                shutil.copy(part, given.out / "forms" / part.name)
            line = asdict(made) | {"file": file.name, "definition": f"forms/{Path(made.definition).name}"}
            truth.write(json.dumps(line, ensure_ascii=False) + "\n")
            count[made.condition, made.hand] += 1
    for (condition, hand), number in count.items():
        print(f"{condition:<10} {hand:<6} {number}")
    print(f"{sum(count.values())} photographs in {given.out}, their truth in {given.out / 'truth.jsonl'}")


if __name__ == "__main__":
    main()
