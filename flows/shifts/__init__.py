"""Shifts: a process claims scans that are to be read, some at a time, and reads them; any number do so at once."""

from flows.shifts.shift import LOOK_SECONDS, Outcome, Shift, work_shift

__all__ = ["LOOK_SECONDS", "Outcome", "Shift", "work_shift"]
