"""Has OpenTelemetry's own library trace requests, and tells nothing of people.

Where traces go, how many are kept and what this service is called say OpenTelemetry's variables (OTEL_...).
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status

from transcribe.review import REQUEST_ID_HEADER

TOLD = frozenset(
    "http.method http.request.method http.route http.status_code http.response.status_code"
    " http.response.header.x_request_id".split()
)
"""The attributes of spans that leave the house, by their old and new names.

Others have addresses as they were asked for, such as links to sign in, or the addresses of clients.
"""


class DiscreetExporter(SpanExporter):
    """Leaves out of each span what is not `TOLD`, and errors with their words, before another one exports it."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export these spans."""
        return self._exporter.export([*map(_discreet, spans)])

    def shutdown(self) -> None:
        """End."""
        self._exporter.shutdown()


def _discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name in TOLD},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def trace_pages(app: FastAPI) -> None:
    """Trace the requests of an app."""
    named = Resource({"service.name": "fairhand"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(DiscreetExporter(OTLPSpanExporter())))
    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=provider,
        exclude_spans=["receive", "send"],
        http_capture_headers_server_response=[REQUEST_ID_HEADER],
    )
