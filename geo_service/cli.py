"""The command line."""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo_service.at_once import AtOnceProtocol
from geo_service.cli_accounts import token, users
from geo_service.cli_basemaps import basemap
from geo_service.cli_people import people
from geo_service.console import FAILED, Opened, console, errors, say, stop
from geo_service.settings import Settings
from geo_service.workers import daily
from geo_service.workers.ticker import tick as run_tasks
from layers import audit, backups, soundness
from layers.audit import OPERATOR_HERE
from layers.errors import BadInput, LayersError
from layers.exports import export_to
from layers.formats.table import Report
from layers.formats.write import FORMATS
from layers.loading import LoadRequest, RefusedRows, load
from layers.model import RowNote
from layers.photos.files import PhotoFiles
from layers.placing import assign_all
from layers.store import is_safe
from layers.values import TOWN_TIME, town_day
from layers.words import Message, msg

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Environmental problems of a town, in space.")
app.add_typer(users, name="user")
app.add_typer(token, name="token")
app.add_typer(people, name="person")
app.add_typer(basemap, name="basemap")
_OLD_SQLITE = msg(
    "The SQLite on this machine is older than 3.51.3: only one worker may write. Install pysqlite3, or a newer Python."
)
REFUSED = 3  # exit status: some rows were refused
_NAMED_NOTES = 20


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve the town over HTTP until interrupted."""
    settings = Settings()
    if workers > 1 and not is_safe() and settings.store_url.startswith("gpkg:"):
        errors.print(say(_OLD_SQLITE), style="yellow")
        workers = 1
    os.environ["GEO_SERVICE_STORE"] = settings.store_url  # for the worker processes
    os.environ["GEO_SERVICE_BOUND_TO"] = host
    os.environ["GEO_SERVICE_BOUND_PORT"] = str(port)
    uvicorn.run(
        "geo_service.app:worker_app", factory=True, host=host, port=port, workers=workers, server_header=False,
        log_level="warning", timeout_graceful_shutdown=5, http=AtOnceProtocol, ws="none",
        timeout_keep_alive=settings.keep_alive_s,
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies or None,
    )  # fmt: skip


@app.command()
def demo(reset: Annotated[bool, typer.Option(help="Begin anew, as the town stands now.")] = False) -> None:
    """Fill an empty store with the demo town."""
    from layers.demo import build  # half of what a start costs, and only this command needs it
    from layers.demo.rhythm import stream
    from layers.demo.town import DEFAULT_SEED
    from layers.planting import plant
    from layers.planting_accounts import plant_accounts
    from layers.planting_acts import photograph

    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with Opened() as store:
        made = plant(store, build(now), now=now, reset=reset)
        if made:
            photograph(store, _photos(), stream(DEFAULT_SEED, "photos"), now=now)
        plant_accounts(store, now=now)
    console.print(say(msg("The demo town is ready.") if made else msg("The demo town is there already.")))


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
        errors.print(say(error.message), style="red")
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
        raise stop(BadInput(msg("“{value}” is none of: {choices}.", value=format_, choices=", ".join(FORMATS))))
    with Opened() as store:
        count = export_to(store, layer, file, format_=format_, crs=crs or None)
        audit.note(store, "export", f"layers/{layer}", by=OPERATOR_HERE, now=datetime.now(UTC), format=format_)
    console.print(say(msg("{count} rows written to {file}.", count=count, file=file.name)))


@app.command("warm-up")
def compile_loops() -> None:
    """Compile the inner loops once after an installation, so that nobody waits for it at the first map."""
    from geo_service.compiling import compile_all  # with half of what a start costs, and only this command needs it

    compile_all(now=datetime.now(UTC))
    console.print(say(msg("The maps and the analysis are ready to be fast.")))


@app.command()
def assign() -> None:
    """Derive who answers for every open problem anew, from the places and responsibilities as they are now."""
    with Opened() as store, _Bar() as bar:
        count = assign_all(store, now=datetime.now(UTC), progress=bar.tell)
    console.print(say(msg("{count} problems were placed anew.", count=count)))


@app.command()
def tick() -> None:
    """Do once what the service does on its own: take the steps of escalation that are due, and the like."""
    with Opened() as store:
        done = run_tasks(store, Settings(), datetime.now(UTC))
    for name, count in done.items():
        console.print(f"{name}: {count}", markup=False)
    if "failed" in done.values():
        raise typer.Exit(FAILED)


@app.command()
def digest(
    person: Annotated[str, typer.Option(help="Code of one person; everybody by default.")] = "",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day, today by default.")] = None,
    send: Annotated[bool, typer.Option(help="Also put it into the inbox and on its way.")] = False,
) -> None:
    """Print what is new, open, overdue and due for each person on a day."""
    now = datetime.now(UTC)
    with Opened() as store:
        made, letters = daily.reports(store, Settings(), _day(on, now), now, person=person)
        if send:
            daily.send_again(store, made, letters, now=now)
    for letter in letters.values():
        console.print(letter.text + "\n", markup=False, highlight=False, soft_wrap=True)


@app.command()
def bulletin(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day, today by default.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="1 = daily, 7 = weekly.")] = 1,
) -> None:
    """Print the town's bulletin, ready to paste."""
    now = datetime.now(UTC)
    with Opened() as store:
        text = daily.bulletin_text(store, Settings(), _day(on, now), now, days=days)
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def backup(file: Path) -> None:
    """Save the store and the photos into one new file; the service may go on meanwhile."""
    with Opened() as store:
        saved = backups.back_up(store, _photos(), file, now=datetime.now(UTC), release=version("geo-service"))
        lost = backups.photos_lost(store, saved)
    console.print(say(msg("Saved to {file}:", file=file.name)), _counted(saved.counts), markup=False, soft_wrap=True)
    if lost:
        errors.print(say(msg("{count} photos are not in it: their files are missing.", count=lost)), style="yellow")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    force: Annotated[bool, typer.Option(help="Replace a store that holds data; it is kept beside.")] = False,
) -> None:
    """Bring back what was saved; the service must not be running."""
    try:
        made = backups.restore(Settings().store_url, _photos(), file, now=datetime.now(UTC), force=force)
    except LayersError as error:
        raise stop(error) from error
    saved_at = f"{datetime.fromisoformat(made.manifest.made_at).astimezone(TOWN_TIME):%Y-%m-%d %H:%M}"
    said = say(msg("Restored as of {time}:", time=saved_at)), _counted(made.manifest.counts)
    console.print(*said, markup=False, soft_wrap=True)
    if made.kept:
        console.print(say(msg("The former store is kept as {name}.", name=made.kept)), markup=False)


