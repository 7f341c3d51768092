"""How long a test waits for a matter of moments: only whether it ends is asked, never how soon."""

import psutil

PATIENCE = 240.0
"""Seconds, for a machine that does much else at the same time. Chosen by hand."""


def ended(process: psutil.Process) -> bool:
    """Whether a process has ended, also where it ends between two questions."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
