"""The pages: a map each, in the reader's language; every map also as one file that opens without the service."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import blake2b
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from geo_service import pages
from geo_service.basemaps import Basemaps
from geo_service.dependencies import CallerDep, NowDep, StoreDep, WholeStoreDep, WordsDep
from geo_service.language import COOKIE, words_for
from geo_service.picture_words import filters_in_words
from geo_service.receipts import RECEIPT_HEADERS, check_receipt
from geo_service.schemas.accounts import demo_accounts
from geo_service.schemas.features import JsonResponse, plain
from geo_service.schemas.me import me
from geo_service.security.entry import may_open
from geo_service.security.session_cookie import own_path
from geo_service.settings import Settings
from geo_service.standalone import Saving, data_of, params_of
from geo_service.thinning import Kept, said_of, small_enough
from geo_service.turns import LONG_WORK
from geo_service.words import LANGUAGES, Words, words_of
from layers.errors import Denied, NotFound
from layers.exports import note_export
from layers.model import Town
from layers.store import Session, Store
from maps.compose import compose
from maps.words import dictionary, script

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse, include_in_schema=False)
THEMES = ("light", "dark", "auto")
_YEAR_S = 365 * 86_400


@router.get("/")
def home(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """What the service is for, and how the town stands."""
    return _plain("home", request, store, words, now)


@router.get("/report")
def report_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Report something without signing in."""
    return _map("report", request, store, words, now)


@router.get("/report/{receipt}")
def receipt_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep, receipt: str) -> HTMLResponse:
    """How a report stands, for whoever holds its link; no search engine keeps it, and no other site learns of it."""
    check_receipt(receipt)
    answer = _plain("receipt", request, store, words, now)
    answer.headers.update(RECEIPT_HEADERS)
    return answer


@router.get("/help")
def help_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """How to use it."""
    return _plain("help", request, store, words, now)


@router.get("/dashboard")
def dashboard(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """The indicators of a period."""
    return _plain("dashboard", request, store, words, now)


@router.get("/progress")
def progress_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """How a campaign goes on."""
    return _plain("progress", request, store, words, now)


@router.get("/inbox")
def inbox_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """What a person is told."""
    return _plain("inbox", request, store, words, now)


@router.get("/bulletin")
def bulletin_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """The report of a day as text and picture."""
    return _plain("bulletin", request, store, words, now)


@router.get("/admin/channels")
def channels_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Subscriptions to mail and web addresses."""
    return _plain("channels", request, store, words, now)


@router.get("/login")
def login_page(request: Request, store: WholeStoreDep, caller: CallerDep, words: WordsDep, now: NowDep) -> Response:
    """Signing in; who has, goes on to where they wanted to go."""
    there = own_path(request.query_params.get("next", ""))
    if not caller.is_public:
        return RedirectResponse(there, 303)
    with store.reading() as session:
        demo = demo_accounts(words) if session.town.get().demo else []
    settings: Settings = request.app.state.settings
    more = {"next": there, "demo_accounts": demo, "oidc": settings.oidc_name if settings.has_oidc else ""}
    return _plain("login", request, store, words, now, **more)


@router.get("/account")
def account_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """One's own account: password and tokens."""
    return _plain("account", request, store, words, now)


@router.get("/admin/accounts")
def accounts_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Everybody's accounts."""
    return _plain("accounts", request, store, words, now)


@router.get("/admin/audit")
def audit_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Who signed in, was refused, took data out, changed accounts."""
    return _plain("audit", request, store, words, now)


@router.get("/admin/privacy")
def privacy_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Data of persons: what is kept, how long, a person's own, their erasure."""
    return _plain("privacy", request, store, words, now)


@router.get("/admin/basemaps")
def basemaps_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Maps of others that may lie under ours."""
    return _plain("basemaps", request, store, words, now)


@router.get("/admin")
def admin(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """All of administration on one page."""
    return _plain("admin", request, store, words, now)


@router.get("/admin/rules")
def rules_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """The table of categories."""
    return _plain("rules", request, store, words, now)


@router.get("/admin/campaigns")
def campaigns_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """The campaigns with their phases and targets."""
    return _plain("campaigns", request, store, words, now)


@router.get("/admin/calendar")
def calendar_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Holidays, working hours, ladders of escalation."""
    return _plain("calendar", request, store, words, now)


@router.get("/admin/import")
def import_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep) -> HTMLResponse:
    """Upload a file."""
    return _map("import", request, store, words, now)


@router.get("/maps/{name}.html", dependencies=[LONG_WORK])
def saved_map(
    request: Request, caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, name: str
) -> HTMLResponse:
    """The map as one file, with its data in it."""
    _known(name)
    html, _ = _saved(name, request, store, words, now)
    note_export(store, f"maps/{name}", address=caller.client.address, now=now)
    return HTMLResponse(html, headers={"Content-Disposition": f'attachment; filename="{name}.html"'})


@router.get("/api/v1/maps/{name}/saving", dependencies=[LONG_WORK])
def saving_of(request: Request, store: StoreDep, words: WordsDep, now: NowDep, name: str) -> Response:
    """How large the saved map will be, and how many rows of which lists it will hold."""
    _known(name)
    html, kept = _saved(name, request, store, words, now)
    limit = request.app.state.settings.largest_saved_map_bytes
    return JsonResponse({"bytes": len(html.encode()), "limit_bytes": limit, "rows": said_of(kept, words)})


