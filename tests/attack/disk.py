"""A disk that forgets: what a traced program wrote, and the folder that a power cut at some moment would have left.

Written and not synced is kept or dropped by lot, sector by sector; names that were made, moved or removed in a folder
that was not synced since are dropped from some name on. So does any disk under any of the usual file systems, or worse.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR_BYTES = 4096
"""What is written at once or not at all. SQLite and we rely on no more than a checksum over it."""

CALLS = "openat,write,pwrite64,fsync,fdatasync,ftruncate,/^rename,/^link,/^unlink,/^mkdir"
"""The system calls that change files or have them on disk."""

_CALL = re.compile(r"(\w+)\((.*)\) += \d+(?:<.*>)?$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OPENED = re.compile(r"^(\d+)<([^>]*)>")


@dataclass(frozen=True, slots=True)
class Event:
    """One call: what it did, to which paths, with which bytes, where."""

    call: str
    path: str = ""
    other: str = ""
    content: bytes = b""
    at: int = -1


def events(trace: Path, place: Path) -> Iterator[Event]:
    """The calls of a trace that concern a folder, and what was written to standard output."""
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _CALL.match(line)
        if found is None:
            continue
        call, arguments = found.groups()
        texts = [bytes.fromhex(each.replace("\\x", "")) for each in _TEXT.findall(arguments)]
        opened = _OPENED.match(arguments)
        if call in ("write", "pwrite64") and arguments.startswith("1<"):
            yield Event("said", content=texts[0])
        elif opened is not None:
            path = bytes.fromhex(opened[2].replace("\\x", "")).decode() if "\\x" in opened[2] else opened[2]
            if not path.startswith(str(place)) and path != str(place.parent):
                continue
            last = arguments.rpartition(", ")[2]
            if call == "pwrite64":
                yield Event("write", path, content=texts[0], at=int(last))
            elif call == "write":
                yield Event("write", path, content=texts[0], at=-1)
            elif call == "ftruncate":
                yield Event("truncate", path, at=int(last))
            elif call in ("fsync", "fdatasync"):
                yield Event("sync", path)
        elif texts:
            paths = [each.decode() for each in texts]
            if not paths[0].startswith(str(place)):
                continue
            if call == "openat":
                if "O_CREAT" in arguments or "O_TRUNC" in arguments:
                    yield Event("create", paths[0], at=0 if "O_TRUNC" in arguments else -1)
            elif call.startswith("unlink"):
                yield Event("unlink", paths[0])
            elif call.startswith("mkdir"):
                yield Event("mkdir", paths[0])
            else:
                yield Event("rename" if call.startswith("rename") else "link", paths[0], paths[1])


@dataclass(slots=True)
class Content:
    """The bytes of one file: those on disk, and the changes since, in order."""

    disk: bytearray = field(default_factory=bytearray)
    seen: bytearray = field(default_factory=bytearray)
    changes: list[tuple[int, bytes | None]] = field(default_factory=list)

    def change(self, at: int, content: bytes | None) -> None:
        at = len(self.seen) if at < 0 else at
        _changed(self.seen, at, content)
        self.changes.append((at, content))

    def sync(self) -> None:
        self.disk = bytearray(self.seen)
        self.changes = []

    def left(self, chance: random.Random, share: float) -> bytes:
        """What a power cut leaves, where about this share of the changes had reached the disk."""
        left = bytearray(self.disk)
        for at, content in self.changes:
            if content is None:
                if chance.random() < share:
                    _changed(left, at, None)
                continue
            for start in range(0, len(content), SECTOR_BYTES):
                if chance.random() < share:
                    _changed(left, at + start, content[start : start + SECTOR_BYTES])
        return bytes(left)


def _changed(content: bytearray, at: int, new: bytes | None) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    if new is None:
        del content[at:]
    else:
        content[at : at + len(new)] = new


@dataclass(slots=True)
class Disk:
    """Files by path, as programs see them, and as they would be found after a power cut."""

    place: Path
    seen: dict[str, Content | None] = field(default_factory=dict)
    kept: dict[str, Content | None] = field(default_factory=dict)
    pending: dict[str, list[dict[str, Content | str | None]]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def do(self, event: Event) -> None:
        """One event of the trace."""
        if event.call == "said":
            self.said += event.content.decode().split("\n")[:-1]
        elif event.call == "create":
            if event.path not in self.seen:
                self._name({event.path: Content()})
            content = self.seen[event.path]
            if event.at == 0 and content is not None and content.seen:
                content.change(0, None)
        elif event.call == "mkdir":
            self._name({event.path: None})
        elif event.call == "unlink":
            self._name({event.path: "gone"})
        elif event.call == "rename":
            self._name({event.path: "gone", event.other: self.seen[event.path]})
        elif event.call == "link":
            self._name({event.other: self.seen[event.path]})
        else:
            self._write(event)

    def _write(self, event: Event) -> None:
        if (event.path in self.seen and self.seen[event.path] is None) or event.path == str(self.place.parent):
            for step in self.pending.pop(event.path, []):
                _named(self.kept, step)
            return
        content = self.seen.get(event.path)
        if content is None:
            return  # it was unlinked, and nobody finds it again
        if event.call == "sync":
            content.sync()
        else:
            content.change(event.at, None if event.call == "truncate" else event.content)

    def _name(self, step: dict[str, Content | str | None]) -> None:
        _named(self.seen, step)
        self.pending.setdefault(str(Path(next(iter(step))).parent), []).append(step)

    def cut(self, to: Path, chance: random.Random) -> None:
        """The power fails now: what the disk has, in another folder."""
        share = chance.choice((0.0, 0.5, 1.0))
        names = dict(self.kept)
        for steps in self.pending.values():
            for step in steps[: round(chance.choice((0.0, chance.random(), 1.0)) * len(steps))]:
                _named(names, step)
        for path in sorted(names):
            target, content = to / Path(path).relative_to(self.place.parent), names[path]
            if not target.parent.is_dir():
                continue  # the folder itself never reached the disk
            if content is None:
                target.mkdir()
            elif not path.endswith("-shm"):  # shared memory, which nobody finds after a power cut
                target.write_bytes(content.left(chance, share))


def _named(names: dict[str, Content | None], step: dict[str, Content | str | None]) -> None:
    for path, content in step.items():
        if isinstance(content, str):
            names.pop(path, None)
        else:
            names[path] = content
