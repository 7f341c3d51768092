"""`fairhand serve`: the pages, the HTTP interface, and the process that reconciles."""

from flows.serving.serve import Serving

__all__ = ["Serving"]
