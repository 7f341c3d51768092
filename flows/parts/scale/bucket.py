"""Files of the archive in a bucket of S3 or of what speaks as it does.

An object is there whole or not at all, and an answer of 200 says that it lasts. As the name is the content, writing it
twice changes nothing: so each file is simply written, which also makes it young again and puts right what was changed.
The library reads where it is, who we are and how it encrypts from the usual variables: AWS_ENDPOINT_URL, AWS_REGION,
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SERVER_SIDE_ENCRYPTION, AWS_SSE_KMS_KEY_ID.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Self, TypeVar

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from transcribe.archive_names import path_of
from transcribe.errors import ArchiveAway, ArchiveRefused, SettingsError

logger = logging.getLogger("fairhand.archive")

PATIENT_SECONDS = 180.0
"""The longest time in seconds to ask a silent bucket again. That is three times what a store is away for when it is
restarted. Chosen by hand."""

HURRIED_SECONDS = 4.0
"""So long does a page wait for it, or an open transaction. Chosen by hand."""

CONNECT_SECONDS = 3
"""So long is one attempt to reach it. Chosen by hand."""

ANSWER_SECONDS = 120
"""The longest time in seconds that one answer may take. It gives 100 MB on a line of 7 Mbit/s. Chosen by hand."""

FIRST_WAIT_SECONDS = 0.1
"""How long it waits before it asks again; then twice as long each time. Chosen by hand."""

LONGEST_WAIT_SECONDS = 5.0
"""The longest wait in seconds before the bucket is asked again. A store that is back is noticed soon. Chosen by hand.
"""

TOGETHER_COUNT = 8
"""So many files are written at once. Chosen by hand."""

UNVERSIONED = "null"
"""The version of what is written while a bucket's versioning is suspended: it is written over."""

WRONG_PART_REASON = "asked for a part of a file, it gives another one: it does not answer ranges as S3 does"
"""What is said of a store that does not give parts of files as it is asked."""

_ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*?))?/?")
_CODE = re.compile(r"<Code>(\w+)</Code>")

Answer = TypeVar("Answer")


