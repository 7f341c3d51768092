"""Rows and values of PostgreSQL as the store knows them from SQLite: whole numbers for booleans, columns by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, ClassVar

from psycopg import Cursor
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.types.numeric import Int8Dumper


class NamedRow(tuple[Any, ...]):
    """A row whose columns are found by name or number. The first one of a name is the one that is found."""

    __slots__ = ()
    columns: ClassVar[dict[str, int]] = {}

    def __getitem__(self, column: Any) -> Any:
        return tuple.__getitem__(self, self.columns[column] if type(column) is str else column)

    def keys(self) -> Iterable[str]:
        """The names of the columns, in the order of the statement."""
        return list(self.columns)


def named_rows(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Any]:
    """How a cursor makes its rows.

    The names are the result's own: `cursor.description` makes an object of each column at every statement.
    """
    result = cursor.pgresult
    return tuple if result is None else _row_class(tuple([result.fname(place) for place in range(result.nfields)]))


@cache
def _row_class(column_names: tuple[bytes | None, ...]) -> type[NamedRow]:
    names = [(name or b"").decode() for name in column_names]
    columns = {name: names.index(name) for name in names}
    return type("NamedRow", (NamedRow,), {"columns": columns, "__slots__": ()})


class _TruthDumper(Dumper):
    """True and False as 1 and 0: the state has no booleans."""

    oid = Int8Dumper.oid

    def dump(self, obj: Any) -> Buffer:
        return b"1" if obj else b"0"


class _TruthLoader(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _NumberLoader(Loader):
    """A sum of whole numbers is a whole number; PostgreSQL gives it as one of any length."""

    def load(self, data: Buffer) -> int | float:
        number = bytes(data)
        return float(number) if b"." in number or b"N" in number else int(number)


class _BytesLoader(Loader):
    def load(self, data: Buffer) -> bytes:
        return bytes.fromhex(bytes(data)[2:].decode())


def adapt(context: AdaptContext) -> None:
    """Have a connection give and take values as the store does."""
    adapters: AdaptersMap = context.adapters
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _TruthDumper)
    adapters.register_loader("bool", _TruthLoader)
    adapters.register_loader("numeric", _NumberLoader)
    adapters.register_loader("bytea", _BytesLoader)
