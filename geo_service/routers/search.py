"""The search box: what somebody types → places, problems and people that they may see."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from geo_service.dependencies import NowDep, StoreDep, WordsDep
from geo_service.problem_answers import kinds_of
from geo_service.schemas.features import GeoJsonResponse, collection
from geo_service.schemas.search import hit
from layers.search import Ask, found_again
from layers.search import search as search_for
from layers.values import town_day

router = APIRouter(prefix="/api/v1", tags=["search"])


@router.get("/search")
def search(
    store: StoreDep,
    words: WordsDep,
    now: NowDep,
    q: Annotated[
        str, Query(max_length=100, description="a name, a code, 某路 K1+200, or the first letters of the pinyin")
    ] = "",
    key: Annotated[str, Query(max_length=300, description="the key of one hit, to find it again")] = "",
) -> Response:
    """The best hits as features, the best first: kind, key, name, and what tells them apart."""
    on = town_day(now)
    with store.reading() as session:
        hits = [found_again(session, key, on=on)] if key else search_for(Ask(session, q, on))
        names = kinds_of(session, words)
    return GeoJsonResponse(collection(hit(one, names) for one in hits))
