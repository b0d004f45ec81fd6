"""The command line."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo_service.settings import Settings
from geo_service.words import words_of
from layers.errors import BadInput, LayersError
from layers.exports import export_to
from layers.formats.table import Report
from layers.formats.write import FORMATS
from layers.imports import assign_all
from layers.loading import LoadRequest, RefusedRows, load
from layers.model import RowNote
from layers.store import Store, is_safe, open_store
from layers.town import furnish
from layers.words import Message, msg

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Environmental problems of a town, in space.")
console = Console()
errors = Console(stderr=True)
_OLD_SQLITE = msg(
    "The SQLite on this machine is older than 3.51.3: only one worker may write. Install pysqlite3, or a newer Python."
)
REFUSED = 3  # exit status: some rows were refused
FAILED = 1
_NAMED_NOTES = 20


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve the town over HTTP until interrupted."""
    settings = Settings()
    if workers > 1 and not is_safe() and settings.store_url.startswith("gpkg:"):
        errors.print(_say(_OLD_SQLITE), style="yellow")
        workers = 1
    os.environ["GEO_SERVICE_STORE"] = settings.store_url  # for the worker processes
    uvicorn.run(
        "geo_service.app:worker_app", factory=True, host=host, port=port, workers=workers, server_header=False,
        log_level="warning", timeout_graceful_shutdown=5,
    )  # fmt: skip


@app.command()
def demo(reset: Annotated[bool, typer.Option(help="Begin anew, as the town stands now.")] = False) -> None:
    """Fill an empty store with the demo town."""
    from layers.demo import build  # half of what a start costs, and only this command needs it
    from layers.planting import plant

    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with Opened() as store:
        made = plant(store, build(now), now=now, reset=reset)
    console.print(_say(msg("The demo town is ready.") if made else msg("The demo town is there already.")))


@app.command("import")
def import_file(  # noqa: PLR0913 (the options of a command)
    layer: str,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    crs: Annotated[str, typer.Option(help="EPSG:…, GCJ-02 or BD-09, where the file does not say it.")] = "",
    encoding: str = "",
    map_: Annotated[list[str] | None, typer.Option("--map", help="field of the file=field of the layer")] = None,
    title: Annotated[str, typer.Option(help="Title of a new layer.")] = "",
    source_layer: Annotated[str, typer.Option(help="Which layer or sheet, where a file has several.")] = "",
    dry_run: Annotated[bool, typer.Option(help="Only say what would happen.")] = False,
    skip_bad: Annotated[bool, typer.Option(help="Leave out rows that cannot be used (exit status 3).")] = False,
) -> None:
    """Import a file into a layer; a layer that is not there yet becomes one of the town's own."""
    request = LoadRequest(
        layer=layer, paths=files, crs=crs or None, encoding=encoding or None, mapping=_mapping(map_ or []),
        source_layer=source_layer or None, title=title, dry_run=dry_run, skip_bad=skip_bad,
    )  # fmt: skip
    begun = datetime.now(UTC)
    try:
        with Opened() as store, _Bar() as bar:
            loaded = load(store, request, now=begun, progress=bar.tell)
    except RefusedRows as error:
        _print_report(error.report, stored=0)
        errors.print(_say(error.message), style="red")
        raise typer.Exit(REFUSED) from error
    _print_report(loaded.report, stored=loaded.stored, seconds=(datetime.now(UTC) - begun).total_seconds())
    if loaded.report.refused:
        raise typer.Exit(REFUSED)


@app.command()
def export(
    layer: str,
    file: Path,
    crs: Annotated[str, typer.Option(help="EPSG:…, GCJ-02 or BD-09; EPSG:4326 by default.")] = "",
) -> None:
    """Write a layer to a file; its ending chooses the format."""
    format_ = {"zip": "shp", "json": "geojson"}.get(file.suffix[1:], file.suffix[1:])
    if format_ not in FORMATS:
        raise _stop(BadInput(msg("“{value}” is none of: {choices}.", value=format_, choices=", ".join(FORMATS))))
    with Opened() as store:
        count = export_to(store, layer, file, format_=format_, crs=crs or None)
    console.print(_say(msg("{count} rows written to {file}.", count=count, file=file.name)))


@app.command()
def assign() -> None:
    """Derive who answers for every open problem anew, from the places and responsibilities as they are now."""
    with Opened() as store, _Bar() as bar:
        count = assign_all(store, now=datetime.now(UTC), progress=bar.tell)
    console.print(_say(msg("{count} problems were placed anew.", count=count)))


@app.command()
def check() -> None:
    """Look for damage in the store."""
    with Opened() as store:
        wrong = store.check()
    if not is_safe():
        errors.print(_say(_OLD_SQLITE), style="yellow")
    for line in wrong:
        errors.print(line, style="red")
    if wrong:
        raise typer.Exit(FAILED)
    console.print(_say(msg("The store is sound.")))


class Opened:
    """The store of the settings, open for the time of a command; our own errors become one clear line."""

    def __enter__(self) -> Store:
        try:
            self.store = open_store(Settings().store_url)
            furnish(self.store)
        except LayersError as error:
            raise _stop(error) from error
        return self.store

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.store.close()
        if isinstance(error, LayersError) and not isinstance(error, RefusedRows):
            raise _stop(error) from error


class _Bar:
    """A progress bar, drawn only where somebody looks at a terminal."""

    def __enter__(self) -> "_Bar":
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
        self._progress.start()
        self._task = self._progress.add_task("", total=None)
        return self

    def tell(self, phase: str, done: int, total: int) -> None:
        """Show how far a phase has come."""
        self._progress.update(self._task, description=_say(msg(phase)), completed=done, total=total or None)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _mapping(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise _stop(BadInput(msg("“{value}” is not of the form field=field.", value=pair)))
    return dict(pair.split("=", 1) for pair in pairs)


def _print_report(report: Report, *, stored: int, seconds: float = 0.0) -> None:
    table = Table(show_header=False, box=None)
    rows: list[tuple[Message, object]] = [
        (msg("Rows in the file"), report.total),
        (msg("Usable"), report.accepted),
        (msg("Repaired"), len(report.repaired)),
        (msg("Refused"), len(report.refused)),
        (msg("Stored"), stored),
        (msg("Reference system"), report.crs),
        (msg("Encoding"), report.encoding or "–"),
    ]
    for title, value in rows:
        table.add_row(_say(title), str(value))
    if seconds:
        table.add_row(_say(msg("Seconds")), f"{seconds:.1f} ({report.total / seconds:,.0f}/s)")
    console.print(table)
    for warning in report.warnings:
        console.print(f"⚠ {_say(warning)}", style="yellow", markup=False)
    _print_notes(msg("Repaired"), report.repaired)
    _print_notes(msg("Refused"), report.refused)


def _print_notes(title: Message, notes: tuple[RowNote, ...]) -> None:
    for note in notes[:_NAMED_NOTES]:
        row = _say(msg("row {row}", row=note.row))
        console.print(f"{_say(title)}: {row} {note.field}: {_say(note.message)}", markup=False)
    if len(notes) > _NAMED_NOTES:
        console.print(_say(msg("… and {count} more", count=len(notes) - _NAMED_NOTES)))


def _say(message: Message) -> str:
    return message.in_(words_of(Settings().language))


def _stop(error: LayersError) -> typer.Exit:
    errors.print(_say(error.message), style="red", markup=False)
    return typer.Exit(FAILED)
