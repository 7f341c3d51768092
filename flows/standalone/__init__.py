"""Work without a store: read files, reconcile readings."""

from flows.standalone.read_files import drawn_pages, read_files, reconcile_readings

__all__ = ["drawn_pages", "read_files", "reconcile_readings"]
