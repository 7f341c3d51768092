"""Makes the twelve sample photos in `cases/`, beside six real receipts: `python -m tests.bench.samples`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.orders import FORMS, series, write

CASES = Path(__file__).parents[1] / "cases"
SEED = 2025
SMALLER = 1.45
"""Phone photos of four megapixels instead of eight, so that the samples stay small."""


def main() -> None:
    """Make the photos anew and put their truth before that of the receipts."""
    receipts = [line for line in _lines() if line.get("form") == "receipt"]
    write(series(12, SEED, FORMS, ("flat", "phone"), ("typed", "block"), smaller=SMALLER), CASES)
    with (CASES / "truth.jsonl").open("a", encoding="utf-8") as truth:
        truth.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in receipts)


def _lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in (CASES / "truth.jsonl").read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
