"""Work faces without seam: the report, and the repair of borders that somebody asks for."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from geo_service.bodies import number, text
from geo_service.dependencies import JsonBody, NowDep, StoreDep
from geo_service.schemas import work_faces as wire
from geo_service.schemas.features import GeoJsonResponse
from layers import area_repair, work_faces
from layers.errors import BadInput
from layers.rules.work_faces import GAP_WIDTH_M
from layers.values import town_day
from layers.words import msg

router = APIRouter(prefix="/api/v1/analysis/work-faces", tags=["analysis"])
On = Annotated[date | None, Query(description="day for which responsibilities are asked; today by default")]


@router.get("")
def report(store: StoreDep, now: NowDep, level: str = "", on: On = None) -> Response:
    """Gaps, overlaps, stray parts and places without anybody; of all levels and the roads, or of one level."""
    with store.reading() as session:
        found = work_faces.report(session, on=on or town_day(now), level=level)
    return GeoJsonResponse(wire.report(found, now=now, level=level))


@router.post("/repair")
def repair(store: StoreDep, now: NowDep, body: JsonBody) -> Response:
    """Propose matching borders for a level: {"level", "gap_width_m"?}; nothing is stored.

    {"apply": true, "expected": {code: version}} stores the proposal; 409 where it is no longer the one that was shown.
    """
    level = text(body, "level")
    given = number(body, "gap_width_m")
    gap_width_m = GAP_WIDTH_M if given is None else given
    if body.get("apply") is True:
        done = area_repair.apply(store, _expected(body), level=level, gap_width_m=gap_width_m, now=now)
        return GeoJsonResponse(wire.proposal(done, now=now, applied=True))
    with store.reading() as session:
        proposed = area_repair.propose(session, level=level, gap_width_m=gap_width_m)
    return GeoJsonResponse(wire.proposal(proposed, now=now, applied=False))


def _expected(body: Mapping[str, Any]) -> dict[str, int]:
    given = body.get("expected")
    if not isinstance(given, dict) or not all(type(version) is int for version in given.values()):
        raise BadInput(msg("“expected” must name the version of every area that changes."), field="expected")
    return given
