"""A filtered tile is the tile of a layer that never held the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadInput
from maps.tiles import TileFilter, encode_tile
from maps.tiles.service import tile_etag
from tests.columns_support import HOME, layer, patient, scattered, values_of

STATES, TIMES = ("reported", "assigned", "closed", None), (100, 200, 300, None)
rows = st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from(TIMES), st.sampled_from([True, False])), max_size=12)
filters = st.builds(
    TileFilter,
    equals=st.dictionaries(
        st.sampled_from(["state", "found_at"]),
        st.frozensets(st.sampled_from(["reported", "closed", "nonsense", "100", "200"])),
        max_size=2,
    ),
    since=st.none() | st.tuples(st.just("found_at"), st.integers(50, 350)),
    before=st.none() | st.tuples(st.just("found_at"), st.integers(50, 350)),
    not_before=st.none() | st.tuples(st.just("found_at"), st.integers(50, 350)),
)


def passes(row: tuple[object, object, bool], wanted: TileFilter) -> bool:
    own = {"state": row[0], "found_at": row[1]}
    time = own["found_at"]
    return (
        all(own[name] is not None and str(own[name]) in texts for name, texts in wanted.equals.items())
        and (wanted.since is None or (isinstance(time, int) and time >= wanted.since[1]))
        and (wanted.before is None or (isinstance(time, int) and time < wanted.before[1]))
        and (wanted.not_before is None or not isinstance(time, int) or time >= wanted.not_before[1])
    )


@given(rows, filters)
@patient
def test_filtering_a_tile_equals_filtering_before(made: list[tuple], wanted: TileFilter) -> None:
    shapes = [spot if flat else spot.buffer(0.001) for spot, (*_, flat) in zip(scattered(len(made)), made, strict=True)]
    columns = layer(shapes, state=[row[0] for row in made], found_at=[row[1] for row in made])
    expected = {key for key, row in enumerate(made, 1) if passes(row, wanted)}
    assert values_of(columns, wanted=wanted).keys() == expected


@pytest.mark.parametrize("wanted", [TileFilter(equals={"nonsense": frozenset()}), TileFilter(since=("nonsense", 3))])
def test_a_filter_on_an_unknown_field_is_refused(wanted: TileFilter) -> None:
    with pytest.raises(BadInput, match="nonsense"):
        encode_tile(layer(scattered(1), state=["filed"]), HOME, wanted=wanted)


def test_nothing_is_wanted_of_a_text_by_time() -> None:
    columns = layer(scattered(2), state=["filed", "9999"])
    assert values_of(columns, wanted=TileFilter(since=("state", 0))) == {}


@given(filters, filters)
@patient
def test_filters_have_the_same_key_only_if_they_mean_the_same(one: TileFilter, other: TileFilter) -> None:
    assert (one.key == other.key) == (one == other)


def test_a_filter_is_part_of_the_etag() -> None:
    columns = layer(scattered(1), state=["filed"])
    some = TileFilter(equals={"state": frozenset({"filed"})})
    assert tile_etag(columns, HOME, some, None) != tile_etag(columns, HOME, TileFilter(), None)
