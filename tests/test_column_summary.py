"""The counts on top of the pages: out of the columns they are what the store itself counts, for everybody."""

from collections import Counter

import httpx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.columns.tally import tally
from tests.columns_support import layer, patient
from tests.conftest import Service

WORLD = "-180,-90,180,90"  # a box is asked of the store
SUMMARY = "/api/v1/problems/summary"
FILTERS = (
    {}, {"state": "open"}, {"state": "closed,void"}, {"category": "0102,0601"}, {"since": "2026-01-01"},
    {"assignee": "R001"}, {"source": "city"}, {"state": "assigned", "category": "0102", "since": "2025-01-01"},
    {"flag": "gap"}, {"q": "a"}, {"area": "370322104"}, {"tag": "x"}, {"stage": "handle"}, {"overdue": "true"},
)  # fmt: skip
PUBLIC = ({}, {"state": "open"}, {"state": "reported"}, {"category": "0102"}, {"since": "2026-01-01"})

values = st.sampled_from(["a", "b", None, 1, 2.5, True])
shapes = st.sampled_from(
    [shapely.Point(1, 1), shapely.MultiPoint([(1, 1), (2, 2)]), shapely.LineString([(0, 0), (1, 1)]),
     shapely.box(0, 0, 1, 1), None]
)  # fmt: skip


def everything(part, rows):
    return np.ones(rows.stop - rows.start, np.bool_)


@given(st.lists(st.tuples(shapes, values, values), max_size=12))
@patient
def test_every_feature_is_counted_once_under_its_values(rows: list) -> None:
    columns = layer([shape for shape, *_ in rows], one=[a for _, a, _ in rows], two=[b for *_, b in rows])
    drawn = [(shape, a, b) for shape, a, b in rows if shape is not None]
    assert tally(columns, ["one", "two"], everything) == Counter((a, b) for _, a, b in drawn)
    assert tally(columns, ["one"], everything) == Counter((a,) for _, a, _ in drawn)
    assert columns.shapeless.tolist() == [id_ for id_, (shape, *_) in enumerate(rows, 1) if shape is None]


def test_of_many_values_together_none_is_mixed_up_with_another() -> None:
    numbers = list(range(3000))
    columns = layer([shapely.Point(1, 1)] * 3000, one=numbers, two=numbers[::-1])
    assert tally(columns, ["one", "two"], everything) == Counter(zip(numbers, numbers[::-1], strict=True))


def same(api: httpx.Client, wish: dict[str, str]) -> dict:
    by_columns, by_store = (api.get(SUMMARY, params={**wish, **box}) for box in ({}, {"bbox": WORLD}))
    assert by_columns.status_code == by_store.status_code == 200, by_columns.text
    assert by_columns.json() == by_store.json()
    return by_columns.json()


@pytest.mark.parametrize("role", ["administrator", "supervisor", "road-chief", "grid-worker"])
def test_columns_count_what_the_store_counts(service: Service, role: str) -> None:
    with httpx.Client(base_url=service.address_of(f"demo-{role}"), timeout=60) as api:
        found = [same(api, wish) for wish in FILTERS]
    assert found[0]["total"] > found[1]["total"] > 0


def test_columns_count_what_everybody_may_see(service: Service) -> None:
    with httpx.Client(base_url=service.web, timeout=60) as nobody, httpx.Client(base_url=service.url) as office:
        found = [same(nobody, wish) for wish in PUBLIC]
        assert 0 < found[0]["total"] < office.get(SUMMARY).json()["total"]
    assert found[2]["total"] == 0


def test_a_report_is_counted_at_once(service: Service) -> None:
    with httpx.Client(base_url=service.url, timeout=60) as api:
        before = api.get(SUMMARY).json()
        spot = api.get("/api/v1/problems", params={"limit": 1}).json()["features"][0]["geometry"]
        body = {"type": "Feature", "geometry": spot, "properties": {"category": "0102", "description": "a heap"}}
        assert api.post("/api/v1/problems", json=body).status_code == 201
        after = same(api, {})
    assert (after["total"], after["open"]) == (before["total"] + 1, before["open"] + 1)
