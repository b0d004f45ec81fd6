"""The calendar and the ladders of escalation, which an administrator edits; the clocks of a problem."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from geo_service.bodies import text
from geo_service.dependencies import CallerDep, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.problem_answers import names_of
from geo_service.schemas import clocks
from geo_service.schemas.features import JsonResponse, plain
from layers import clock_rules, escalations
from layers.errors import BadInput, Conflict
from layers.store import Store
from layers.values import TOWN_TIME
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["clocks"])
Year = Annotated[int | None, Query(ge=1990, le=2199)]


@router.get("/calendar")
def calendar(store: StoreDep, words: WordsDep, now: NowDep, year: Year = None) -> Response:
    """The days of a year that differ from their week, and the working hours."""
    sheet = _calendar(store)
    return _answer(clocks.calendar(sheet, year or now.astimezone(TOWN_TIME).year, words), sheet.version)


@router.put("/calendar")
def change_calendar(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch,
    year: Year = None,
) -> Response:  # fmt: skip
    """Change days, hours or weekdays: {"days": [{"day", "kind": holiday|workday|"", "name"}], "hours", "weekdays",
    "announced": year, "by"}. Due times that are stored stay as they are."""
    asked, by = year or now.astimezone(TOWN_TIME).year, caller.acts_as(text(body, "by"))
    try:
        sheet = clock_rules.put_calendar(store, body, now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, clocks.calendar(_calendar(store), asked, words)) from error
    return _answer(clocks.calendar(sheet, asked, words), sheet.version)


@router.get("/ladders")
def ladders(store: StoreDep, words: WordsDep) -> Response:
    """Every ladder with its steps, and the choices for each field."""
    sheet = _ladders(store)
    return _answer(clocks.ladders(sheet, words), sheet.version)


@router.put("/ladders")
def change_ladders(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch
) -> Response:
    """Replace the ladders: {"ladders": {key: [{"of", "step", "clock", "offset", "addressed_to"}]}, "by"}."""
    wish = body.get("ladders")
    if not isinstance(wish, dict):
        raise BadInput(msg("The ladders are an object of lists of steps."), field="ladders")
    try:
        by = caller.acts_as(text(body, "by"))
        sheet = clock_rules.put_ladders(store, wish, now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, clocks.ladders(_ladders(store), words)) from error
    return _answer(clocks.ladders(sheet, words), sheet.version)


@router.get("/problems/{id_}/deadlines")
def deadlines(store: StoreDep, words: WordsDep, now: NowDep, id_: int) -> Response:
    """The clocks of a problem, the oldest first; what is left; the steps of escalation taken, and the next one."""
    with store.reading() as session:
        problem = session.features.get("problems", id_)
        rules = clock_rules.calendar_sheet(session).calendar()
        names = names_of(session, words)
        return JsonResponse(
            {
                "as_of": plain(now),
                "paused_at": plain(problem.values["paused_at"]),
                "deadlines": [clocks.deadline(one, rules, words, now) for one in session.deadlines.of(id_)],
                "escalations": [clocks.escalation(one, names) for one in session.escalations.of(id_)],
                "next": clocks.next_step(escalations.coming(session, problem, now), words),
            }
        )


def _calendar(store: Store) -> clock_rules.CalendarSheet:
    with store.reading() as session:
        return clock_rules.calendar_sheet(session)


def _ladders(store: Store) -> clock_rules.LadderSheet:
    with store.reading() as session:
        return clock_rules.ladder_sheet(session)


def _answer(body: object, version: int) -> Response:
    return JsonResponse(body, headers={"ETag": f'"{version}"'})
