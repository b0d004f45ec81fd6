"""Campaigns, which an administrator edits, and how they go on."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from geo_service.bodies import text
from geo_service.dependencies import CallerDep, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.moments import AsOfDep
from geo_service.problem_answers import names_of, wire
from geo_service.schemas import progress as schema
from geo_service.schemas.features import Json, JsonResponse
from geo_service.words import Words
from layers import campaigns, past
from layers.errors import Conflict
from layers.progress import Wish, progress
from layers.query import Query as LayerQuery
from layers.store import Store

router = APIRouter(prefix="/api/v1", tags=["campaigns"])
By = Annotated[str, Query(description="area, person, department or category")]
Phase = Annotated[int, Query(ge=0, le=99, description="1 = the first phase; 0 = the whole campaign")]
Name = Annotated[str, Query(description="its code; by default the campaign that runs")]
Unit = Annotated[str, Query(description="the key of a line: its days, its quota and its next cases; all by default")]


@router.get("/campaigns")
def listed(store: StoreDep, words: WordsDep) -> Response:
    """The campaigns with their phases and targets; `version` 0 = as shipped: none."""
    return _answer(_sheet(store, words))


@router.put("/campaigns")
def change(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch
) -> Response:
    """Replace them all: {"campaigns": [{"code", "name_zh", "begin", "end", "phases", "targets", …}], "by"}."""
    try:
        by = caller.acts_as(text(body, "by"))
        made = campaigns.put_campaigns(store, body.get("campaigns"), now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, _sheet(store, words)) from error
    return _answer(schema.sheet(made, words))


@router.get("/analysis/progress")
def how_it_goes(
    store: StoreDep, words: WordsDep, now: NowDep, as_of: AsOfDep = None, campaign: Name = "", phase: Phase = 0,
    by: By = "area", unit: Unit = "",
) -> Response:  # fmt: skip
    """What is left by unit, what each working day must bring, the forecast, the quota, the targets."""
    wish = Wish(campaign=campaign, phase=phase, by=by, unit=unit)
    with store.reading() as session:
        found = progress(session, wish, as_of=as_of or now)
        names, cases = names_of(session, words), list[Json]()
        if found is not None and found.course.next_day:
            ids = found.course.next_day
            rows = session.features.read("problems", LayerQuery(ids=tuple(ids)))
            then = rows if as_of is None else past.as_it_stood(session, rows, as_of)
            turn = {id_: n for n, id_ in enumerate(ids)}
            cases = wire(session, sorted(then, key=lambda row: turn[row.id]), names, as_of or now)
    return JsonResponse(schema.progress(found, wish, names, cases))


def _sheet(store: Store, words: Words) -> Json:
    with store.reading() as session:
        return schema.sheet(campaigns.campaign_sheet(session), words)


def _answer(sheet: Json) -> Response:
    return JsonResponse(sheet, headers={"ETag": f'"{sheet["version"]}"'})
