"""Layers: what there is, files in, files out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Query, Response, UploadFile
from fastapi.concurrency import run_in_threadpool

from geo_service.dependencies import (
    CallerDep,
    ImportersDep,
    JsonBody,
    NowDep,
    SettingsDep,
    StoreDep,
    TooLarge,
    WordsDep,
)
from geo_service.schemas.features import JsonResponse
from geo_service.security.callers import Caller
from geo_service.settings import Settings
from geo_service.words import Words
from geo_service.workers.jobs import FINAL, Job, find_job, new_job
from layers.errors import BadInput, Conflict, Denied, NotFound
from layers.exports import export_layer, note_export
from layers.formats.write import FORMATS
from layers.store.scoping import is_hidden
from layers.words import Message, msg

router = APIRouter(prefix="/api/v1", tags=["layers"])
_CHUNK_BYTES = 1 << 20
_OPTIONS = ("crs", "encoding", "mapping", "skip_bad", "title", "source_layer")


@router.get("/layers")
def listed(store: StoreDep, words: WordsDep) -> Response:
    """Every layer with its fields and its number of rows."""
    with store.reading() as session:
        counts = session.layers.counts()
        schemas = session.layers.all()
    return JsonResponse(
        [
            {"name": s.name, "title": words(s.title), "shape": s.shape, "own": s.own, "count": counts[s.name],
             "fields": [{"name": f.name, "title": words(f.title), "kind": f.kind, "choices": f.choices, "unit": f.unit}
                        for f in s.fields]}
            for s in schemas
        ]
    )  # fmt: skip


@router.post("/layers/{layer}/import", status_code=202)
async def start_import(  # noqa: PLR0913 (the fields of a form)
    caller: CallerDep,
    settings: SettingsDep,
    importers: ImportersDep,
    words: WordsDep,
    layer: str,
    file: list[UploadFile],
    crs: Annotated[str, Form()] = "",
    encoding: Annotated[str, Form()] = "",
    map: Annotated[str, Form()] = "",
    source_layer: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    dry_run: Annotated[bool, Form()] = False,
    skip_bad: Annotated[bool, Form()] = False,
) -> Response:
    """Upload a file (or the parts of one) and import it, or only check it (`dry_run`).

    What people have found, done and walked is brought in by administrators only: they may name anybody.
    """
    if is_hidden(layer) and not caller.is_administrator:
        raise Denied(msg("Only an administrator brings in what other people have entered."))
    request = {
        "layer": layer, "crs": crs or None, "encoding": encoding or None, "mapping": _mapping(map),
        "source_layer": source_layer or None, "title": title, "dry_run": dry_run, "skip_bad": skip_bad,
    }  # fmt: skip
    job = await run_in_threadpool(new_job, settings.work_dir, caller.identity.account)
    await _receive(job, file, settings)
    await run_in_threadpool(importers.start, job, request)
    return _told(job, words, 202)


@router.get("/imports/{job_id}")
def import_status(caller: CallerDep, settings: SettingsDep, words: WordsDep, job_id: str) -> Response:
    """How far an import has come, and what became of it; for who began it."""
    return _told(_job(caller, settings, job_id), words, 200)


@router.post("/imports/{job_id}/commit", status_code=202)
def commit_import(
    caller: CallerDep, settings: SettingsDep, importers: ImportersDep, words: WordsDep, body: JsonBody, job_id: str
) -> Response:
    """The checked file once more, for real, with other options where the body names them."""
    job = _job(caller, settings, job_id)
    if job.status()["state"] not in FINAL:
        raise Conflict(msg("The file is still being worked on."))
    changed = {("mapping" if name == "map" else name): value for name, value in body.items() if name != "dry_run"}
    unknown = set(changed) - set(_OPTIONS)
    if unknown:
        raise BadInput(msg("There is no option “{name}”.", name=min(unknown)), field=min(unknown))
    importers.start(job, {**job.request(), **_checked(changed), "dry_run": False})
    return _told(job, words, 202)


@router.get("/layers/{layer}/export")
def export(
    caller: CallerDep,
    store: StoreDep,
    now: NowDep,
    layer: str,
    format: str = "geojson",
    crs: Annotated[str, Query()] = "",
) -> Response:
    """A layer as a file, with what the reader may see of it: geojson, gpkg, shp (zip), csv, xlsx or parquet."""
    body, name = export_layer(store, layer, format, crs=crs or None)
    note_export(store, f"layers/{layer}", address=caller.client.address, now=now, format=format)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=FORMATS[format].media_type, headers=headers)


def _job(caller: Caller, settings: Settings, id_: str) -> Job:
    """The job, where it is the caller's own or they are an administrator; NotFound otherwise."""
    job = find_job(settings.work_dir, id_)
    if job.owner != caller.identity.account and not caller.is_administrator:
        raise NotFound("import", id_)
    return job


async def _receive(job: Job, files: list[UploadFile], settings: Settings) -> None:
    """Store the parts under plain names; the whole upload is limited while it streams in."""
    left = settings.largest_upload_bytes
    for number, upload in enumerate(files):
        target = job.files / _plain_name(upload.filename, number)
        with target.open("wb") as out:
            while chunk := await upload.read(_CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    raise TooLarge(settings.largest_upload_bytes)
                out.write(chunk)


def _plain_name(name: str | None, number: int) -> str:
    """The last part of the name, without anything that means something to a file system."""
    last = Path((name or "").replace("\\", "/")).name.strip(". ")
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '/:*?"<>|')
    return kept.encode()[-200:].decode(errors="ignore") or f"file{number}"


def _mapping(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        mapping = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadInput(msg("The field mapping is not JSON."), field="map") from error
    return dict(_checked({"mapping": mapping})["mapping"])


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    mapping = options.get("mapping", {})
    if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
        raise BadInput(msg("The field mapping must be an object of texts."), field="map")
    for name in set(options) - {"mapping"}:
        if not isinstance(options[name], bool if name == "skip_bad" else str | None):
            raise BadInput(msg("The option “{name}” is of the wrong kind.", name=name), field=name)
    return dict(options)


def _told(job: Job, words: Words, status: int) -> Response:
    told = _said({"job": job.id, **job.status()}, words)
    return JsonResponse(told, status, {"Location": f"/api/v1/imports/{job.id}"})


def _said(value: Any, words: Words) -> Any:
    """Messages become text in the reader's language; the rest stays."""
    if isinstance(value, dict):
        if value.keys() == {"template", "values"}:
            return Message.from_json(value).in_(words)
        return {key: item if key == "preview" else _said(item, words) for key, item in value.items()}
    return [_said(item, words) for item in value] if isinstance(value, list) else value
