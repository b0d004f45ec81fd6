"""Rebounds of the town, the choice of R and N from its data, and the look-backs."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from geo_service.bodies import needed_text, text
from geo_service.dependencies import BBoxQuery, CallerDep, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.moments import AsOfDep
from geo_service.problem_answers import names_of, one
from geo_service.rebound_filters import closures_asked
from geo_service.schemas import rebounds as wire
from geo_service.schemas.features import GeoJsonResponse, JsonResponse
from layers import rebound_analysis
from layers.errors import BadInput
from layers.look_back_results import Sight
from layers.look_back_results import look_back as record_look_back
from layers.query import Query as LayerQuery
from layers.rebound_analysis import Scope
from layers.rebound_cases import Wanted
from layers.rules.knox import SHUFFLES
from layers.store import Session
from layers.store.look_backs import LookBack
from layers.values import as_time, midnight, town_day
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["analysis"])
Categories = Annotated[str, Query(description="category codes, separated by commas; a class holds its kinds")]
Place = Annotated[str, Query(description="code of an area, or layer:code of any place")]
DUES = ("overdue", "today", "week")
SEED = 20211122


@router.get("/analysis/rebounds")
def rebounds(  # noqa: PLR0913 (one parameter each)
    store: StoreDep,
    words: WordsDep,
    now: NowDep,
    bbox: BBoxQuery,
    category: Categories = "",
    area: Place = "",
    since: Annotated[str | None, Query(description="closures verified at or after")] = None,
    as_of: AsOfDep = None,
    radius_m: Annotated[float | None, Query(gt=0, le=1000, description="R; each category's own by default")] = None,
    days: Annotated[float | None, Query(gt=0, le=3650, description="N; each category's own by default")] = None,
) -> Response:
    """What came back after a verified closing, with chains, chronic places and the 30-day risk."""
    moment = as_of or now
    with store.reading() as session:
        scope = Scope(
            query=closures_asked(session, bbox, category, area),
            since=as_time(since, "since"),
            wanted=Wanted(radius_m, days),
        )
        found = rebound_analysis.analysis(session, as_of=moment, scope=scope)
        names = names_of(session, words)
    return GeoJsonResponse(wire.rebound_map(found, names, scope))


@router.get("/analysis/rebounds/choice")
def choice(
    store: StoreDep,
    now: NowDep,
    category: Annotated[str, Query(description="one category; all by default")] = "",
    as_of: AsOfDep = None,
    shuffles: Annotated[int, Query(ge=19, le=9999)] = SHUFFLES,
    seed: Annotated[int, Query(ge=0)] = SEED,
) -> Response:
    """Which R and N the data speak for (Knox's test); takes some seconds."""
    moment = as_of or now
    with store.reading() as session:
        table = rebound_analysis.choice(session, as_of=moment, seed=seed, shuffles=shuffles, category=category)
    return JsonResponse(wire.choice(table, as_of=moment, seed=seed, shuffles=shuffles))


@router.get("/look-backs")
def look_backs(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, person: str = "", due: str = "",
    problem: int | None = None,
) -> Response:  # fmt: skip
    """Look-backs still to be done (overdue, due today or within a week; all by default), or all of one problem.

    Who works for the whole town sees those of everybody, or of one person; others see their own.
    """
    if due not in ("", *DUES):
        raise BadInput(msg("“{value}” is none of: {choices}.", value=due[:80], choices=", ".join(DUES)), field="due")
    with store.reading() as session:
        whose = person if caller.sees_all else caller.may_see_of(person, office=False)
        rows = session.look_backs.of(problem) if problem is not None else _due(session, whose, due, now)
        ids = tuple({row.problem_id for row in rows})
        problems = session.features.read("problems", LayerQuery(ids=ids)) if ids else []
        return JsonResponse(wire.look_backs(rows, problems, names_of(session, words), now))


@router.post("/look-backs/{id_}")
def result(caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, id_: int) -> Response:
    """What somebody saw: {"result": held|rebound|unable, "note", "by"}; "rebound" reports the problem anew."""
    by = caller.acts_as(text(body, "by"))
    sight = Sight(result=needed_text(body, "result"), by=by, note=text(body, "note"))
    done = record_look_back(store, id_, sight, now=now)
    with store.reading() as session:
        answer = wire.look_back(done.look_back, done.problem, names_of(session, words), now)
    reported = None if done.reported is None else one(store, done.reported, words, now)
    return JsonResponse({**answer, "reported": reported})


def _due(session: Session, person: str, due: str, now: datetime) -> list[LookBack]:
    """Of one person, by when they are due; a day and a week end at midnight in the town."""
    morning = midnight(town_day(now))
    spans: dict[str, tuple[datetime | None, datetime | None]] = {
        "": (None, None),
        "overdue": (None, now),
        "today": (morning, morning + timedelta(days=1)),
        "week": (morning, morning + timedelta(days=7)),
    }
    since, until = spans[due]
    return session.look_backs.open(since=since, until=until, person=person)
