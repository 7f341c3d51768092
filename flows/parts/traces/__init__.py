"""Traces of OpenTelemetry: how long requests take, told to who collects them."""

from flows.parts.traces.traces_part import PART

__all__ = ["PART"]
