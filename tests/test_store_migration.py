"""A store of an older release opens, keeps everything, and gets what is new."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from shapely.geometry import Point
from sqlalchemy import inspect

from layers.model import Category, Event, Feature, Person
from layers.query import Query, Where
from layers.store import Store, open_store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NEW_TABLES = ("category_versions", "requests", "rulesets", "accounts", "sessions", "tokens", "audit")
NEW_COLUMNS = {
    "problems": ("verified_at", "stage_due_at", "rebound_of", "co_departments", "outcomes", "tags"),
    "people": ("roles",),
    "problem_events": ("account", "device"),
    "categories": ("rules",),
}


@pytest.fixture
def old_store(store_url: str) -> Iterator[str]:
    """A store as release 0.1.0 left it: without what came later, with a column that is gone now."""
    store = open_store(store_url)
    with store.writing() as session:
        session.town.put_categories([Category(code="0102", parent="01", name_zh="生活垃圾", name_en="Rubbish")])
        session.duties.put_people([Person(code="R1", name="老张")])
        made = session.features.insert(
            "problems", Feature(code="P1", geometry=Point(1, 1), values={"category": "0102"}), now=NOW
        )
        session.history.append(Event(problem_id=made.id, kind="reported", at=NOW, recorded_at=NOW, to_state="reported"))
    with store.engine.connect().execution_options(write=True) as connection, connection.begin():
        run = connection.exec_driver_sql
        for index in ("ix_problems_stage_due_at", "ix_problems_duplicate_of", "ix_problems_rebound_of"):
            run(f"DROP INDEX {index}")
        for table, columns in NEW_COLUMNS.items():
            for column in columns:
                run(f'ALTER TABLE {table} DROP COLUMN "{column}"')
        for table in NEW_TABLES:
            run(f"DROP TABLE {table}")
        run("ALTER TABLE categories ADD COLUMN limit_days INTEGER NOT NULL DEFAULT 3")
    store.close()
    return store_url


def columns_of(store: Store, table: str) -> set[str]:
    with store.engine.connect() as connection:
        return {column["name"] for column in inspect(connection).get_columns(table)}


def test_what_is_missing_is_added_and_what_was_there_stays(old_store: str) -> None:
    store = open_store(old_store)
    for table, columns in NEW_COLUMNS.items():
        assert set(columns) <= columns_of(store, table)
    assert "limit_days" not in columns_of(store, "categories")
    with store.reading() as session:
        kept = session.features.by_code("problems", "P1")
        assert (kept.values["category"], kept.values["verified_at"]) == ("0102", None)
        assert session.duties.person("R1").roles == ()
        assert session.town.categories()[0].case_limit.limit > 0
        assert [event.kind for event in session.history.events(kept.id)] == ["reported"]
    store.close()


def test_an_old_store_takes_new_rows_and_keeps_its_index(old_store: str) -> None:
    store = open_store(old_store)
    with store.writing() as session:
        session.town.put_category(Category(code="0103", parent="01", name_zh="污水", name_en="Sewage"))
        session.features.insert(
            "problems", Feature(code="P2", geometry=Point(2, 2), values={"verified_at": NOW}), now=NOW
        )
    with store.reading() as session:
        near = Query(bbox=(1.5, 1.5, 2.5, 2.5), where=(Where("verified_at", "=", NOW),))
        assert [row.code for row in session.features.read("problems", near)] == ["P2"]
        assert len(session.town.category_versions("0103")) == 1
    assert store.check() == []
    store.close()
    open_store(old_store).close()
