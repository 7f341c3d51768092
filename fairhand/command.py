"""The command `fairhand`: it runs the packages of its own installation, whatever lies in the working folder."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line, also where a folder `flows` in the working folder or on the path would be taken for ours.

    Processes that it starts look neither into the working folder nor first into what PYTHONPATH names.
    """
    root = str(Path(__file__).parents[1])
    os.environ["PYTHONSAFEPATH"] = "1"
    if others := os.environ.get("PYTHONPATH"):
        os.environ["PYTHONPATH"] = os.pathsep.join((root, others))
    sys.path.insert(0, root)
    for package in ("transcribe", "reconcile", "flows"):
        importlib.import_module(package)  # what is known once is not looked for again
    sys.path.remove(root)
    from flows.cli import main as run

    run()
