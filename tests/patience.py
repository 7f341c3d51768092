"""How long a test waits for a matter of moments: only whether it ends is asked, never how soon."""

PATIENCE = 240.0
"""Seconds, for a machine that does much else at the same time. Chosen by hand."""
