"""Features for programs, as OGC API – Features lays them down: any layer, page by page, in a box."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from geo_service.dependencies import BBoxQuery, CallerDep, ColumnsDep, NowDep, StoreDep, WholeStoreDep
from geo_service.items import Page, candidates, read
from geo_service.schemas.features import GeoJsonResponse, plain
from geo_service.schemas.items import collection, fields_of
from geo_service.security.entry import check
from geo_service.security.hosts import base_of, next_page
from geo_service.security.rules import rule_of_layer
from layers.columns import ColumnCache, TooManyRows
from layers.columns.compiled import Ints
from layers.errors import BadInput
from layers.words import msg
from maps.tiles.filters import NO_FILTER, TileFilter

router = APIRouter(prefix="/ogc", tags=["ogc"])
LARGEST_PAGE = 10_000


@router.get("/collections/{layer}/items")
def items(  # noqa: PLR0913 (one parameter each)
    request: Request,
    caller: CallerDep,
    store: StoreDep,
    whole: WholeStoreDep,
    columns: ColumnsDep,
    now: NowDep,
    layer: str,
    bbox: BBoxQuery,
    limit: Annotated[int, Query(ge=1)] = 100,
    after: Annotated[int, Query(ge=0)] = 0,
    properties: Annotated[str | None, Query(description="names of fields, separated by commas")] = None,
) -> Response:
    """Features of a layer in key order, with all fields that the reader may see or those named."""
    check(caller, rule_of_layer(layer), "GET", request.url.path)
    page = Page(limit=min(limit, LARGEST_PAGE), after=after, box=bbox)
    stamp = store.change_stamp()
    wanted = request.app.state.tile_scopes.narrowed(NO_FILTER, caller, layer, stamp=stamp)
    found = _candidates(columns, layer, stamp, wanted, page)
    with (whole if wanted is NO_FILTER else store).reading() as session:  # nothing is hidden: no scope is looked up
        fields = _chosen(fields_of(session.layers.get(layer), is_public=caller.is_public), layer, properties)
        got = read(session, layer, fields, page, found)
    links = [{"rel": "self", "type": GeoJsonResponse.media_type, "href": f"{base_of(request)}{_address(request)}"}]
    if got.next_after is not None:
        links.append({"rel": "next", "type": GeoJsonResponse.media_type, "href": next_page(request, got.next_after)})
    return GeoJsonResponse(collection(got) | {"timeStamp": plain(now), "links": links})


def _candidates(columns: ColumnCache, layer: str, stamp: int, wanted: TileFilter, page: Page) -> Ints | None:
    """The keys that the columns know; None where the store has to look for them."""
    try:
        return candidates(columns.get(layer, stamp), wanted, page)
    except TooManyRows:
        return None


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _chosen(fields: tuple[str, ...], layer: str, named: str | None) -> tuple[str, ...]:
    """The fields named, each of which must be one that the reader is shown."""
    if named is None:
        return fields
    names = tuple(dict.fromkeys(name.strip() for name in named.split(",")))
    for name in names:
        if name not in fields:
            raise BadInput(
                msg("There is no field “{field}” in “{layer}”.", field=name[:80], layer=layer), field="properties"
            )
    return names
