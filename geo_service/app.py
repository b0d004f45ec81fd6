"""The application: its state, its routers, its static files, its answers to errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from geo_service import errors
from geo_service.routers import analysis, health, layers, maps, parcels, problems, tiles, town
from geo_service.settings import Settings
from geo_service.static import StaticAssets
from geo_service.tile_fields import LayerFields
from layers.columns.cache import ColumnCache
from layers.store import Store, open_store
from layers.town import furnish
from maps.assets import STATIC
from maps.tiles import warm_up
from maps.tiles.service import TileService

ROUTERS = (health, problems, parcels, town, layers, analysis, tiles, maps)
_SMALLEST_ZIPPED_BYTES = 1024


def create_app(settings: Settings) -> FastAPI:
    """The service with these settings; the store is opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = open_store(settings.store_url)
        furnish(store)
        warm_up()
        _attach(app, store)
        try:
            yield
        finally:
            store.close()

    app = FastAPI(title="geo-service", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    errors.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    app.mount("/static", StaticAssets(STATIC))
    app.add_middleware(tiles.TileRoute)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALLEST_ZIPPED_BYTES, compresslevel=5)
    return app


def _attach(app: FastAPI, store: Store) -> None:
    app.state.store = store
    app.state.layer_fields = LayerFields(store)
    app.state.columns = ColumnCache(store, app.state.layer_fields)
    app.state.tiles = TileService(app.state.columns)


def worker_app() -> FastAPI:
    """The factory for uvicorn's worker processes, which read the settings from the environment."""
    return create_app(Settings())
