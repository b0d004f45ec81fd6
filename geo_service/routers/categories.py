"""The table of categories and the costs of findings: read by all, edited by administrators, every version kept."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Response

from geo_service.bodies import text
from geo_service.dependencies import CallerDep, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.schemas import public
from geo_service.schemas.categories import category, costs
from geo_service.schemas.features import Json, JsonResponse
from geo_service.words import Words
from layers import categories, source_levels
from layers.errors import BadInput, Conflict
from layers.model import Category
from layers.store import Session, Store
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["categories"])
_NOT_A_FIELD = ("by",)


@router.get("/categories")
def listed(store: StoreDep, words: WordsDep, retired: bool = False) -> Response:
    """The two-level table, in the reader's language; what is no longer used only on request."""
    with store.reading() as session:
        rows, form = session.town.categories(), _form(session, words)
    return JsonResponse([form(row) for row in rows if retired or not row.retired])


@router.post("/categories", status_code=201)
def add(caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """A new category."""
    made = categories.add(store, _fields(body), now=now, by=caller.acts_as(text(body, "by")))
    return JsonResponse(category(made, words), 201, {**_etag(made), "Location": f"/api/v1/categories/{made.code}"})


@router.get("/categories/{code}")
def single(store: StoreDep, words: WordsDep, code: str) -> Response:
    """One category as it stands."""
    with store.reading() as session:
        row, form = categories.current(session, code), _form(session, words)
    return JsonResponse(form(row), headers=_etag(row))


@router.get("/categories/{code}/versions")
def versions(store: StoreDep, words: WordsDep, code: str) -> Response:
    """Every version of a category, the oldest first."""
    with store.reading() as session:
        categories.current(session, code)
        rows = session.town.category_versions(code)
    return JsonResponse([category(row, words) for row in rows])


@router.patch("/categories/{code}")
def change(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch, code: str
) -> Response:
    """Change some fields: a new version; cases keep the deadlines that were set under the old one."""
    try:
        by = caller.acts_as(text(body, "by"))
        changed = categories.change(store, code, _fields(body), now=now, by=by, expected=if_match)
    except Conflict as error:
        with store.reading() as session:
            raise Stale(error.message, category(categories.current(session, code), words)) from error
    return JsonResponse(category(changed, words), headers=_etag(changed))


@router.get("/source-levels")
def source_level_costs(store: StoreDep) -> Response:
    """What a finding costs by the level that found it."""
    return _costs(_current_costs(store))


@router.put("/source-levels")
def change_costs(caller: CallerDep, store: StoreDep, now: NowDep, body: JsonBody, if_match: IfMatch) -> Response:
    """Set some of them: {"points": {level: number ≤ 0}, "by"}; problems that are reported keep theirs."""
    wish = body.get("points")
    if not isinstance(wish, dict):
        raise BadInput(msg("“{field}” must be given.", field="points"), field="points")
    try:
        by = caller.acts_as(text(body, "by"))
        changed = source_levels.put_costs(store, wish, now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, costs(_current_costs(store))) from error
    return _costs(changed)


def _form(session: Session, words: Words) -> Callable[[Category], Json]:
    """What is told of a category; people who have not signed in need its name."""
    if session.scope.sees == "public":
        return partial(public.category, language=words.language)
    return partial(category, words=words)


def _current_costs(store: Store) -> source_levels.Costs:
    with store.reading() as session:
        return source_levels.costs(session)


def _costs(row: source_levels.Costs) -> Response:
    return JsonResponse(costs(row), headers={"ETag": f'"{row.version}"'})


def _fields(body: JsonBody) -> dict[str, object]:
    return {name: value for name, value in body.items() if name not in _NOT_A_FIELD}


def _etag(row: Category) -> dict[str, str]:
    return {"ETag": f'"{row.version}"'}
