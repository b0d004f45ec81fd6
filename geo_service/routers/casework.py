"""Moving a problem along its life, and everything else that is done with it."""

from fastapi import APIRouter, Response

from geo_service.bodies import number, text, whole_number
from geo_service.dependencies import CallerDep, IdempotencyKey, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.problem_answers import names_of, one, stale
from geo_service.schemas.features import GeoJsonResponse, JsonResponse, etag
from geo_service.schemas.problems import waiting_request
from layers.acts import ActWish
from layers.acts import act as do_act
from layers.errors import Conflict
from layers.moves import MoveWish
from layers.moves import move as do_move
from layers.query import Query
from layers.rules.acts import decisions
from layers.rules.appeals import deciders
from layers.values import as_time

router = APIRouter(prefix="/api/v1", tags=["problems"])
_MOVE_FIELDS = ("note", "document", "until", "recheck_level", "handler")
_ACT_FIELDS = ("note", "document", "until", "stage", "department", "outcome")


@router.post("/problems/{id_}/moves")
def move(
    caller: CallerDep,
    store: StoreDep,
    words: WordsDep,
    now: NowDep,
    body: JsonBody,
    if_match: IfMatch,
    id_: int,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Move a problem to another state: {"to": state, "note", "by", "at", "document", "until", "duplicate_of" …}."""
    given = {name: text(body, name) for name in _MOVE_FIELDS if body.get(name)}
    wish = MoveWish(
        to=text(body, "to"), by=caller.acts_as(text(body, "by")), at=as_time(body.get("at"), "at"),
        given={**given, "duplicate_of": whole_number(body, "duplicate_of")}, request_key=idempotency_key,
    )  # fmt: skip
    try:
        changed = do_move(store, id_, wish, now=now, expected=if_match)
    except Conflict as error:
        raise stale(store, id_, error, words, now) from error
    return GeoJsonResponse(one(store, changed, words, now), headers=etag(changed))


@router.post("/problems/{id_}/acts")
def act(
    caller: CallerDep,
    store: StoreDep,
    words: WordsDep,
    now: NowDep,
    body: JsonBody,
    if_match: IfMatch,
    id_: int,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Anything that does not move it: {"act": name, "note", "by", "until", "stage", "document", "department",
    "outcome", "amount_cny"}."""
    given = {name: text(body, name) for name in _ACT_FIELDS if body.get(name)}
    amount = number(body, "amount_cny")
    given |= {} if amount is None else {"amount_cny": str(amount)}
    by = caller.acts_as(text(body, "by"))
    wish = ActWish(act=text(body, "act"), by=by, given=given, request_key=idempotency_key)
    try:
        changed = do_act(store, id_, wish, now=now, expected=if_match)
    except Conflict as error:
        raise stale(store, id_, error, words, now) from error
    return GeoJsonResponse(one(store, changed, words, now), headers=etag(changed))


@router.get("/requests")
def waiting(store: StoreDep, words: WordsDep) -> Response:
    """Requests for more time and appeals that wait for a decision, the oldest first, with what decides them."""
    with store.reading() as session:
        rows, actor = session.requests.waiting(), session.scope.actor
        names = names_of(session, words)
        ids = tuple({row.problem_id for row in rows})
        asked = session.requests.of_many(ids)
        problems = {one.id: one for one in session.features.read("problems", Query(ids=ids))} if ids else {}
    return JsonResponse(
        [
            waiting_request(
                row, problems[row.problem_id], names, decisions(row, actor, before=deciders(row, asked[row.problem_id]))
            )
            for row in rows
            if row.problem_id in problems
        ]
    )
