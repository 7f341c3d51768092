"""What engines have read, SIFT has seen and decoders have decoded in a run of the tests, kept for the next that asks.

Many tests take the same photographs in and ask what becomes of their words. The first of them has the engines read
them. `make soak` has them read each time, and so have the tests of the engines and every command started anew.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transcribe.ocr.engines.tesseract import Tesseract
from transcribe.registration import matching
from transcribe.sandbox import WorkerPool, decoding

if TYPE_CHECKING:
    from transcribe.model import Picture, Word
    from transcribe.sandbox.limits import Limits


@dataclass(frozen=True)
class Readings:
    """A folder with one file for each question that an engine has answered. Its failures are not kept."""

    folder: Path

    def answer(self, question: object, ask: Callable[[], Any]) -> Any:
        """What the engine answers to this question: from the folder, or from the engine itself."""
        kept = self.folder / hashlib.sha256(pickle.dumps(question)).hexdigest()
        try:
            return pickle.loads(kept.read_bytes())  # noqa: S301 - the tests wrote it
        except FileNotFoundError:
            given = ask()
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as written:
            written.write(pickle.dumps(given))
        Path(written.name).replace(kept)
        return given


def keep_readings(folder: Path, put: Callable[[type, str, object], None] = setattr) -> None:
    """Have the engines of this process answer from a folder what they, or another process, answered before.

    A test in whose own process that is done gives the `put` of what undoes it.
    """
    readings, read, call = Readings(folder), Tesseract._read, WorkerPool.call

    def kept_read(self: Tesseract, picture: Picture, languages: Sequence[str], more: str = "") -> list[Word]:
        question = (
            self.name,
            self.version,
            tuple(languages),
            more,
            picture.shape,
            picture.dtype.str,
            picture.tobytes(),
        )
        found: list[Word] = readings.answer(question, lambda: read(self, picture, tuple(languages), more))
        return found

    def kept_call(self: WorkerPool, request: object, longer: float = 1.0) -> object:
        return readings.answer((self.module, request), lambda: call(self, request, longer))

    put(Tesseract, "_read", kept_read)
    put(WorkerPool, "call", kept_call)


def keep_features(folder: Path) -> None:
    """Have this process take from a folder what SIFT saw before on the same picture, here or in another process."""
    readings, detected = Readings(folder), matching._detected

    def kept(picture: Picture, count: int) -> Any:
        question = ("SIFT", count, picture.shape, picture.dtype.str, picture.tobytes())
        return readings.answer(question, lambda: detected(picture, count))

    vars(matching)["_detected"] = kept


def keep_decoded(folder: Path) -> None:
    """Have this process take from a folder the pixels of files that were decoded before; a refusal is not kept."""
    readings, ask = Readings(folder), decoding._ask

    def kept(wish: dict[str, Any], content: bytes, limits: Limits) -> Any:
        question = ("decoded", sorted(wish.items()), content, asdict(limits))
        return readings.answer(question, lambda: ask(wish, content, limits))

    vars(decoding)["_ask"] = kept


def folder_of_run(base: Path) -> Path:
    """The folder of readings that all workers of a run share; `base` is where pytest puts the files of this one."""
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "readings"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
