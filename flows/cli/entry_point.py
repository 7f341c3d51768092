"""The command line of the operator: `fairhand COMMAND`. Each file of this folder holds one group of commands."""

from __future__ import annotations

import os
import sys
import traceback

EXIT_CODE_OF_FAULT = 5
"""How a command ends that nobody has foreseen. Python's own 1 would say that the work was done."""

ONE_THREAD_VARIABLE = "OPENBLAS_NUM_THREADS"
"""Says in how many threads numpy multiplies; read where numpy is imported."""


def main() -> None:
    """Run the command line; it ends the process with an exit code.

    Numpy multiplies in one thread, unless the operator says otherwise: scans are read at the same time as it is, and
    matrices are small. Laying photographs onto their forms took 2.2 times the processor time in two threads.
    """
    os.environ.setdefault(ONE_THREAD_VARIABLE, "1")
    try:
        from flows.cli.app import run  # only here, so that a flow can import flows.cli without a command line

        run()
    except Exception:  # whatever it is: what starts commands is not to take it for a finding
        traceback.print_exc()
        sys.exit(EXIT_CODE_OF_FAULT)
