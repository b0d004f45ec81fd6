"""The command line's `person …`: what is held of somebody, and their erasure."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from geo_service.console import Opened, console, say
from geo_service.settings import Settings
from layers import privacy
from layers.audit import OPERATOR_HERE
from layers.photos.files import PhotoFiles
from layers.words import msg

people = typer.Typer(no_args_is_help=True, help="Persons: their data, and their erasure.")


@people.command("export")
def export(code: str, file: Path) -> None:
    """Write everything that is held of a person into a zip file."""
    with Opened() as store, file.open("xb") as out:
        photos = PhotoFiles(Settings().photo_dir)
        count = privacy.write_data(store, photos, code, out, now=datetime.now(UTC), by=OPERATOR_HERE)
    console.print(say(msg("{count} rows written to {file}.", count=count, file=file.name)), markup=False)


@people.command("erase")
def erase(
    code: str,
    to: Annotated[str, typer.Option(help="Who takes over their places and open cases (code).")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a person out of everything, for good; the history keeps what was done, under a pseudonym."""
    if not yes:
        typer.confirm(say(msg("Erase “{code}” for good?", code=code)), abort=True)
    with Opened() as store:
        done = privacy.erase(store, code, now=datetime.now(UTC), by=OPERATOR_HERE, to=to)
    said = msg("Erased; the history calls them {pseudonym} now. Backups made before still hold them.",
               pseudonym=done.pseudonym)  # fmt: skip
    console.print(say(said), markup=False)
