"""Which way SQLite takes to the rows: never along an index by the town alone, which nearly all rows share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from layers.query import Query, Where
from layers.store import Session, Store, open_store

KEYS = tuple(range(1, 60))
Asked = Callable[[Session], object]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("plans")
    opened = open_store(f"gpkg://{folder}/town.gpkg")
    yield opened
    opened.close()


@contextmanager
def heard(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """The questions about problems that go to the file meanwhile."""
    said: list[tuple[str, Any]] = []

    def hear(_connection, _cursor, statement, parameters, _context, _many):
        if "FROM problems" in statement:
            said.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", hear)
    yield said
    event.remove(store.engine, "before_cursor_execute", hear)


def plan(store: Store, ask: Asked) -> str:
    """How SQLite goes about it."""
    with store.reading() as session:
        with heard(store) as said:
            ask(session)
        assert said
        run = session.layers.connection.exec_driver_sql
        return "\n".join(str(row[3]) for one, given in said for row in run(f"EXPLAIN QUERY PLAN {one}", given))


BY_KEY = {
    "by many keys": lambda session: session.features.read("problems", Query(ids=KEYS)),
    "columns of many keys": lambda session: session.features.columns("problems", ("state", "geom"), Query(ids=KEYS)),
    "what has changed": lambda session: session.features.table("problems", ("state",), KEYS),
    "page by page": lambda session: session.features.read("problems", Query(after=7, limit=100)),
    "in a box": lambda session: session.features.read("problems", Query(bbox=(118, 36, 118.1, 36.1), limit=100)),
}


@pytest.mark.parametrize("name", BY_KEY)
def test_rows_are_found_by_their_keys(store: Store, name: str) -> None:
    said = plan(store, BY_KEY[name])
    assert "USING INTEGER PRIMARY KEY" in said
    assert "(town=?)" not in said


FIELDS = (Where("code", "=", "x"), Where("lead_person", "=", "x"), Where("duplicate_of", "=", 1))


@pytest.mark.parametrize("where", FIELDS, ids=lambda where: where.field)
def test_an_index_that_begins_with_the_town_still_finds_by_what_follows(store: Store, where: Where) -> None:
    said = plan(store, lambda session: session.features.count("problems", Query(where=(where,))))
    assert f"(town=? AND {where.field}=?)" in said
