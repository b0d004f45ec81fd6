"""The town's list of tags."""

from fastapi import APIRouter, Response

from geo_service.bodies import text, texts
from geo_service.dependencies import CallerDep, IfMatch, JsonBody, NowDep, StoreDep
from geo_service.errors import Stale
from geo_service.schemas.features import Json, JsonResponse, plain
from layers import tags
from layers.errors import BadInput, Conflict
from layers.store import Store
from layers.words import msg

router = APIRouter(prefix="/api/v1/tags", tags=["rules"])


@router.get("")
def listed(store: StoreDep) -> Response:
    """The tags that are offered for problems, with the version of the list."""
    return _answer(_current(store))


@router.put("")
def change(caller: CallerDep, store: StoreDep, now: NowDep, body: JsonBody, if_match: IfMatch) -> Response:
    """Replace the list: {"tags": [text], "by"}; problems keep the tags they have."""
    by = caller.acts_as(text(body, "by"))
    if "tags" not in body:
        raise BadInput(msg("“{field}” must be given.", field="tags"), field="tags")
    try:
        changed = tags.put_tags(store, texts(body, "tags"), now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, _json(_current(store))) from error
    return _answer(changed)


def _current(store: Store) -> tags.TagList:
    with store.reading() as session:
        return tags.tag_list(session)


def _answer(row: tags.TagList) -> Response:
    return JsonResponse(_json(row), headers={"ETag": f'"{row.version}"'})


def _json(row: tags.TagList) -> Json:
    return {
        "tags": list(row.tags), "version": row.version, "changed_at": plain(row.changed_at),
        "changed_by": row.changed_by,
    }  # fmt: skip
