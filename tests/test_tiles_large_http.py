"""A service whose layers are larger than it holds as columns answers as one that holds them; on both stores."""

from collections.abc import Iterator

import httpx
import mapbox_vector_tile
import pytest

from maps.tiles.grid import tile_at
from tests.conftest import CERTIFICATES, Service, served, store_address

MIDDLE = (114.0232, 22.5291)
BOX = "114.01,22.52,114.03,22.54"
LAYERS = ("problems", "road_segments", "areas", "parcels", "stations", "measures", "patrols")


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Service]]:
    """Two services on the same demo town: as ever, and with room for one row of a layer."""
    folders = [tmp_path_factory.mktemp(f"{name}-{request.param}") for name in ("held", "large")]
    address = store_address(request.param, folders[0], request)
    with served(folders[0], address, demo=True) as held, served(folders[1], address, most_column_rows="1") as large:
        yield held, large


def client(service: Service, name: str = "") -> httpx.Client:
    base = service.address_of(name, name.removeprefix("demo-")) if name else service.url
    return httpx.Client(base_url=base, headers={"accept-language": "en"}, timeout=60, verify=CERTIFICATES)


def told(answer: httpx.Response) -> dict[int, dict]:
    """What a tile tells of each feature."""
    layers = mapbox_vector_tile.decode(answer.raise_for_status().content).values() if answer.content else ()
    return {one["id"]: one["properties"] for layer in layers for one in layer["features"]}


def address(layer: str, z: int) -> str:
    return "/tiles/{}/{}/{}/{}.mvt".format(layer, *tile_at(*MIDDLE, z))


@pytest.mark.parametrize("name", ["", "demo-road-chief", "demo-grid-worker"])
def test_each_sees_in_tiles_what_they_see_in_those_of_columns(pair, name):
    held, large = (client(one, name) for one in pair)
    with held, large:
        seen = 0
        for layer in LAYERS:
            for z in (11, 13, 15):
                one, other = (told(asked.get(address(layer, z))) for asked in (held, large))
                more = other.keys() - one.keys()  # shapes without an area in whole units, which columns leave out
                assert all(other[id_] == one[id_] for id_ in one), (layer, z)
                assert len(more) <= 0.01 * len(one), (layer, z)
                seen += len(one)
        assert seen > 100


def test_the_public_sees_problems_that_are_public(pair):
    answers = [told(httpx.get(one.web + address("problems", 13))) for one in pair]
    assert answers[0] == answers[1] != {}
    for one in pair:
        assert httpx.get(one.web + address("problems", 13), params={"person": "R092"}).status_code == 401
        assert httpx.get(one.web + address("measures", 13)).status_code == 401


@pytest.mark.parametrize("query", [
    {"state": "open"}, {"state": "closed", "category": "0102,0101"}, {"since": "2026-11-01T00:00:00Z"},
    {"as_of": "2026-11-20T00:00:00Z", "state": "open"}, {"as_of": "2026-11-20T00:00:00Z", "state": "closed"},
])  # fmt: skip
def test_filters_pass_the_same(pair, query):
    held, large = map(client, pair)
    with held, large:
        whole, *some = (told(asked.get(address("problems", 12), params=how))
                        for asked, how in ((held, {}), (held, query), (large, query)))  # fmt: skip
    assert some[0] == some[1] and 0 < len(some[0]) < len(whole)


def test_what_is_wrong_is_told_the_same(pair):
    held, large = map(client, pair)
    with held, large:
        for path in (f"{address('problems', 12)}?colour=red", f"{address('parcels', 12)}?state=bare",
                     "/tiles/nothing/1/1/1.mvt", "/tiles/problems/3/9/9.mvt"):  # fmt: skip
            answers = [asked.get(path) for asked in (held, large)]
            assert answers[0].status_code == answers[1].status_code >= 400
            assert answers[0].text == answers[1].text


def test_a_report_is_in_the_next_tile_and_the_old_one_is_known_no_more(pair):
    with client(pair[1]) as large:
        before = large.get(address("problems", 15))
        again = large.get(address("problems", 15), headers={"if-none-match": before.headers["etag"]})
        assert again.status_code == 304 and not again.content
        draft = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": MIDDLE},
            "properties": {"category": "0102"},
        }
        made = large.post("/api/v1/problems", json=draft).raise_for_status().json()["id"]
        after = large.get(address("problems", 15), headers={"if-none-match": before.headers["etag"]})
        assert made not in told(before) and made in told(after)


def test_what_describes_a_layer_and_pages_and_counts_are_the_same(pair):
    held, large = map(client, pair)
    with held, large:
        for layer in LAYERS:
            both = [asked.get(f"/tiles/{layer}.json").raise_for_status().json() for asked in (held, large)]
            for one in both:
                del one["tiles"]
                one["fields"] = one.pop("vector_layers")[0]["fields"].keys()  # their kinds, where there are no values
            west, south, east, north = both[1].pop("bounds")
            box = both[0].pop("bounds")
            assert both[0] == both[1]
            assert west - 1e-4 <= box[0] and south - 1e-4 <= box[1] and east + 1e-4 >= box[2] and north + 1e-4 >= box[3]
            pages = [asked.get(f"/ogc/collections/{layer}/items", params={"bbox": BOX, "limit": 50}) for asked in
                     (held, large)]  # fmt: skip
            found = [page.raise_for_status().json()["features"] for page in pages]
            assert found[0] == found[1]
        counts = [asked.get("/api/v1/problems/summary").raise_for_status().json() for asked in (held, large)]
        assert counts[0] == counts[1] and counts[0]["total"] > 50


def test_the_database_is_asked_only_where_it_can_write_tiles(pair):
    """In a GeoPackage columns are all there is, whatever the setting says: of the same columns tags are the same."""
    held, large = map(client, pair)
    with held, large:
        tags = {asked.get(address("problems", 12)).raise_for_status().headers["etag"] for asked in (held, large)}
    assert len(tags) == (1 if pair[1].store_url.startswith("gpkg") else 2)
