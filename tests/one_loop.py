"""One event loop for all test clients of a process, as a server has one.

A client that has none makes one for each request, with threads of its own, each of which opens the database anew: a
page of the desk takes 11 ms of the processor so, and 4 ms where the loop is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.testclient import TestClient


@contextmanager
def shared_loop() -> Iterator[None]:
    """Have all clients that have no loop of their own use one, until the end; what then still runs in it is ended."""
    with start_blocking_portal("asyncio") as shared:

        @contextmanager
        def factory(client: TestClient) -> Iterator[BlockingPortal]:
            yield client.portal or shared

        own = vars(TestClient)["_portal_factory"]
        TestClient._portal_factory = factory  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            TestClient._portal_factory = own  # type: ignore[method-assign]
            shared.call(shared.stop, True)
