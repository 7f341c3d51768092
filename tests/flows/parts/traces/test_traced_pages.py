"""Traces of the pages as a collector gets them: how long what took, by its id, and nothing of people."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.home import settings as configuration
from flows.home.home import Home, open_home
from flows.parts.traces.traces_part import watch
from flows.runtime.prefect_server import notice
from tests.flows.house import House, until
from tests.flows.serving.test_serve import signed_in

pytestmark = [pytest.mark.needs("all"), pytest.mark.timeout(300)]
NOWHERE = "http://127.0.0.1:9/api"


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """The address of something that collects traces, and what it was sent."""
    sent: list[bytes] = []

    class Collects(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collects) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()


@contextmanager
def served(house: House, home: Home) -> Iterator[str]:
    """The address of the pages of a running `serve`."""
    process = house.start("serve", "--port", "0")
    try:
        until(lambda: process.poll() is not None or "web" in notice(home.settings), 60)
        assert process.poll() is None, process.communicate()[1]
        yield notice(home.settings)["web"]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.promise("It never has an address as it was asked for")
def test_a_trace_has_the_route_and_the_id_and_nothing_of_people(tmp_path: Path) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    with ExitStack() as running:
        where, sent = running.enter_context(collector())
        traced = {
            "PREFECT_API_URL": f"{where}/no-prefect",
            "OTEL_EXPORTER_OTLP_ENDPOINT": where,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        home = running.enter_context(closing(open_home(configuration.load_settings(tmp_path))))
        address = running.enter_context(served(House(home=tmp_path, environment=traced), home))
        mina = running.enter_context(closing(signed_in(home, [address], "mina-quandary")))
        number = mina.get("/work", params={"note": "quandary"}).headers["x-request-id"]
        until(lambda: number.encode() in b"".join(sent), 30)
    spans, services = [], set()
    for body in sent:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            services |= {it.value.string_value for it in resource.resource.attributes if it.key == "service.name"}
            spans += [span for scope in resource.scope_spans for span in scope.spans]
    assert services == {"fairhand"}
    (asked,) = [span for span in spans if any(number in str(it.value) for it in span.attributes)]
    told = {it.key: it.value for it in asked.attributes}
    assert (asked.name, told["http.route"].string_value) == ("GET /work", "/work")
    assert "POST /in/{token}" in {span.name for span in spans}
    assert asked.end_time_unix_nano > asked.start_time_unix_nano
    assert b"quandary" not in b"".join(sent), "no address as it was asked for"
    assert b"127.0.0.1" not in b"".join(sent)


def test_where_no_collector_is_named_nothing_is_traced(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for of in ("", "TRACES_"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{of}ENDPOINT", raising=False)
    app = FastAPI()
    watch(rooms, app)
    assert not hasattr(app, "_is_instrumented_by_opentelemetry")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9/v1/traces")
    watch(rooms, app)
    assert vars(app)["_is_instrumented_by_opentelemetry"]
