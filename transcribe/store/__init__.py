"""The state: the only SQL of it."""

from transcribe.store.state_store import open_store

__all__ = ["open_store"]
