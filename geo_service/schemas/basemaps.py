"""Basemaps as JSON."""

from geo_service.basemaps import Basemaps
from geo_service.schemas.features import Json, plain
from geo_service.words import Words
from layers.basemap_files import BasemapFiles
from layers.errors import FileUnreadable
from layers.rules.basemaps import plain_row


def shown(basemaps: Basemaps, words: Words) -> Json:
    """What everybody is told: what a map offers."""
    return {"version": basemaps.sheet().version, "shown": basemaps.shown(words)}


def sheet(basemaps: Basemaps, words: Words) -> Json:
    """What an administrator is told beside: the rows as they are set, why one is not shown, and the files there are."""
    said = basemaps.sheet()
    faults = ((one, basemaps.fault(one)) for one in said.basemaps)
    return {
        **shown(basemaps, words), "changed_at": plain(said.changed_at), "changed_by": said.changed_by,
        "basemaps": [plain_row(one) for one in said.basemaps],
        "faults": {one.key: fault.message.in_(words) for one, fault in faults if fault},
        "files": [_file(basemaps.files, name, words) for name in basemaps.files.names()],
    }  # fmt: skip


def _file(files: BasemapFiles, name: str, words: Words) -> Json:
    try:
        facts = files.get(name).facts
    except FileUnreadable as error:
        return {"name": name, "fault": error.message.in_(words)}
    return {
        "name": name, "fault": "", "kind": facts.kind, "min_zoom": facts.min_zoom, "max_zoom": facts.max_zoom,
        "bounds": list(facts.bounds), "layers": list(facts.layers), "attribution": facts.attribution,
        "bytes": facts.size_bytes,
    }  # fmt: skip
