"""Reports of people who have not signed in, the receipt of each, and what of the service is open to them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from shapely import Point

from geo_service.bodies import properties, text, whole_number
from geo_service.dependencies import (
    CallerDep,
    IdempotencyKey,
    IfMatch,
    JsonBody,
    NowDep,
    PhotoFilesDep,
    SettingsDep,
    SmallBody,
    StoreDep,
    WholeStoreDep,
    WordsDep,
)
from geo_service.errors import Stale
from geo_service.photo_uploads import received
from geo_service.problem_answers import names_of, wire
from geo_service.receipts import RECEIPT_HEADERS, check_receipt
from geo_service.schemas import public as form
from geo_service.schemas.features import GeoJsonResponse, Json, JsonResponse, collection, plain
from geo_service.security.callers import client_of
from geo_service.security.hosts import base_of
from geo_service.words import Words
from layers import public_reports, public_view
from layers.errors import BadInput, Conflict
from layers.geometry import from_geojson
from layers.store import Store
from layers.values import as_time
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["public"])
_DECODING = CapacityLimiter(1)


def _receipt(receipt: str) -> str:
    return check_receipt(receipt)


Receipt = Annotated[str, Depends(_receipt)]


@router.get("/reports/known")
def known(
    caller: CallerDep,
    store: StoreDep,
    words: WordsDep,
    now: NowDep,
    category: Annotated[str, Query(max_length=20)],
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
) -> Response:
    """What everybody may see of problems that may be the same as one of that category there."""
    with store.reading() as session:
        rows = public_reports.known(session, category, Point(lon, lat), now=now)
        shown = wire(session, rows, names_of(session, words), now) if public_view.VIEW in caller.open_parts else []
    return GeoJsonResponse(collection(shown))


@router.post("/reports", status_code=201)
def report(
    request: Request, caller: CallerDep, store: StoreDep, now: NowDep, body: SmallBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """Report something: a point Feature {"category", "description"?, "contact"?, "duplicate_of"?, "opened_at"}.

    `opened_at` is when the form was opened. The answer alone tells the receipt.
    """
    request.app.state.report_limits.report(caller.client.address)
    wish = replace(_wish(body), request_key=idempotency_key)
    receipt = public_reports.report(store, wish, now=now)
    said = {"receipt": receipt, "url": f"{base_of(request)}/report/{receipt}"}
    return JsonResponse(said, 201, {**RECEIPT_HEADERS, "Location": f"/report/{receipt}"})


@router.get("/reports/{receipt}")
def standing(store: WholeStoreDep, words: WordsDep, receipt: Receipt) -> Response:
    """How a report stands: its state, dates, and what was done, in the service's own words."""
    with store.reading() as session:
        found = public_reports.standing(session, receipt)
    return _told(store, found, words)


@router.post("/reports/{receipt}/remarks", status_code=201)
def remark(
    request: Request, caller: CallerDep, store: WholeStoreDep, words: WordsDep, now: NowDep, body: SmallBody,
    receipt: Receipt,
) -> Response:  # fmt: skip
    """A further word of the reporter: {"text"}."""
    request.app.state.report_limits.add(caller.client.address)
    return _told(store, public_reports.remark(store, receipt, text(body, "text"), now=now), words, 201)


@router.post("/reports/{receipt}/verdict")
def judge(
    request: Request, caller: CallerDep, store: WholeStoreDep, words: WordsDep, now: NowDep, body: SmallBody,
    receipt: Receipt,
) -> Response:  # fmt: skip
    """Whether the reporter is content: {"content": true or false, "text"?}; once it is put right or over."""
    request.app.state.report_limits.add(caller.client.address)
    found = public_reports.judge(store, receipt, body.get("content"), text(body, "text"), now=now)
    return _told(store, found, words)


@router.post("/reports/{receipt}/photos", status_code=201)
async def add_photo(
    request: Request,
    store: WholeStoreDep,
    files: PhotoFilesDep,
    settings: SettingsDep,
    words: WordsDep,
    now: NowDep,
    receipt: Receipt,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """A photo of the reporter, as a form with a file; nobody but the office sees it before it is released."""
    request.app.state.report_limits.add(client_of(request).address)
    said = await received(request, limit_bytes=settings.largest_photo_bytes, key=idempotency_key)
    keep = partial(public_reports.add_photo, store, files, receipt, said, now=now)
    found = await to_thread.run_sync(keep, limiter=_DECODING)
    return await to_thread.run_sync(partial(_told, store, found, words, 201))


@router.get("/problems/{id_}/contacts")
def contacts(store: StoreDep, id_: int) -> Response:
    """How those may be reached who reported it without signing in, and whether they are content."""
    with store.reading() as session:
        session.features.get("problems", id_)
        reports, found = session.public_reports.of(id_), session.public_reports.contacts([id_])
    said = {
        "reports": [
            {"at": plain(one.at), "content": one.content, "judged_at": plain(one.judged_at)} for one in reports
        ],
        "contacts": [{"contact": contact, "at": plain(at)} for _, contact, at in found],
    }
    return JsonResponse(said, headers={"Cache-Control": "private, no-store"})


@router.get("/public")
def opened(store: WholeStoreDep) -> Response:
    """Which parts are open to people who have not signed in."""
    return _parts(_now(store))


@router.put("/public")
def open_or_close(caller: CallerDep, store: WholeStoreDep, now: NowDep, body: JsonBody, if_match: IfMatch) -> Response:
    """Open or close: {"view": true or false, "report": true or false, "by"}."""
    by = caller.acts_as(text(body, "by"))
    try:
        return _parts(public_view.put_parts(store, body, now=now, by=by, expected=if_match))
    except Conflict as error:
        raise Stale(error.message, _said(_now(store))) from error


def _wish(body: Mapping[str, Any]) -> public_reports.Wish:
    said = properties(body)
    point = from_geojson(body.get("geometry"), frozenset({"Point"}))
    if body.get("type") != "Feature" or not isinstance(point, Point):
        raise BadInput(msg("The body must be a GeoJSON Feature."), field="type")
    return public_reports.Wish(
        place=point, category=text(said, "category"), description=text(said, "description"),
        contact=text(said, "contact"), duplicate_of=whole_number(said, "duplicate_of"), trap=said.get("website"),
        opened_at=as_time(said.get("opened_at"), "opened_at"),
    )  # fmt: skip


def _told(store: Store, found: public_reports.Standing, words: Words, status: int = 200) -> Response:
    with store.reading() as session:
        said = form.receipt(found, names_of(session, words))
    return JsonResponse(said, status, RECEIPT_HEADERS)


def _now(store: Store) -> public_view.PublicParts:
    with store.reading() as session:
        return public_view.parts(session)


def _parts(it: public_view.PublicParts) -> Response:
    return JsonResponse(_said(it), headers={"ETag": f'"{it.version}"'})


def _said(it: public_view.PublicParts) -> Json:
    opened = {name: name in it.open for name in public_view.PARTS}
    return {**opened, "version": it.version, "changed_at": plain(it.changed_at), "changed_by": it.changed_by}
