"""The indicators of a period, with the cases behind every number."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from geo_service.dependencies import CallerDep, NowDep, StoreDep, WordsDep
from geo_service.problem_answers import names_of, wire
from geo_service.schemas.features import GeoJsonResponse, JsonResponse, collection
from geo_service.schemas.scores import csv_of
from geo_service.schemas.scores import report as as_json
from layers import indicators
from layers.exports import note_export
from layers.query import Query as LayerQuery
from layers.values import TOWN_TIME, as_time, midnight, town_day

router = APIRouter(prefix="/api/v1/analysis/scores", tags=["analysis"])
DAYS = 30  # a period that nobody gave
From = Annotated[str | None, Query(alias="from", description="first moment or day; 30 days before the end by default")]
To = Annotated[str | None, Query(description="end, not included (a day: its begin); now by default")]
By = Annotated[str, Query(description="area, person, department, category or source")]
MOST_CASES = 1000


@router.get("")
def scores(
    store: StoreDep, words: WordsDep, now: NowDep, from_: From = None, to: To = None, by: By = "area"
) -> Response:
    """Counts, rates and the composite score by unit; every rate names its numerator and its denominator."""
    start, end = _period(from_, to, now)
    with store.reading() as session:
        found = indicators.report(session, start=start, end=end, by=by)
        names = names_of(session, words)
    return JsonResponse(as_json(found, names, by=by, period=(start, end)))


@router.get(".csv")
def as_csv(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, from_: From = None, to: To = None, by: By = "area"
) -> Response:
    """The same as a table for a spreadsheet: counts, rates and score of each unit."""
    start, end = _period(from_, to, now)
    with store.reading() as session:
        rows = indicators.report(session, start=start, end=end, by=by)
        found = as_json(rows, names_of(session, words), by=by, period=(start, end))
    note_export(store, "analysis/scores", address=caller.client.address, now=now, per=by)
    name = f"indicators-{by}-{start.astimezone(TOWN_TIME):%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_of(found, words), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/cases")
def cases(
    store: StoreDep, words: WordsDep, now: NowDep, count: str, from_: From = None, to: To = None, by: By = "area",
    unit: str = "",
) -> Response:  # fmt: skip
    """The cases behind one number, the most urgent first."""
    start, end = _period(from_, to, now)
    with store.reading() as session:
        ids = indicators.cases_of(session, count=count, start=start, end=end, by=by, unit=unit)
        asked = LayerQuery(ids=tuple(ids[:MOST_CASES]), order="due_at")
        rows = session.features.read("problems", asked) if ids else []
        features = wire(session, rows, names_of(session, words), now)
    return GeoJsonResponse(collection(features, numberMatched=len(ids)))


def _period(from_: str | None, to: str | None, now: datetime) -> tuple[datetime, datetime]:
    """The half-open period; an end that is a day is the begin of that day in the town."""
    end = as_time(to, "to") or now
    start = as_time(from_, "from")
    if start is None:
        day = midnight(town_day(end) - timedelta(days=DAYS))
        start = day
    return start, end
