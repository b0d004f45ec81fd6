"""The command line's `basemap …`: what maps may lie on."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from geo_service.console import Opened, console, say
from geo_service.settings import Settings
from layers import basemaps
from layers.audit import OPERATOR_HERE
from layers.basemap_files import BasemapFiles
from layers.errors import FileUnreadable
from layers.rules.basemaps import DEEPEST_ZOOM, FILE, TILES, Basemap
from layers.words import msg

basemap = typer.Typer(no_args_is_help=True, help="Basemaps: maps of others under ours.")


@basemap.command("add")
def add(  # noqa: PLR0913 (the options of a command)
    key: Annotated[str, typer.Argument(help="a–z, 0–9, “-”; stands in addresses of maps.")],
    name: Annotated[str, typer.Argument(help="What people call it.")],
    address: Annotated[
        list[str] | None, typer.Option(help="of tiles, with {z}, {x}, {y}; several over another.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A PMTiles file; it is copied.")
    ] = None,
    subdomains: Annotated[str, typer.Option(help="for {s}, separated by commas")] = "",
    gcj02: Annotated[bool, typer.Option("--gcj02", help="Its positions are in GCJ-02, as Amap’s.")] = False,
    attribution: Annotated[str, typer.Option(help="Whose map it is.")] = "",
    name_en: Annotated[str, typer.Option(help="Name in English.")] = "",
    max_zoom: Annotated[int | None, typer.Option(help="The deepest zoom that there are tiles of.")] = None,
    quiet: Annotated[bool, typer.Option(help="Colours stand back, so that our own marks stand out.")] = True,
    dark: Annotated[bool, typer.Option(help="Turned dark where the page is.")] = False,
) -> None:
    """Offer one more basemap."""
    files = _files()
    with Opened() as store:
        row = {
            "key": key, "name": name, "name_en": name_en, "attribution": attribution, "quiet": quiet, "dark": dark,
            "kind": FILE if file else TILES, "file": files.take(file) if file else "", "addresses": address or [],
            "subdomains": [part.strip() for part in subdomains.split(",") if part.strip()],
            "datum": "gcj02" if gcj02 else "wgs84", "max_zoom": max_zoom or (DEEPEST_ZOOM if file else 18),
        }  # fmt: skip
        made = basemaps.add_basemap(store, row, files, now=datetime.now(UTC), by=OPERATOR_HERE)
    console.print(say(msg("Maps offer “{name}” now.", name=made.name)), markup=False)


@basemap.command("list")
def list_basemaps() -> None:
    """Show every basemap, in the order in which maps offer them."""
    with Opened() as store, store.reading() as session:
        found = basemaps.basemap_sheet(session).basemaps
    files = _files()
    table = Table(*map(say, (msg("Key"), msg("Name"), msg("From where"), msg("Reason"))))
    for one in found:
        table.add_row(one.key, one.name, "\n".join(one.addresses) or one.file, _fault(one, files))
    console.print(table, markup=False)


@basemap.command("remove")
def remove(key: str) -> None:
    """Offer a basemap no longer; its file stays."""
    with Opened() as store:
        basemaps.remove_basemap(store, key, now=datetime.now(UTC), by=OPERATOR_HERE)
    console.print(say(msg("Maps no longer offer “{name}”.", name=key)), markup=False)


def _files() -> BasemapFiles:
    return BasemapFiles(Settings().basemap_dir)


def _fault(one: Basemap, files: BasemapFiles) -> str:
    try:
        if one.kind == FILE:
            files.get(one.file)
    except FileUnreadable as error:
        return say(error.message)
    return ""
