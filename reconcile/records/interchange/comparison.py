"""Two record databases compared: what is missing, too much or otherwise, in words for an operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconcile.records.table_library import Database

MISSING = "is missing"
TOO_MUCH = "is too much"
OF_ANOTHER_STATE = "records.db was published from another state than this one, such as an older one"

OBJECTS_ASKED = """
select type, name, tbl_name, sql from {file}.sqlite_master
where type in ('table', 'index', 'view', 'trigger') and sql is not null
    and name not like 'sqlite\\_%' escape '\\' and name not like '\\_held\\_%' escape '\\'
"""
"""What a file is made of, but for what SQLite makes itself and the tables of what is held, which come and go."""

WORDS_ONLY_IN = """
select count(*) from (select term, doc, cnt from temp.{one} except select term, doc, cnt from temp.{other})
"""
"""How many words one search index has that another has not, or has in other rows."""

Row = Mapping[str, object]


def differences(database: Database, other: str, tables: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each difference of an open file from the one that is attached as `other`, which is as it should be.

    `tables` are those whose rows are compared, each with the columns of its key. Of scans that are erased the file may
    know more than the state: what it knows is never taken back.
    """
    here, there = _objects(database, "main"), _objects(database, other)
    yield from _of_objects(here, there)
    whole = {name for kind, name in here.keys() & there.keys() if kind == "table"}
    for table, key in tables.items():
        if table in whole:
            yield from _of_rows(database, table, key, other)
    for gone in ("erased", "withdrawn"):
        if gone in whole:
            yield from _of_rows(database, gone, ("scan",), other, may_have_more=gone == "erased")
    for kind, name in sorted(here.keys() & there.keys()):
        if kind == "table" and "using fts5" in str(there[kind, name]["sql"]).casefold():
            yield from _of_words(database, name, other)


def _objects(database: Database, file: str) -> dict[tuple[str, str], Row]:
    """What a file is made of, by kind and name; the tables inside of a search index are left out."""
    found = list(database.query(OBJECTS_ASKED.format(file=file)))
    indexes = tuple(f"{row['name']}_" for row in found if "using fts5" in str(row["sql"]).casefold())
    return {(row["type"], row["name"]): row for row in found if not row["name"].startswith(indexes or ("\0",))}


def _of_objects(here: Mapping[tuple[str, str], Row], there: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    for kind, name in sorted({*here, *there}):
        if (kind, name) not in here:
            yield f"{kind} {name} {MISSING}"
        elif (kind, name) not in there:
            yield f"{kind} {name} {TOO_MUCH}"
        elif _written(here[kind, name]) != _written(there[kind, name]):
            yield f"{kind} {name} is made otherwise"


def _written(made: Row) -> str:
    return " ".join(str(made["sql"]).split())


def _of_rows(
    database: Database, table: str, key: Sequence[str], other: str, *, may_have_more: bool = False
) -> Iterator[str]:
    """The rows in which a table differs, each by its key; the columns are those that both have."""
    columns = [name for name in _columns(database, other, table) if name in _columns(database, "main", table)]
    if not set(key) <= set(columns):
        return
    here = _rows_only_in(database, table, key, columns, "main", other)
    there = _rows_only_in(database, table, key, columns, other, "main")
    for named in sorted({*here, *there}):
        one, two = here.get(named), there.get(named)
        if one is None:
            yield f"{table} {named} {MISSING}"
        elif two is not None:
            yield f"{table} {named} differs in {', '.join(name for name in one if one[name] != two.get(name))}"
        elif not may_have_more:
            yield f"{table} {named} {TOO_MUCH}"


def _columns(database: Database, file: str, table: str) -> list[str]:
    return [str(row["name"]) for row in database.query("select name from pragma_table_info(?, ?)", [table, file])]


def _rows_only_in(
    database: Database, table: str, key: Sequence[str], columns: Sequence[str], one: str, other: str
) -> dict[str, Row]:
    """The rows of a table that one of two attached files has alone, by the words of their key."""
    named = ", ".join(f'"{name}"' for name in columns)
    asked = f'select {named} from {one}."{table}" except select {named} from {other}."{table}"'  # noqa: S608 ours
    return {" ".join(str(row[name]) for name in key): row for row in database.query(asked)}


def _of_words(database: Database, index: str, other: str) -> Iterator[str]:
    """Whether a search index has the words that it should: one that lacks them finds nothing, and says nothing."""
    made = {"words_here": "main", "words_there": other}
    for name, file in made.items():
        database.execute(f"create virtual table temp.{name} using fts5vocab('{file}', '{index}', 'row')")
    found = {
        said: next(database.execute(WORDS_ONLY_IN.format(one=one, other=two)))[0]
        for said, one, two in (("lacks", "words_there", "words_here"), ("should not have", *made))
    }
    for name in made:
        database.execute(f"drop table temp.{name}")
    yield from (f"search index {index} {said} words: {number}" for said, number in found.items() if number)
