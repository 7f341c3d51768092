"""Work on untrusted or runaway input, in child processes with limits."""

from transcribe.sandbox.decoding import WorkerPool, check, decode, serve
from transcribe.sandbox.limits import Limits

__all__ = ["Limits", "WorkerPool", "check", "decode", "serve"]
