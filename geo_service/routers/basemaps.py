"""Basemaps: what there are, an administrator's list of them, the tiles of files, and how one tile looks beforehand."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import numpy as np
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import HTMLResponse

from geo_service import pages
from geo_service.basemaps import Basemaps, stamp_text
from geo_service.dependencies import CallerDep, IfMatch, JsonBody, NowDep, WholeStoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.schemas import basemaps as form
from geo_service.schemas.features import JsonResponse
from geo_service.words import Words
from layers import crs
from layers.basemaps import put_basemaps
from layers.crs import points_from_wgs84
from layers.errors import BadInput, Conflict, NotFound
from layers.model import Town
from layers.rules.basemaps import GCJ02, TILES, WGS84, basemap_of
from maps.tiles.grid import Tile, exists, tile_at
from maps.tiles.service import knows

router = APIRouter(tags=["basemaps"])
_READING = CapacityLimiter(4)  # threads of their own: many who pan must not keep a report waiting
_KEPT_LONG = "private, max-age=31536000, immutable"  # where the address bears the stamp of the file
_ASKED_AGAIN = "private, no-cache"
_MIDDLE_OF_CHINA = (104.0, 35.0)
_NEAR = 13  # the zoom of a tile that shows how a basemap looks


@router.get("/api/v1/basemaps")
def all_basemaps(request: Request, caller: CallerDep, words: WordsDep) -> Response:
    """The basemaps that maps offer; an administrator also gets the rows as they are set, faults, and files."""
    basemaps: Basemaps = request.app.state.basemaps
    said = form.sheet(basemaps, words) if caller.is_administrator else form.shown(basemaps, words)
    return JsonResponse(said, headers={"ETag": f'"{said["version"]}"'})


@router.put("/api/v1/basemaps")
def change_basemaps(
    request: Request, caller: CallerDep, store: WholeStoreDep, words: WordsDep, now: NowDep, body: JsonBody,
    if_match: IfMatch,
) -> Response:  # fmt: skip
    """Replace them: {"basemaps": [{"key", "name", "kind": tiles|file, "addresses", "subdomains", "file", "datum":
    wgs84|gcj02, "name_en", "attribution", "min_zoom", "max_zoom", "quiet", "dark"}]}, in the order they are offered."""
    basemaps: Basemaps = request.app.state.basemaps
    try:
        put_basemaps(store, body.get("basemaps"), basemaps.files, now=now, by=caller.by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, form.sheet(basemaps, words)) from error
    said = form.sheet(basemaps, words)
    return JsonResponse(said, headers={"ETag": f'"{said["version"]}"'})


@router.get("/basemaps/{key}/{z}/{x}/{y}")
async def tile(request: Request, key: str, z: int, x: int, y: int, v: str = "") -> Response:
    """A tile of a basemap's file; `v` is the stamp of the file, with which the answer may be kept for long."""
    return await to_thread.run_sync(partial(_tile, request, key, (z, x, y), v), limiter=_READING)


@router.get("/admin/basemaps/preview", include_in_schema=False)
def preview(
    store: WholeStoreDep, words: WordsDep, address: Annotated[list[str], Query()],
    subdomains: Annotated[list[str] | None, Query()] = None, datum: str = WGS84, min_zoom: int = 0,
    max_zoom: int = 18,
) -> HTMLResponse:  # fmt: skip
    """One tile in the middle of the town from addresses that are not set yet, or why not; it loads nothing else."""
    row = {"key": "preview", "name": "preview", "kind": TILES, "addresses": address, "subdomains": subdomains or [],
           "datum": datum, "min_zoom": min_zoom, "max_zoom": max_zoom}  # fmt: skip
    try:
        made = basemap_of(row)
    except BadInput as error:
        return _previewed(words, refusal=error.message.in_(words))
    with store.reading() as session:
        lon, lat = _middle(session.town.get(), made.datum)
    place = tile_at(lon, lat, min(max(_NEAR, made.min_zoom), made.max_zoom))
    tiles = [address_of(template, place, made.subdomains) for template in made.templates]
    return _previewed(words, tiles=tiles, origins=made.origins)


def _previewed(
    words: Words, *, tiles: Sequence[str] = (), origins: Sequence[str] = (), refusal: str = ""
) -> HTMLResponse:  # fmt: skip
    html = pages.TEMPLATES.get_template("basemap_preview.html.j2").render(_=words, tiles=tiles, refusal=refusal)
    pictures = " ".join(("'self'", *origins))
    policy = f"default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; frame-ancestors 'self'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(html, 422 if refusal else 200, headers)


def _tile(request: Request, key: str, at: tuple[int, int, int], stamp: str) -> Response:
    basemaps: Basemaps = request.app.state.basemaps
    archive = basemaps.archive(key)
    if not exists(Tile(*at)):
        raise NotFound("tile", "/".join(map(str, at)))
    said = stamp_text(archive)
    is_plain = archive.facts.is_zipped and "gzip" not in request.headers.get("accept-encoding", "")
    etag = f'"{said}-{"-".join(map(str, at))}{"-plain" if is_plain else ""}"'
    headers = {
        "ETag": etag, "Cache-Control": _KEPT_LONG if stamp == said else _ASKED_AGAIN, "Vary": "Accept-Encoding",
    }  # fmt: skip
    if knows(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    found = archive.tile(*at)
    if not found:
        return Response(status_code=204, headers=headers)
    if is_plain:
        found = archive.unpacked(found)
    elif archive.facts.is_zipped:
        headers["Content-Encoding"] = "gzip"
    return Response(found, media_type=archive.facts.media_type, headers=headers)


def address_of(template: str, tile: Tile, subdomains: Sequence[str]) -> str:
    """The address of one tile.

    >>> address_of("https://t{s}.maps.example/{z}/{x}/{-y}.png", Tile(2, 1, 0), ["5", "6"])
    'https://t5.maps.example/2/1/3.png'
    """
    values = {"z": tile.z, "x": tile.x, "y": tile.y, "-y": (1 << tile.z) - 1 - tile.y, "s": (*subdomains, "")[0]}
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", str(value))
    return template


def _middle(town: Town, datum: str) -> tuple[float, float]:
    """The middle of the town, as maps in that datum call it."""
    west, south, east, north = town.bounds or (*_MIDDLE_OF_CHINA, *_MIDDLE_OF_CHINA)
    place = np.array([[(west + east) / 2, (south + north) / 2]])
    lon, lat = (points_from_wgs84(place, crs.GCJ02) if datum == GCJ02 else place)[0]
    return float(lon), float(lat)
