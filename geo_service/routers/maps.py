"""The pages: a map each, in the reader's language; every map also as one file that opens without the service."""

import secrets
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from geo_service import pages
from geo_service.dependencies import NowDep, StoreDep, WordsDep
from geo_service.language import COOKIE
from geo_service.schemas.features import plain
from geo_service.standalone import Saving, data_of
from geo_service.words import Words
from layers.errors import NotFound
from layers.model import Town
from layers.store import Session, Store
from maps.compose import compose
from maps.words import dictionary

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse, include_in_schema=False)
THEMES = ("light", "dark", "auto")
_YEAR_S = 365 * 86_400


@router.get("/")
def home(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """What the service is for, and how the town stands."""
    return _plain("home", request, store, words, now)


@router.get("/help")
def help_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """How to use it."""
    return _plain("help", request, store, words, now)


@router.get("/admin")
def admin() -> RedirectResponse:
    """Administration begins with the data."""
    return RedirectResponse("/admin/import")


@router.get("/admin/import")
def import_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Upload a file."""
    return _map("import", request, store, words, now)


@router.get("/maps/{name}.html")
def saved_map(request: Request, store: StoreDep, words: WordsDep, now: NowDep, name: str) -> HTMLResponse:
    """The map as one file, with its data in it."""
    _known(name)
    with store.reading() as session:
        page = _page(session, request, words, now)
        data = data_of(name, Saving(session, words, dict(request.query_params), now))
        town = session.town.get()
    shell = _shell(name, request, words, town, standalone=True)
    html = compose(name, page={**page, "standalone": True}, shell=shell, standalone_data=data)
    return HTMLResponse(html, headers={"Content-Disposition": f'attachment; filename="{name}.html"'})


@router.get("/maps/{name}")
def map_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep, name: str) -> HTMLResponse:
    """An interactive map."""
    _known(name)
    return _map(name, request, store, words, now)


def _known(name: str) -> None:
    page = pages.PAGES.get(name)
    if page is None or not page.path.startswith("/maps/"):
        raise NotFound("page", name)


def _map(name: str, request: Request, store: Store, words: Words, now: datetime) -> HTMLResponse:
    with store.reading() as session:
        page = _page(session, request, words, now)
        town = session.town.get()
    nonce = secrets.token_urlsafe(16)
    html = compose(name, page=page, shell=_shell(name, request, words, town), nonce=nonce)
    return _answer(html, request, words, nonce)


def _plain(name: str, request: Request, store: Store, words: Words, now: datetime) -> HTMLResponse:
    with store.reading() as session:
        page = _page(session, request, words, now)
        town = session.town.get()
    nonce = secrets.token_urlsafe(16)
    context = _context(request, words, town)
    return _answer(pages.plain_document(name, page=page, nonce=nonce, **context), request, words, nonce)


def _shell(name: str, request: Request, words: Words, town: Town, *, standalone: bool = False) -> str:
    return pages.render(name, **{**_context(request, words, town), "standalone": standalone})


def _context(request: Request, words: Words, town: Town) -> dict[str, Any]:
    return {
        "_": words,
        "lang": words.language,
        "theme": _theme(request),
        "town": town,
        "query": dict(request.query_params),
        "standalone": False,
    }


def _page(session: Session, request: Request, words: Words, now: datetime) -> dict[str, Any]:
    town = session.town.get()
    own = [schema for schema in session.layers.all() if schema.own]
    return {
        "lang": words.language,
        "theme": _theme(request),
        "now": plain(now),
        "api": "/api/v1",
        "words": dictionary(words),
        "town": {
            "code": town.code, "name": town.name, "demo": town.demo, "bounds": town.bounds,
            "attribution": town.attribution, "as_of": plain(town.as_of),
        },
        "params": dict(request.query_params),
        "layers": [
            {"name": s.name, "title": s.title, "own": True, "shape": s.shape,
             "fields": [{"name": f.name, "title": f.title} for f in s.fields]}
            for s in own
        ],
    }  # fmt: skip


def _theme(request: Request) -> str:
    asked = request.query_params.get("theme") or request.cookies.get("theme") or ""
    return asked if asked in THEMES else "auto"


def _answer(html: str, request: Request, words: Words, nonce: str) -> HTMLResponse:
    answer = HTMLResponse(html, headers={"Content-Security-Policy": policy(nonce), "Cache-Control": "no-store"})
    for name, value in ((COOKIE, words.language), ("theme", _theme(request))):
        if name in request.query_params and request.cookies.get(name) != value:
            answer.set_cookie(name, value, max_age=_YEAR_S, samesite="lax")
    return answer


def policy(nonce: str) -> str:
    """The content security policy of a page: our own files, and the scripts that bear the nonce."""
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; worker-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
