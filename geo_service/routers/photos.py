"""Photos of problems: added, shown, redacted, removed.

A photo's address holds a key that is made anew whenever its content changes, and the answer forbids every cache to
keep it: what was redacted or removed is nowhere left to be shown.
"""

from dataclasses import replace
from functools import partial
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response

from geo_service.bodies import flag, text
from geo_service.dependencies import (
    CallerDep,
    IdempotencyKey,
    JsonBody,
    JsonBodyOrNone,
    NowDep,
    PhotoFilesDep,
    SettingsDep,
    StoreDep,
    WordsDep,
)
from geo_service.photo_uploads import received
from geo_service.problem_answers import names_of
from geo_service.schemas import public
from geo_service.schemas.features import JsonResponse
from geo_service.schemas.photos import photo
from geo_service.schemas.unseen import mentioned
from geo_service.words import Words
from layers import photo_keeping
from layers.duplicates import merged_into
from layers.photos.photo import Photo
from layers.photos.redaction import rectangles_in
from layers.store import Store

router = APIRouter(prefix="/api/v1", tags=["photos"])
_DECODING = CapacityLimiter(2)  # the worst photo takes 450 MB while it is decoded
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@router.post("/problems/{id_}/photos", status_code=201)
async def add(  # noqa: PLR0913 (one dependency each)
    request: Request,
    caller: CallerDep,
    store: StoreDep,
    files: PhotoFilesDep,
    settings: SettingsDep,
    words: WordsDep,
    now: NowDep,
    id_: int,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """A photo: a form (file, role, by, note, lon, lat, taken_at) or the picture itself, the rest in the query."""
    said = await received(request, limit_bytes=settings.largest_photo_bytes, key=idempotency_key)
    new = replace(said, by=caller.acts_as(said.by))
    keep = partial(photo_keeping.add, store, files, id_, new, now=now, radius_m=settings.photo_radius_m)
    made = await to_thread.run_sync(keep, limiter=_DECODING)
    return await to_thread.run_sync(partial(_told, store, made, words, 201))


@router.get("/problems/{id_}/photos")
def listed(
    store: StoreDep,
    words: WordsDep,
    id_: int,
    merged: Annotated[bool, Query(description="those of the problems that were merged into it")] = False,
) -> Response:
    """The photos of a problem, the oldest first; or those of its duplicates, which stay with them."""
    with store.reading() as session:
        problem = session.features.get("problems", id_)
        names = names_of(session, words)
        of = merged_into(session, id_) if merged else [problem]
        found = [(it.code, one) for it in of for one in session.photos.of(it.id)]
        if session.scope.sees == "public":
            return JsonResponse([{**public.photo(one, names), "code": code} for code, one in found])
        known = session.features.visible([key for _, one in found for key in mentioned(one)])
        return JsonResponse([{**photo(one, names, known), "code": code} for code, one in found])


@router.get("/photos/{key}", response_class=Response)
def shown(store: StoreDep, files: PhotoFilesDep, key: str) -> Response:
    """The photo: a JPEG without anything but pixels."""
    return Response(photo_keeping.content(store, files, key), media_type="image/jpeg", headers=_HEADERS)


@router.get("/photos/{key}/preview", response_class=Response)
def preview(store: StoreDep, files: PhotoFilesDep, key: str) -> Response:
    """The photo, 480 pixels at most on its longer side."""
    return Response(photo_keeping.content(store, files, key, preview=True), media_type="image/jpeg", headers=_HEADERS)


@router.post("/photos/{id_}/redact")
def redact(
    caller: CallerDep, store: StoreDep, files: PhotoFilesDep, words: WordsDep, now: NowDep, body: JsonBody, id_: int
) -> Response:
    """Fill rectangles: {"rectangles": [[left, top, width, height] as fractions of the picture, …], "by": …}."""
    rectangles = rectangles_in(body.get("rectangles"))
    made = photo_keeping.redact(store, files, id_, rectangles, now=now, by=caller.acts_as(text(body, "by")))
    return _told(store, made, words, 200)


@router.post("/photos/{id_}/release")
def release(caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, id_: int) -> Response:
    """Let the public see it, or no longer: {"released": true or false, "by": …}."""
    made = photo_keeping.release(store, id_, flag(body, "released"), now=now, by=caller.acts_as(text(body, "by")))
    return _told(store, made, words, 200)


@router.delete("/photos/{key}", status_code=204)
def remove(
    caller: CallerDep, store: StoreDep, files: PhotoFilesDep, now: NowDep, body: JsonBodyOrNone, key: int
) -> Response:
    """Take a photo away by its number: {"note": the reason, "by": …}, in the body or in the query."""
    by = caller.acts_as(text(body, "by"))
    photo_keeping.remove(store, files, key, now=now, note=text(body, "note"), by=by)
    return Response(status_code=204)


def _told(store: Store, one: Photo, words: Words, status: int) -> Response:
    with store.reading() as session:
        told = photo(one, names_of(session, words), session.features.visible(mentioned(one)))
    return JsonResponse(told, status, {"Location": told["url"]})
