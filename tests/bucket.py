"""A store of buckets on this machine: `moto`, which speaks as S3 does and keeps everything in memory."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

ACCESS = {"AWS_ACCESS_KEY_ID": "of-a-test", "AWS_SECRET_ACCESS_KEY": "of-a-test", "AWS_REGION": "us-east-1"}
"""What a program says to be let in; moto lets everybody in who says something."""


@dataclass
class BucketServer:
    """A server that can be stopped and started again: what was in its buckets is there then."""

    port: int = 0
    _running: Any = None

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables of the environment with which its buckets are found."""
        return {**ACCESS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}

    def start(self) -> None:
        """Begin to answer, at the same port as before."""
        from moto.server import ThreadedMotoServer  # takes a second

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._running = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._running.start()
        self.port = self._running.get_host_and_port()[1]

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._running is not None:
            self._running.stop()
        self._running = None

    def bucket(self) -> str:
        """The name of a new bucket."""
        name = f"pictures-{secrets.token_hex(4)}"  # all servers of a process share what they keep
        self.client().create_bucket(Bucket=name)
        return name

    def client(self) -> Any:
        """Another program's view of the buckets."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=ACCESS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ACCESS["AWS_SECRET_ACCESS_KEY"],
            region_name=ACCESS["AWS_REGION"],
        )

    def objects(self, bucket: str) -> dict[str, int]:
        """Every object in a bucket with its size, as another program sees it."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {each["Key"]: each["Size"] for page in pages for each in page.get("Contents", ())}


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    """A server of buckets that is gone afterwards."""
    server = BucketServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
