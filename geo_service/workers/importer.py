"""The process of one import; `python -m geo_service.workers.importer` forks one for each folder that it reads of."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo_service.schemas.features import collection, feature
from geo_service.settings import Settings
from geo_service.workers.jobs import Job
from geo_service.workers.starter import fork_for_each
from layers.errors import LayersError
from layers.formats.table import Report
from layers.loading import Loaded, LoadRequest, RefusedRows, load
from layers.model import RowNote
from layers.store import open_store

_REPORTED_NOTES = 1000  # a report names at most so many rows of a kind, and counts them all
_PROGRESS_PAUSE_S = 0.2


def main(folder: Path) -> None:
    """Do what the job's folder asks for, and write there what became of it."""
    job = Job(folder)
    asked = job.request()
    begun = time.monotonic()
    try:
        status = _run(job, asked)
    except RefusedRows as error:
        status = {"state": "refused", "report": report_json(error.report), "error": error.message.to_json()}
    except LayersError as error:
        status = {"state": "failed", "error": error.message.to_json(), "field": error.field}
    status["seconds"] = round(time.monotonic() - begun, 2)
    job.write_status(status)


def _run(job: Job, asked: dict[str, Any]) -> dict[str, Any]:
    request = LoadRequest(paths=sorted(job.files.iterdir()), **asked)
    store = open_store(Settings().store_url)
    try:
        loaded = load(store, request, now=datetime.now(UTC), progress=_progress(job))
    finally:
        store.close()
    return {"state": "done", **loaded_json(loaded), "dry_run": request.dry_run}


def _progress(job: Job) -> Any:
    told = 0.0

    def tell(phase: str, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > _PROGRESS_PAUSE_S:
            told = time.monotonic()
            job.write_status({"state": "running", "phase": phase, "done": done, "total": total})

    return tell


def loaded_json(loaded: Loaded) -> dict[str, Any]:
    """What became of a file, as JSON; messages stay templates, to be told in the reader's language."""
    return {
        "phase": "done",
        "done": loaded.report.accepted,
        "total": loaded.report.total,
        "stored": loaded.stored,
        "new_layer": loaded.new_layer,
        "fields": list(loaded.fields),
        "mapping": dict(loaded.report.mapping),
        "preview": collection(map(feature, loaded.preview)),
        "report": report_json(loaded.report),
    }


def report_json(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "total": report.total,
        "accepted": report.accepted,
        "repaired_count": len(report.repaired),
        "refused_count": len(report.refused),
        "repaired": [_note(note) for note in report.repaired[:_REPORTED_NOTES]],
        "refused": [_note(note) for note in report.refused[:_REPORTED_NOTES]],
        "warnings": [message.to_json() for message in report.warnings],
        "crs": report.crs,
        "encoding": report.encoding,
    }


def _note(note: RowNote) -> dict[str, Any]:
    return {"row": note.row, "field": note.field, "message": note.message.to_json()}


if __name__ == "__main__":
    fork_for_each(main)