class Bucket:
    """Keeps files as objects of a bucket, under the paths that they would have in a folder.

    It is spoken to unencrypted only where it is `plain`. SettingsError where `url` is no address of a bucket.
    """

    def __init__(self, url: str, *, plain: bool, seconds: float | None = None) -> None:
        seconds = PATIENT_SECONDS if seconds is None else seconds
        self._url, self._plain, self._seconds = url, plain, seconds
        self._tried, self._names_versions = False, False
        bucket, prefix = _parts_of(url)
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            client_options={
                "allow_http": plain,
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=min(ANSWER_SECONDS, 2 * seconds)),
            },
            retry_config={
                "max_retries": int(seconds / FIRST_WAIT_SECONDS),
                "retry_timeout": timedelta(seconds=seconds),
                "backoff": {
                    "init_backoff": timedelta(seconds=FIRST_WAIT_SECONDS),
                    "max_backoff": timedelta(seconds=min(LONGEST_WAIT_SECONDS, seconds / 4)),
                    "base": 2,
                },
            },
        )

    def hurried(self) -> Self:
        """The same bucket; who asks it is told after some seconds that it does not answer."""
        return (
            self
            if self._seconds == HURRIED_SECONDS
            else type(self)(self._url, plain=self._plain, seconds=HURRIED_SECONDS)
        )

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Write these files, several at once; ArchiveRefused where the bucket keeps old versions of them.

        The first time a file of chance is written before them, so that nothing of ours gets into such a bucket.
        """
        if contents and not self._tried:
            self.try_out()
        if len(contents) == 1:
            self._write(*next(iter(contents.items())))
            return
        with ThreadPoolExecutor(TOGETHER_COUNT) as writers:
            for _ in writers.map(self._write, contents.keys(), contents.values()):
                pass

    def read(self, sha256: str, start: int, end: int | None) -> bytes:
        """The bytes of a file from `start` to before `end`, to its end where that is None."""
        if start == end:
            self.written_at(sha256)
            return b""
        try:
            return self._read(sha256, start, end)
        except EOFError:  # it was cut: a folder gives nothing either
            return b""

    def _read(self, sha256: str, start: int, end: int | None) -> bytes:
        if end is None:
            content = self._asked(lambda: obstore.get(self._store, path_of(sha256)).bytes().to_bytes())
            return content[start:]
        content = self._asked(lambda: obstore.get_range(self._store, path_of(sha256), start=start, end=end).to_bytes())
        if len(content) > end - start:
            raise ArchiveAway(self._url, WRONG_PART_REASON)
        return content

    def has(self, sha256: str) -> bool:
        """Whether there is a file of this name."""
        with suppress(FileNotFoundError):
            self.written_at(sha256)
            return True
        return False

    def written_at(self, sha256: str) -> datetime:
        """When a file was last written."""
        return self._asked(lambda: obstore.head(self._store, path_of(sha256))["last_modified"])

    def files(self) -> Iterator[tuple[str, datetime]]:
        """Every file, with when it was last written."""
        pages = iter(obstore.list(self._store))
        while entries := self._asked(lambda: next(pages, None)):
            for entry in entries:
                yield entry["path"].rpartition("/")[2], entry["last_modified"]

    def erase(self, sha256: str) -> None:
        """Remove a file. Nothing happens where there is none."""
        with suppress(FileNotFoundError):
            self._asked(lambda: obstore.delete(self._store, path_of(sha256)))

    def try_out(self) -> None:
        """Write a file of chance, read it and parts of it, and erase it.

        ArchiveRefused where it gives something else, or where an old version of it is left.
        """
        content = secrets.token_bytes(16) + bytes(range(16))
        sha256 = hashlib.sha256(content).hexdigest()
        version = self._put(sha256, content)
        for start, end in ((0, None), (17, 18), (20, 32)):
            if self.read(sha256, start, end) != content[start:end]:
                raise ArchiveRefused(
                    f"The bucket of the archive ({self._url}) gives back other bytes than it was given."
                )
        self.erase(sha256)
        if version and self._has_version(sha256, version):
            raise self._keeps_versions()
        self._tried, self._names_versions = True, bool(version)

    def _has_version(self, sha256: str, version: str) -> bool:
        try:
            self._asked(lambda: obstore.get(self._store, path_of(sha256), options={"version": version}))
        except FileNotFoundError:
            return False
        return True

    def _write(self, sha256: str, content: bytes) -> None:
        if self._put(sha256, content) and not self._names_versions:
            self.erase(sha256)
            raise self._keeps_versions()

    def _put(self, sha256: str, content: bytes) -> str:
        """Write a file; gives the name of its version, "" where the bucket names none."""
        try:
            kept = self._asked(lambda: obstore.put(self._store, path_of(sha256), content, use_multipart=False))
        except FileNotFoundError as error:
            raise self._away(error) from error
        version = kept["version"] or ""
        return "" if version == UNVERSIONED else version

    def _keeps_versions(self) -> ArchiveRefused:
        return ArchiveRefused(
            f"The bucket of the archive ({self._url}) keeps old versions of what is in it, so that what is forgotten "
            "would stay there. Suspend its versioning, or name another bucket."
        )

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        """What the bucket answers. FileNotFoundError where it has no such file, ArchiveAway where it cannot say."""
        try:
            return ask()
        except FileNotFoundError as error:
            if _code(error) == "NoSuchBucket":
                raise self._away(error) from error
            raise
        except BaseError as error:
            if _code(error) == "InvalidRange":
                raise EOFError from error
            raise self._away(error) from error

    def _away(self, error: Exception) -> ArchiveAway:
        logger.debug("The bucket %s: %s", self._url, error)
        return ArchiveAway(self._url, _reason(error, plain=self._plain))


def _parts_of(url: str) -> tuple[str, str]:
    """The name of a bucket and the prefix of the files in it. SettingsError where the address is none."""
    match = _ADDRESS.fullmatch(url)
    prefix = (match["prefix"] or "") if match else ""
    if match is None or (prefix and any(part in ("", ".", "..") for part in prefix.split("/"))):
        raise SettingsError(
            f"{url} is no address of a bucket; FAIRHAND_ARCHIVE writes it s3://BUCKET or s3://BUCKET/PREFIX."
        )
    return match["bucket"], prefix


def _code(error: Exception) -> str:
    """The word that S3 has for an error; "" where it did not answer."""
    match = _CODE.search(str(error))
    return match[1] if match else ""


def _reason(error: Exception, *, plain: bool) -> str:
    """Why a bucket could not be asked, in words, with what to look at."""
    code, said = _code(error), str(error)
    if code == "NoSuchBucket":
        return "there is no bucket of this name"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return f"it refuses us ({code or 'no access'}): look at AWS_ACCESS_KEY_ID and at what that key may do"
    if any(each in said for each in ("NotPartial", "UnexpectedRange", "ContentRange")):
        return WRONG_PART_REASON
    if "169.254." in said or "credential" in said.lower():
        return "there are no credentials for it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    if not plain and "builder error" in said:
        return "its address is plain http, which is refused: use https, or set AWS_ALLOW_HTTP=true"
    return f"it answers {code}" if code else "it does not answer: look at AWS_ENDPOINT_URL and at the network"
