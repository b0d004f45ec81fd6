"""Is it alive, is it ready."""

from fastapi import APIRouter, Response

from geo_service.dependencies import StoreDep
from geo_service.schemas.features import JsonResponse
from maps.assets import load_assets

router = APIRouter(tags=["operations"])


@router.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@router.get("/readyz")
def ready(store: StoreDep) -> Response:
    """Pages, tiles and writes are served; with the settings that decide whether a power cut can take a write."""
    load_assets()
    with store.writing() as session:
        session.town.get()
    return JsonResponse({"status": "ready", "durability": store.durability()})
