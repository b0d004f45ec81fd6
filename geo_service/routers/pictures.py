"""Every map as a picture and as a sheet to print, drawn by the service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from geo_service import pages, picture_data, picture_words
from geo_service.dependencies import CallerDep, NowDep, StoreDep, WordsDep
from geo_service.sheet_size import SheetSize, box_asked, size_of
from geo_service.standalone import Saving, params_of
from geo_service.words import Words
from layers.errors import NotFound
from layers.exports import note_export
from layers.model import Town
from layers.store import Store
from maps.assets import load_assets
from maps.compose import CHINA
from maps.pictures.painting import Sheet, box_of
from maps.pictures.wish import Wish

router = APIRouter(tags=["pages"], include_in_schema=False)
_MEDIA = {"png": "image/png", "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which map, in whose eyes and words, with which filters, at which moment."""

    name: str
    store: Store
    words: Words
    params: dict[str, str]
    now: datetime


def _asked(request: Request, caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, name: str) -> Asked:
    if name not in pages.PAGES or pages.PAGES[name].path != f"/maps/{name}":
        raise NotFound("page", name)
    return Asked(name, store, words, params_of(name, request.query_params, caller), now)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("/maps/{name}.png")
async def picture(request: Request, asked: AskedDep) -> Response:
    """A picture of `width` × `height` pixels, or with `size` a sheet of paper."""
    return await _printed(request, asked, size_of(asked.params, paper=False), "png")


@router.get("/maps/{name}.pdf")
async def sheet(request: Request, asked: AskedDep) -> Response:
    """A sheet of paper: `size` A4 or A3, `orientation` landscape or portrait."""
    return await _printed(request, asked, size_of(asked.params, paper=True), "pdf")


async def _printed(request: Request, asked: Asked, size: SheetSize, kind: str) -> Response:
    press = request.app.state.press
    address = request.state.caller.client.address
    async with press.turn(address):
        order = await run_in_threadpool(_order, asked, size)
        made = await press.printed({**order, "format": kind, "ppi": size.ppi, "size": size.units})
    await run_in_threadpool(note_export, asked.store, f"maps/{asked.name}", address=address, now=asked.now, format=kind)
    headers = {"Content-Disposition": f'inline; filename="{asked.name}.{kind}"', "Cache-Control": "private, no-cache"}
    return Response(made, media_type=_MEDIA[kind], headers=headers)


def _order(asked: Asked, size: SheetSize) -> dict[str, Any]:
    """What the press needs: the sheet as SVG, its title, the fonts."""
    chosen = box_asked(asked.params)
    with asked.store.reading() as session:
        saving = Saving(asked.name, session, asked.words, asked.params, asked.now)
        town = session.town.get()
        made = Sheet(_wish(saving, town, size), size.units, edge=size.margin)
        data = picture_data.elements(saving)
        view = made.view(chosen or box_of(asked.name, data) or _town_box(town), exact=chosen is not None)
        data |= picture_data.problems_of(saving, view)
        svg = made.svg(view, data, picture_data.ground_of(saving, view))
    return {"svg": svg, "title": made.wish.title, "author": town.name, "fonts": str(load_assets().fonts)}


def _town_box(town: Town) -> tuple[float, float, float, float]:
    return town.bounds or CHINA


def _wish(saving: Saving, town: Town, size: SheetSize) -> Wish:
    words = saving.words
    title = " · ".join(one for one in (words(pages.PAGES[saving.page].title), town.name) if one)
    attribution = " · ".join(town.attribution)
    return Wish(
        name=saving.page, title=title, lines=picture_words.lines(saving),
        foot=f"{words('Map data:')} {attribution}" if attribution else "",
        translate=words, theme="dark" if saving.say("theme") == "dark" else "light", paper=size.paper,
        station=saving.station if saving.page == "hotspots" else "", params=saving.params,
        looks=picture_data.looks_asked(saving),
    )  # fmt: skip