@app.command()
def check(
    deep: Annotated[bool, typer.Option(help="Also rebuild every problem from its history and compare.")] = False,
) -> None:
    """Look for damage in the store and in the folder of the photos."""
    with Opened() as store:
        wrong = [*store.check(), *map(say, soundness.faults(store, _photos(), deep=deep))]
        weak = soundness.weaknesses(store)
    for warning in [*weak, *([] if is_safe() else [_OLD_SQLITE])]:
        errors.print(say(warning), style="yellow", markup=False)
    for line in wrong:
        errors.print(line, style="red", markup=False)
    if wrong:
        raise typer.Exit(FAILED)
    console.print(say(msg("The store is sound.")))


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
        self._progress.update(self._task, description=say(msg(phase)), completed=done, total=total or None)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _photos() -> PhotoFiles:
    return PhotoFiles(Settings().photo_dir)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)


def _day(on: datetime | None, now: datetime) -> date:
    return town_day(now) if on is None else on.date()


def _mapping(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise stop(BadInput(msg("“{value}” is not of the form field=field.", value=pair)))
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
        table.add_row(say(title), str(value))
    if seconds:
        table.add_row(say(msg("Seconds")), f"{seconds:.1f} ({report.total / seconds:,.0f}/s)")
    console.print(table)
    for warning in report.warnings:
        console.print(f"⚠ {say(warning)}", style="yellow", markup=False)
    _print_notes(msg("Repaired"), report.repaired)
    _print_notes(msg("Refused"), report.refused)


def _print_notes(title: Message, notes: tuple[RowNote, ...]) -> None:
    for note in notes[:_NAMED_NOTES]:
        row = say(msg("row {row}", row=note.row))
        console.print(f"{say(title)}: {row} {note.field}: {say(note.message)}", markup=False)
    if len(notes) > _NAMED_NOTES:
        console.print(say(msg("… and {count} more", count=len(notes) - _NAMED_NOTES)))
