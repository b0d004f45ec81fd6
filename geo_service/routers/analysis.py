"""Analysis as GeoJSON, always with `as_of` and the parameters used."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from geo_service.dependencies import NowDep, StoreDep
from geo_service.schemas import analysis as wire
from geo_service.schemas.features import GeoJsonResponse, JsonResponse
from layers import analysis
from layers.values import TOWN_TIME, as_time

router = APIRouter(prefix="/api/v1", tags=["analysis"])
AsOf = Annotated[str | None, Query(description="moment (RFC 3339) for which to answer; now by default")]


@router.get("/analysis/clean-zones")
def clean_zones(store: StoreDep, now: NowDep, as_of: AsOf = None, area: str = "") -> Response:
    """Clean, problem or unknown: every 100 m cell."""
    with store.reading() as session:
        found = analysis.clean_zones(session, as_of=_moment(as_of, now), area=area)
    return GeoJsonResponse(wire.clean_map(found))


@router.get("/analysis/hotspots")
def hotspots(store: StoreDep, now: NowDep, station: str, as_of: AsOf = None) -> Response:
    """Hotspots of open problems round a station, and its rings."""
    with store.reading() as session:
        found = analysis.hotspots(session, station, as_of=_moment(as_of, now))
    return GeoJsonResponse(wire.hotspot_map(found))


@router.get("/my-road")
def my_road(store: StoreDep, now: NowDep, person: str = "") -> Response:
    """A road chief's segments with their open problems; without a person, the chiefs to choose from."""
    with store.reading() as session:
        return JsonResponse(wire.road_of(session, person, now=now.astimezone(TOWN_TIME)))


def _moment(as_of: str | None, now: datetime) -> datetime:
    return as_time(as_of, "as_of") or now