def _saved(name: str, request: Request, store: Store, words: Words, now: datetime) -> tuple[str, list[Kept]]:
    """The file, thinned where it would become too large, and what is kept of its lists."""
    with store.reading() as session:
        params = params_of(name, request.query_params, request.state.caller)
        saving = Saving(name, session, words, params, now)
        page = {**_page(session, request, words, now), "me": None}  # a file says nothing of who has saved it
        page |= {"standalone": True, "words_src": "", "filters": filters_in_words(saving)}
        data = data_of(saving)
        town = session.town.get()
    shell = _shell(name, request, words, town, standalone=True)

    def whole(data: dict[str, Any], kept: list[Kept]) -> str:
        return compose(name, page={**page, "kept": said_of(kept, words)}, shell=shell, standalone_data=data)

    return small_enough(data, whole, request.app.state.settings.largest_saved_map_bytes)


@router.get("/words/{language}-{key}.js", response_class=Response)
def words_script(language: str, key: str) -> Response:
    """The words that the scripts of a language say; the key changes with them."""
    if language not in LANGUAGES or key != words_key(language):
        raise NotFound("page", f"{language}-{key}"[:40])
    kept = {"Cache-Control": f"public, max-age={_YEAR_S}, immutable"}
    return Response(words_of_language(language), media_type="text/javascript", headers=kept)


@cache
def words_of_language(language: str) -> str:
    """The script that brings them."""
    return script(_dictionary(language))


@cache
def _dictionary(language: str) -> Mapping[str, str]:
    return dictionary(words_of(language))


@cache
def words_key(language: str) -> str:
    """What changes with the words of a language: part of their address, so that they may be kept for long."""
    return blake2b(words_of_language(language).encode(), digest_size=8).hexdigest()


@router.get("/maps/{name}")
def map_page(request: Request, store: StoreDep, words: WordsDep, now: NowDep, name: str) -> HTMLResponse:
    """An interactive map."""
    _known(name)
    return _map(name, request, store, words, now)


def refused_page(request: Request, error: Denied) -> Response:
    """Instead of a page that is not for the caller: why, and where to go on."""
    store: Store = request.app.state.store
    words = words_for(request)
    seen = store.seen_by(request.state.caller.viewer)
    answer = _plain("refused", request, seen, words, datetime.now(UTC), why=error.message.in_(words))
    answer.status_code = 403
    return answer


def _known(name: str) -> None:
    page = pages.PAGES.get(name)
    if page is None or not page.path.startswith("/maps/"):
        raise NotFound("page", name)


def _map(name: str, request: Request, store: Store, words: Words, now: datetime) -> HTMLResponse:
    basemaps: Basemaps = request.app.state.basemaps
    with store.reading() as session:
        page = {**_page(session, request, words, now), "basemaps": basemaps.shown(words)}
        town = session.town.get()
    nonce = secrets.token_urlsafe(16)
    html = compose(name, page=page, shell=_shell(name, request, words, town), nonce=nonce)
    return _answer(html, request, words, nonce, pictures_of=basemaps.origins())


def _plain(
    name: str, request: Request, store: Store, words: Words, now: datetime, **more: object
) -> HTMLResponse:  # fmt: skip
    """`more` is what the page's script gets beside what every page gets."""
    with store.reading() as session:
        page = {**_page(session, request, words, now), **more}
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
        "caller": request.state.caller,
        "may": partial(may_open, request.state.caller),
    }


def _page(session: Session, request: Request, words: Words, now: datetime) -> dict[str, Any]:
    town, caller = session.town.get(), request.state.caller
    own = [] if caller.is_public else [schema for schema in session.layers.all() if schema.own]
    return {
        "lang": words.language,
        "theme": _theme(request),
        "now": plain(now),
        "sequence": request.app.state.hub.sequence,
        "api": "/api/v1",
        "words": _dictionary(words.language),
        "words_src": "" if words.language == "en" else f"/words/{words.language}-{words_key(words.language)}.js",
        "me": me(request.state.caller, session),
        "open": sorted(caller.open_parts),
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


def _answer(
    html: str, request: Request, words: Words, nonce: str, *, pictures_of: Sequence[str] = ()
) -> HTMLResponse:  # fmt: skip
    guarded = policy(nonce, pictures_of)
    answer = HTMLResponse(html, headers={"Content-Security-Policy": guarded, "Cache-Control": "no-store"})
    for name, value in ((COOKIE, words.language), ("theme", _theme(request))):
        if name in request.query_params and request.cookies.get(name) != value:
            answer.set_cookie(name, value, max_age=_YEAR_S, samesite="lax")
    return answer


def policy(nonce: str, pictures_of: Sequence[str] = ()) -> str:
    """The content security policy of a page: our own files, and the scripts that bear the nonce.

    `pictures_of` are the origins of basemaps, whose tiles are pictures: nothing else is loaded from there.
    """
    images = " ".join(("'self' data: blob:", *pictures_of))
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; worker-src 'self' blob:; "
        f"style-src 'self' 'unsafe-inline'; img-src {images}; connect-src 'self'; font-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
