"""A file of any kind becomes rows of a layer: read → prepare → store, or only a look at what would happen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from layers.duty_loading import duties_from
from layers.errors import BadInput
from layers.formats.own import schema_for
from layers.formats.prepare import prepare
from layers.formats.read import read
from layers.formats.table import Prepared, Report, SourceTable
from layers.imports import RefusedRows, import_rows
from layers.model import Feature
from layers.placing import Progress, place_anew, silent
from layers.query import BBox
from layers.schema import LAYERS, LayerSchema
from layers.store import Session, Store
from layers.words import msg

PREVIEW_ROWS = 200
DUTIES = "responsibilities"  # a table, not a layer
_COMPUTED = ("station_buffers",)  # layers that the service itself makes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """What somebody wants loaded; `title` names a new layer, `source_layer` one of several in the file."""

    layer: str
    paths: Sequence[Path]
    crs: str | None = None
    encoding: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    source_layer: str | None = None
    title: str = ""
    dry_run: bool = False
    skip_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of it: `stored` rows in the layer (0 after a dry run), the first rows to look at."""

    report: Report
    fields: tuple[str, ...]
    preview: tuple[Feature, ...]
    stored: int
    new_layer: bool


def load(store: Store, request: LoadRequest, *, now: datetime, progress: Progress = silent) -> Loaded:
    """Load a file into a layer, in one transaction.

    Raises BadFile and BadInput where the file or the request cannot be used, and RefusedRows
    (with the report) where rows were refused and `skip_bad` was not asked for.
    """
    if request.layer == DUTIES:
        return _load_duties(store, request, now=now, progress=progress)
    bounds, references, schema = _known(store, request)
    source = read(
        request.paths, crs=request.crs, encoding=request.encoding, layer=request.source_layer,
        mapping=request.mapping, town_bounds=bounds, progress=progress,
    )  # fmt: skip
    new_layer = schema is None
    if schema is None:
        schema = schema_for(request.layer, request.title or request.layer, source)
    progress("checking", 0, len(source))
    prepared = prepare(source, schema, mapping=request.mapping, town_bounds=bounds, references=references)
    return _finish(store, request, schema, source, prepared, new_layer, now, progress)


def _load_duties(store: Store, request: LoadRequest, *, now: datetime, progress: Progress) -> Loaded:
    """A table of people and places: no geometry, but the same report and the same all or nothing."""
    source = read(request.paths, encoding=request.encoding, layer=request.source_layer, placed=False, progress=progress)
    with store.writing() as session:
        people, duties, report = duties_from(session, source, request.mapping, now=now)
        if report.refused and not request.skip_bad and not request.dry_run:
            raise RefusedRows(report)
        if not request.dry_run:
            session.duties.put_people(people)
            session.duties.put_responsibilities(duties)
            place_anew(session, now=now, progress=progress)
    stored = 0 if request.dry_run else len(duties)
    return Loaded(report=report, fields=source.names, preview=(), stored=stored, new_layer=False)


def _finish(
    store: Store,
    request: LoadRequest,
    schema: LayerSchema,
    source: SourceTable,
    prepared: Prepared,
    new_layer: bool,
    now: datetime,
    progress: Progress,
) -> Loaded:
    report, stored = prepared.report, 0
    if not request.dry_run:
        report = import_rows(
            store, schema, prepared, now=now, new_layer=new_layer, skip_bad=request.skip_bad, progress=progress
        )
        stored = report.accepted
    preview = tuple(row for row, _ in zip(prepared.features(), range(PREVIEW_ROWS), strict=False))
    return Loaded(report=report, fields=source.names, preview=preview, stored=stored, new_layer=new_layer)


def _known(store: Store, request: LoadRequest) -> tuple[BBox | None, list[tuple[str, str, object]], LayerSchema | None]:
    """The town's bounds, its areas to compare with, and the layer's schema (None = a new layer)."""
    with store.reading() as session:
        areas = session.features.columns("areas", ("code", "name", "geom"))
        return session.town.get().bounds, [(c, n or "", g) for c, n, g in areas], _schema(session, request)


def _schema(session: Session, request: LoadRequest) -> LayerSchema | None:
    if request.layer in _COMPUTED:
        raise BadInput(msg("The layer “{layer}” is made by the service itself.", layer=request.layer), field="layer")
    names = {schema.name: schema for schema in session.layers.all()}
    if request.layer not in names and not request.title:
        close = get_close_matches(request.layer, LAYERS, n=1, cutoff=0.8)
        if close:
            raise BadInput(
                msg("There is no layer “{layer}”. Did you mean “{close}”? A new layer needs a title.",
                    layer=request.layer, close=close[0]),
                field="layer",
            )  # fmt: skip
    return names.get(request.layer)


__all__ = ["LoadRequest", "Loaded", "RefusedRows", "load"]
