"""The part `traces`: it watches the pages where OTEL_EXPORTER_OTLP_ENDPOINT names who collects traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import CONTRACT, HousePart

if TYPE_CHECKING:
    from fastapi import FastAPI

    from flows.home import Home


def watch(home: Home, app: FastAPI) -> None:
    """Trace the requests of an app, where somebody collects that."""
    if home.settings.collects_traces:
        from flows.parts.traces.traced_pages import trace_pages  # it takes memory

        trace_pages(app)


LIBRARIES = ("opentelemetry.instrumentation", "opentelemetry.sdk")

PART = HousePart(contract=CONTRACT, libraries=LIBRARIES, watch_pages=lambda: watch)
