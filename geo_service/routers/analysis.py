"""Analysis as GeoJSON, always with `as_of` and the parameters used."""

from fastapi import APIRouter, Response

from geo_service.dependencies import CallerDep, NowDep, StoreDep
from geo_service.moments import AsOfDep
from geo_service.schemas import analysis as wire
from geo_service.schemas import public
from geo_service.schemas.clean_map import clean_map as clean_map_wire
from geo_service.schemas.coverage import coverage as coverage_wire
from geo_service.schemas.features import GeoJsonResponse, JsonResponse
from geo_service.schemas.people import names_of
from geo_service.turns import LONG_WORK
from layers import analysis
from layers.clean_map import clean_map
from layers.coverage import BLIND_DAYS, CoverageWish
from layers.coverage import coverage as coverage_of
from layers.values import TOWN_TIME

router = APIRouter(prefix="/api/v1", tags=["analysis"])


@router.get("/analysis/clean-zones", dependencies=[LONG_WORK])
def clean_zones(store: StoreDep, now: NowDep, as_of: AsOfDep = None, area: str = "", roads: bool = False) -> Response:
    """Clean, problem or unknown: every 100 m cell, and with `roads=1` both sides of every 100 m of road."""
    with store.reading() as session:
        found = clean_map(session.whole, as_of=as_of or now, area=area, roads=roads)
        made, is_public = clean_map_wire(found, names_of(session)), session.scope.sees == "public"
    return GeoJsonResponse(public.clean_map(made) if is_public else made)


@router.get("/analysis/coverage")
def coverage(
    store: StoreDep, now: NowDep, as_of: AsOfDep = None, area: str = "", person: str = "", days: int = BLIND_DAYS
) -> Response:
    """When both sides of the roads and the cells were last inspected; what is overdue, and what nobody sees."""
    wish = CoverageWish(area=area, person=person, days=days)
    with store.reading() as session:
        found = coverage_of(session, wish, as_of=as_of or now)
        names = names_of(session)
    return GeoJsonResponse(coverage_wire(found, names))


@router.get("/analysis/hotspots")
def hotspots(store: StoreDep, now: NowDep, station: str, as_of: AsOfDep = None) -> Response:
    """Hotspots of open problems round a station, and its rings."""
    with store.reading() as session:
        found = analysis.hotspots(session, station, as_of=as_of or now)
    return GeoJsonResponse(wire.hotspot_map(found))


@router.get("/my-road")
def my_road(caller: CallerDep, store: StoreDep, now: NowDep, person: str = "") -> Response:
    """A road chief's segments with their open problems: one's own; the office is shown the chiefs to choose from."""
    with store.reading() as session:
        return JsonResponse(wire.road_of(session, caller.whose_road(person), now=now.astimezone(TOWN_TIME)))
