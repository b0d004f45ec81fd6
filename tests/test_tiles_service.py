"""What the service answers: the right status, and an ETag that never lets an old tile pass for a new one."""

import subprocess
import sys
from pathlib import Path

import pytest
import shapely

from layers.columns import ColumnCache, build
from layers.errors import BadInput, NotFound
from maps.tiles import TileFilter, TileService, tilejson
from tests.columns_support import HOME, ZOO, MemoryFeed, feature_table, layer, read

HERE = shapely.Point(118.15486, 36.18478)


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed({"problems": {1: (HERE, "filed")}, "parcels": {}})


@pytest.fixture
def service(feed: MemoryFeed) -> TileService:
    return TileService(ColumnCache(feed, {"problems": ("state",), "parcels": ("state",)}))


def test_a_tile_with_features_is_200(service: TileService) -> None:
    answer = service.answer("problems", *HOME)
    assert (answer.status, [f["id"] for f in read(answer.body, "problems")]) == (200, [1])


def test_a_tile_without_features_is_204(service: TileService) -> None:
    answer = service.answer("problems", 14, 0, 0)
    assert (answer.status, answer.body) == (204, b"")


def test_a_tile_without_features_that_pass_is_204(service: TileService) -> None:
    assert service.answer("problems", *HOME, filter=TileFilter(equals={"state": frozenset({"closed"})})).status == 204


@pytest.mark.parametrize("place", [(23, 0, 0), (-1, 0, 0), (14, 1 << 14, 0), (14, 0, -1)])
def test_a_tile_outside_the_pyramid_is_404(service: TileService, place: tuple[int, int, int]) -> None:
    assert service.answer("problems", *place).status == 404


def test_an_unknown_layer_is_not_found(service: TileService) -> None:
    with pytest.raises(NotFound):
        service.answer("nonsense", *HOME)


def test_an_unknown_field_is_bad_input(service: TileService) -> None:
    with pytest.raises(BadInput):
        service.answer("problems", *HOME, filter=TileFilter(equals={"nonsense": frozenset({"x"})}))


@pytest.mark.parametrize("header", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_a_known_tile_is_304(service: TileService, header: str) -> None:
    etag = service.answer("problems", *HOME).etag
    answer = service.answer("problems", *HOME, if_none_match=header.format(etag=etag))
    assert (answer.status, answer.body, answer.etag) == (304, b"", etag)


@pytest.mark.parametrize("header", ["", '"other"', "garbage, ,"])
def test_another_tag_is_not_known(service: TileService, header: str) -> None:
    assert service.answer("problems", *HOME, if_none_match=header).status == 200


def test_an_etag_is_quoted(service: TileService) -> None:
    assert service.answer("problems", *HOME).etag.strip('"').isalnum()


def test_a_written_row_makes_a_new_etag(service: TileService, feed: MemoryFeed) -> None:
    old = service.answer("problems", *HOME)
    feed.put("problems", 1, HERE, "closed")
    new = service.answer("problems", *HOME, if_none_match=old.etag)
    assert (new.status, read(new.body, "problems")[0]["properties"]) == (200, {"state": "closed"})


def test_a_row_written_back_brings_the_old_etag_back(service: TileService, feed: MemoryFeed) -> None:
    old = service.answer("problems", *HOME).etag
    for state in ("closed", "filed"):
        feed.put("problems", 1, HERE, state)
        new = service.answer("problems", *HOME).etag
    assert new == old


def test_a_row_of_another_layer_leaves_the_etag(service: TileService, feed: MemoryFeed) -> None:
    old = service.answer("problems", *HOME).etag
    feed.put("parcels", 1, HERE, "bare")
    assert service.answer("problems", *HOME).etag == old


def test_two_services_give_the_same_etag(feed: MemoryFeed, service: TileService) -> None:
    service.answer("problems", *HOME)
    feed.put("problems", 2, HERE, "assigned")
    fresh = TileService(ColumnCache(feed, {"problems": ("state",)}))
    assert fresh.answer("problems", *HOME).etag == service.answer("problems", *HOME).etag


@pytest.mark.parametrize(
    "other",
    [
        {"z": 13, "x": HOME.x >> 1, "y": HOME.y >> 1},
        {"layer": "parcels"},
        {"fields": {}},
        {"fields": {"status": "state"}},
        {"filter": TileFilter(equals={"state": frozenset({"filed"})})},
    ],
)
def test_whatever_makes_another_tile_makes_another_etag(service: TileService, other: dict) -> None:
    asked = {"layer": "problems", "z": HOME.z, "x": HOME.x, "y": HOME.y}
    assert service.answer(**asked).etag != service.answer(**(asked | other)).etag


def test_tilejson_tells_where_the_layer_is() -> None:
    columns = layer([shapely.box(118, 36, 119, 37)])
    assert tilejson("parcels", columns, "/x")["bounds"] == pytest.approx([118, 36, 119, 37], abs=1e-7)


def test_tilejson_tells_the_kinds_of_fields() -> None:
    table = feature_table(
        [HERE] * 2, text=["a", None], count=[1, 2.5], flag=[True, None], mixed=[1, "b"], none=[None] * 2
    )
    columns = build("layer", table, tuple(table.fields))
    assert tilejson("layer", columns, "/x")["vector_layers"][0]["fields"] == {
        "text": "String",
        "count": "Number",
        "flag": "Boolean",
        "mixed": "String",
        "none": "String",
        "point_count": "Number",
        "stands_for": "Number",
    }


def test_tilejson_names_fields_as_the_tiles_do() -> None:
    columns = layer([HERE], due_at=[5])
    assert "due" in tilejson("layer", columns, "/x", {"due": "due_at"})["vector_layers"][0]["fields"]


def test_tilejson_of_an_empty_layer_covers_the_world() -> None:
    assert tilejson("layer", layer([]), "/x")["bounds"][:2] == [-180.0, -85.0511287798066]


def test_tilejson_gives_the_address() -> None:
    assert tilejson("a", layer(ZOO.values()), "/tiles/a/{z}/{x}/{y}.mvt")["tiles"] == ["/tiles/a/{z}/{x}/{y}.mvt"]


PROGRAM = """
import gc
from numba.core.dispatcher import Dispatcher
from maps.tiles import TileFilter, encode_tile, warm_up
from tests.columns_support import ZOO, feature_table, layer
from maps.tiles.grid import tile_at

def compiled():
    return {str(d): len(d.signatures) for d in gc.get_objects() if isinstance(d, Dispatcher)}

warm_up()
before = compiled()
columns = layer(ZOO.values(), state=list(ZOO)).changed(feature_table([], state=[]), (1, 5))
for z in range(0, 23, 2):
    encode_tile(columns, tile_at(118.15, 36.18, z), wanted=TileFilter(since=("state", 1)))
    encode_tile(columns, tile_at(118.15, 36.18, z))
print({name: count for name, count in compiled().items() if count != before.get(name)})
"""


def test_after_warming_up_nothing_is_left_to_compile() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert ran.stdout == "{}\n", ran.stderr
