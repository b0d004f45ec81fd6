"""Data of persons: what there are, a person's own as a file, their erasure, and how long things are kept."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from geo_service.bodies import text
from geo_service.dependencies import (
    CallerDep,
    IfMatch,
    JsonBody,
    JsonBodyOrNone,
    NowDep,
    PhotoFilesDep,
    StoreDep,
    WholeStoreDep,
    WordsDep,
)
from geo_service.errors import Stale
from geo_service.schemas.features import Json, JsonResponse, plain
from geo_service.words import Words
from layers import privacy
from layers.errors import BadInput, Conflict
from layers.personal_data import LIMITS, PERSONAL_DATA, RETENTION_TITLES
from layers.retention import Retention, put_retention, retention
from layers.store import Store
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["privacy"])
_CHUNK_BYTES = 1 << 16


@router.get("/people/{code}/data", response_class=Response)
def data_of(
    caller: CallerDep, store: WholeStoreDep, eyes: StoreDep, files: PhotoFilesDep, now: NowDep, code: str
) -> Response:
    """Everything that is held of a person, as a zip of JSON files and photos: for themself and for administrators."""
    person = caller.may_see_of(code, office=caller.is_administrator)
    file = TemporaryFile()  # noqa: SIM115 (closed when the answer was sent)
    try:
        limited = None if caller.is_administrator else eyes
        privacy.write_data(store, files, person, file, now=now, by=caller.by, eyes=limited)
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": 'attachment; filename="person.zip"', "Cache-Control": "private, no-store"}
    return StreamingResponse(_streamed(file), media_type="application/zip", headers=headers)


@router.post("/people/{code}/erase")
def erase(caller: CallerDep, store: WholeStoreDep, now: NowDep, body: JsonBodyOrNone, code: str) -> Response:
    """Take a person out of everything: {"to": who takes over their places and open cases}; for good."""
    done = privacy.erase(store, code, now=now, by=caller.by, to=text(body, "to"))
    handed = {"places": len(done.handed_over.duties), "cases": len(done.handed_over.cases)}
    return JsonResponse({"pseudonym": done.pseudonym, "rows": done.rows, "handed_over": handed})


@router.get("/personal-data")
def kept(words: WordsDep) -> Response:
    """Which data of persons are kept, why, and how long."""
    return JsonResponse([
        {"table": one.table, "columns": one.columns, "what": one.what.in_(words), "why": one.why.in_(words),
         "keep": one.keep.in_(words), "days": one.days or None}
        for one in PERSONAL_DATA
    ])  # fmt: skip


@router.get("/retention")
def settings(store: WholeStoreDep, words: WordsDep) -> Response:
    """For how many days what tells of persons is kept; `version` 0 = as shipped."""
    return _answer(_now(store), words)


@router.put("/retention")
def change_settings(
    caller: CallerDep, store: WholeStoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch
) -> Response:
    """Change some: {"days": {"patrol_days": 365, …}}; applied once a day."""
    wish = body.get("days")
    if not isinstance(wish, dict):
        raise BadInput(msg("“{field}” must be an object.", field="days"), field="days")
    try:
        made = put_retention(store, wish, now=now, by=caller.by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, _told(_now(store), words)) from error
    return _answer(made, words)


def _now(store: Store) -> Retention:
    with store.reading() as session:
        return retention(session)


def _answer(it: Retention, words: Words) -> Response:
    return JsonResponse(_told(it, words), headers={"ETag": f'"{it.version}"'})


def _told(it: Retention, words: Words) -> Json:
    rows = [
        {"name": name, "title": RETENTION_TITLES[name].in_(words), "days": days, "least": LIMITS[name][0],
         "most": LIMITS[name][1]}
        for name, days in it.days.items()
    ]  # fmt: skip
    return {"version": it.version, "changed_at": plain(it.changed_at), "changed_by": it.changed_by, "settings": rows}


def _streamed(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
