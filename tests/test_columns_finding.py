"""Which features lie in a box, by the columns alone: never one too few, and none that is a metre off."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.columns.finding import ids_in
from layers.query import halves
from tests.columns_support import layer, patient

places = st.tuples(st.floats(-180, 180), st.floats(-85, 85))
near = st.tuples(st.floats(118, 118.01), st.floats(36, 36.01))
points = st.builds(shapely.Point, near | places)
lines = st.builds(shapely.LineString, st.lists(near, min_size=2, max_size=4, unique=True))
multipoints = st.builds(shapely.MultiPoint, st.lists(near, min_size=1, max_size=3))
boxes = st.tuples(near | places, near | places).map(
    lambda ends: (ends[0][0], min(ends[0][1], ends[1][1]), ends[1][0], max(ends[0][1], ends[1][1]))
)
METRE = 1e-5


def everything(part, rows):
    return np.ones(len(rows), np.bool_)


@given(st.lists(points | lines | multipoints, max_size=12), boxes)
@patient
def test_what_meets_the_box_is_found_and_nothing_far_from_it(geometries, box) -> None:
    found = set(ids_in(layer(geometries), box, everything).tolist())
    wanted = shapely.union_all([shapely.box(*half) for half in halves(box)])
    meets = {number for number, one in enumerate(geometries, 1) if one.intersects(wanted)}
    close = {number for number, one in enumerate(geometries, 1) if _extent(one).distance(wanted) < METRE}
    assert meets <= found <= close


def _extent(geometry: shapely.Geometry) -> shapely.Geometry:
    """A line's box, a point itself: columns know no more."""
    is_line = geometry.geom_type == "LineString"
    return shapely.box(*geometry.bounds) if is_line else geometry


def test_each_key_comes_once_and_in_order() -> None:
    spots = [shapely.MultiPoint([(118.5, 36.5), (118.6, 36.6)]), shapely.Point(118.1, 36.1), shapely.Point(118.9, 36.9)]
    assert ids_in(layer(spots), (118, 36, 119, 37), everything).tolist() == [1, 2, 3]


def test_rows_that_the_mask_leaves_out_are_not_found() -> None:
    columns = layer([shapely.Point(118.1, 36.1), shapely.Point(118.9, 36.9)])
    assert ids_in(columns, (118, 36, 119, 37), lambda part, rows: part.ids[rows] == 2).tolist() == [2]
