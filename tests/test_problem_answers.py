"""What an answer about a problem asks of the store: each thing once, and nothing that it does not tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shapely.geometry import Point
from sqlalchemy import event

from geo_service.problem_answers import kinds_of, names_of, one
from geo_service.words import words_of
from layers import duplicates, problems
from layers.model import Feature, Person
from layers.store import Store, open_store
from layers.town import furnish

NOW = datetime(2021, 12, 3, 2, 0, tzinfo=UTC)
HERE = Point(118.01, 36.01)
WORDS = words_of("en")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"gpkg://{tmp_path}/town.gpkg")
    furnish(store)
    with store.writing() as session:
        session.duties.put_people([Person(code="R1", name="老张")])
    yield store
    store.close()


@pytest.fixture
def known(town: Store) -> Feature:
    return problems.report(town, problems.Draft(geometry=HERE, category="0102", reported_by="R1"), now=NOW)


@contextmanager
def asked(store: Store) -> Iterator[list[str]]:
    """The statements that are sent in the meantime."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)


def reads(heard: list[str], table: str) -> int:
    return sum(f"FROM {table} " in " ".join(statement.split()) for statement in heard)


def test_everybody_is_read_once_for_one_answer(town: Store, known: Feature) -> None:
    with asked(town) as heard:
        said = one(town, known, WORDS, NOW)
    assert said["properties"]["reported_by_name"] == "老张"
    assert (reads(heard, "people"), reads(heard, "categories")) == (1, 1)


def test_nobody_is_read_where_only_categories_are_named(town: Store) -> None:
    with asked(town) as heard, town.reading() as session:
        assert kinds_of(session, WORDS).category("0102") != "0102"
    assert reads(heard, "people") == 0


def test_names_outlive_the_session(town: Store) -> None:
    with town.reading() as session:
        names = names_of(session, WORDS)
    assert names.person("R1") == "老张"


def test_whoever_sees_all_looks_for_duplicates_once(town: Store, known: Feature) -> None:
    with asked(town) as heard, town.reading() as session:
        seen, hidden = duplicates.near_of(session, "0102", HERE, at=NOW)
    assert ([row.id for row, _ in seen], hidden) == ([known.id], 0)
    assert reads(heard, "problems") == 1
