"""The application: its state, its routers, its static files, its answers to errors."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from functools import partial

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from geo_service import at_once, errors
from geo_service.basemaps import Basemaps
from geo_service.live import Hub, watching
from geo_service.opening import Doorkeeper, Opening
from geo_service.press import Press
from geo_service.routers import (
    accounts,
    analysis,
    basemaps,
    casework,
    categories,
    clocks,
    dust_samples,
    events,
    frontages,
    health,
    inbox,
    layers,
    maps,
    measures,
    ogc,
    oidc,
    parcels,
    patrols,
    photos,
    pictures,
    privacy,
    problems,
    progress,
    public,
    rebounds,
    scores,
    search,
    sessions,
    tags,
    tiles,
    town,
    work_faces,
)
from geo_service.security.callers import Callers
from geo_service.security.entry import permitted
from geo_service.security.guarded import Guarded, patience
from geo_service.security.parameters import known_method, strict_address
from geo_service.security.report_limits import ReportLimits
from geo_service.security.rules import check_complete
from geo_service.security.slow_clients import STATE
from geo_service.security.trail import Trail
from geo_service.settings import Settings
from geo_service.static import StaticAssets
from geo_service.tile_fields import LayerFields
from geo_service.tile_scopes import TileScopes
from geo_service.turns import long_turns
from geo_service.workers.keeping import keeping
from geo_service.workers.starter import Starter
from layers.basemap_files import BasemapFiles
from layers.columns.cache import ColumnCache
from layers.columns.files import ColumnFiles
from layers.store import Store
from maps.assets import STATIC
from maps.tiles import warm_up

ROUTERS = (
    ogc,  # first, for it is asked the most often
    health,
    sessions,
    accounts,
    public,
    problems,
    casework,
    photos,
    categories,
    tags,
    clocks,
    inbox,
    parcels,
    patrols,
    measures,
    frontages,
    dust_samples,
    privacy,
    basemaps,
    town,
    layers,
    analysis,
    scores,
    progress,
    rebounds,
    work_faces,
    search,
    tiles,
    events,
    pictures,
    oidc,
    maps,
)
_SMALLEST_ZIPPED_BYTES = 1024


def create_app(settings: Settings) -> FastAPI:
    """The service with these settings; the store is opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
        warm_up()
        app.state.hub = Hub(most_per_client=settings.listeners_per_client)
        app.state.opening = Opening(settings, partial(_attached, app))
        app.state.importers = Starter(settings.store_url)
        with app.state.opening, closing(app.state.importers):
            kept = {STATE: replace(patience(settings), farewell=app.state.hub.close)}
            yield kept | {at_once.STATE: at_once.answerer(partial(tiles.at_once, app), settings)}

    guards = [Depends(one) for one in (known_method, permitted, strict_address)]
    app = Guarded(settings, lifespan=lifespan, first=tiles.TileRoute, dependencies=guards)
    app.state.press = Press()
    app.state.long_turns = long_turns()
    app.state.report_limits = ReportLimits(settings.reports_per_hour)
    errors.install(app)
    app.state.refused_page = maps.refused_page
    for module in ROUTERS:
        app.include_router(module.router)
        app.describe(module.router)
    check_complete(route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute))
    app.mount("/static", StaticAssets(STATIC))
    app.add_middleware(Doorkeeper)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALLEST_ZIPPED_BYTES, compresslevel=5)
    return app


@contextmanager
def _attached(app: FastAPI, store: Store) -> Iterator[None]:
    settings: Settings = app.state.settings
    app.state.store = store
    app.state.callers = Callers(store)
    app.state.trail = Trail(store)
    app.state.layer_fields = LayerFields(store)
    app.state.basemaps = Basemaps(store, BasemapFiles(settings.basemap_dir))
    files, most_rows = ColumnFiles(settings.column_dir, store), settings.column_rows if store.writes_tiles else 0
    app.state.columns = ColumnCache(store, app.state.layer_fields, files, most_rows)
    app.state.tile_scopes = TileScopes(store)
    with watching(store, app.state.hub), keeping(app.state.columns):
        yield


def worker_app() -> FastAPI:
    """The factory for uvicorn's worker processes, which read the settings from the environment."""
    return create_app(Settings())
