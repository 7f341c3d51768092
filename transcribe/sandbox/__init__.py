"""Work on untrusted or runaway input, in child processes with limits."""

from transcribe.sandbox.decoding import check, decode
from transcribe.sandbox.limits import Limits
from transcribe.sandbox.worker_pool import WorkerPool, serve

__all__ = ["Limits", "WorkerPool", "check", "decode", "serve"]
