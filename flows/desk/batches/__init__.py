"""Batches: the table, one page each, what if the target moved, and a new one by upload."""
