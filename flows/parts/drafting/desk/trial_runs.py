"""Trials of drafts: a few files are read beside the pages, one trial at a time; what came out is kept for a while."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flows.desk import Visit
from flows.home import Settings, require_room, temporary_folder
from flows.parts.drafting.draft_files import Draft
from flows.parts.drafting.trial import TriedScan, try_form
from transcribe.errors import FairhandError

logger = logging.getLogger("fairhand.desk")

MOST_KEPT = 8
"""The most trials that are kept, the latest ones: each holds the pictures of five pages or more. Chosen by hand."""

_one_reads = threading.Lock()
"""One trial reads at a time: machines that read take whole cores, and people's pages come first."""


@dataclass(kw_only=True)
class Trial:
    """The trial of a draft on some files. `digest` is of the text that was tried; `problem` says why it ended early."""

    digest: str
    begun_at: datetime
    files: Sequence[str]
    done: int = 0
    scans: Sequence[TriedScan] = field(default_factory=list)
    problem: str = ""
    runs: bool = True


def trial_of(visit: Visit, name: str) -> Trial | None:
    """The latest trial of a draft; None where there is none."""
    found = visit.kept.get(_key(name))
    return found if isinstance(found, Trial) else None


def begin_trial(visit: Visit, draft: Draft, gather: Callable[[Path], Sequence[Path]]) -> None:
    """Have a draft tried on the files that are gathered into a folder, which is thrown away with them afterwards."""
    require_room(visit.home.settings)
    held = ExitStack()
    folder = held.enter_context(temporary_folder(visit.home.settings))
    try:
        files = gather(folder)
        copy = folder / "form"
        shutil.copytree(draft.path.parent, copy)  # what is tried stays as it is, whatever is saved meanwhile
    except BaseException:
        held.close()
        raise
    trial = Trial(digest=draft.digest, begun_at=visit.now, files=[each.name for each in files])
    visit.kept.pop(_key(draft.name), None)
    visit.kept[_key(draft.name)] = trial
    older = [key for key, each in visit.kept.items() if isinstance(each, Trial)][:-MOST_KEPT]
    for key in older:
        visit.kept.pop(key, None)
    definition = copy / draft.path.name
    threading.Thread(target=_run, args=(visit.home.settings, trial, definition, files, held), daemon=True).start()


def forget_trial(visit: Visit, name: str) -> None:
    """Forget the latest trial of a draft."""
    visit.kept.pop(_key(name), None)


def _run(settings: Settings, trial: Trial, definition: Path, files: Sequence[Path], held: ExitStack) -> None:
    def progress(done: int, _all: int) -> None:
        trial.done = done

    try:
        with _one_reads:
            trial.scans = try_form(settings, definition, files, progress)
    except FairhandError as error:
        trial.problem = str(error)
    except Exception as error:
        logger.error("A trial failed: %s", type(error).__name__, exc_info=error)
        trial.problem = "It could not be tried. The log of the program says why."
    finally:
        trial.runs = False
        held.close()


def _key(name: str) -> tuple[str, str]:
    return "trial", name
