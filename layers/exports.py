"""A layer as a file."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from layers.accounts_model import Client, Identity
from layers.audit import By, note
from layers.errors import BadInput
from layers.formats.write import FORMATS, write
from layers.store import Store
from layers.words import msg


def export_layer(store: Store, layer: str, format_: str, *, crs: str | None = None) -> tuple[bytes, str]:
    """The file's bytes and its name; BadInput for a format that is not in FORMATS."""
    if format_ not in FORMATS:
        raise BadInput(
            msg("“{value}” is none of: {choices}.", value=format_[:80], choices=", ".join(FORMATS)), field="format"
        )
    with TemporaryDirectory(prefix="geo-service-export-") as folder:
        path = Path(folder) / f"{layer}{FORMATS[format_].suffix}"
        export_to(store, layer, path, format_=format_, crs=crs)
        return path.read_bytes(), path.name


def note_export(store: Store, what: str, *, address: str, now: datetime, **detail: object) -> None:
    """Enter in the audit that somebody has taken data out; what is public anyway is not entered."""
    viewer = store.viewer
    if viewer is None or not viewer.account:
        return
    who = By(Identity(account=viewer.account, person=viewer.person), Client(address, viewer.device))
    note(store, "export", what, by=who, now=now, **detail)


def export_to(store: Store, layer: str, path: Path, *, format_: str, crs: str | None = None) -> int:
    """Write a layer to a file; how many rows it holds."""
    with store.reading() as session:
        schema = session.layers.get(layer)
        features = session.features.read(layer)
    write(features, schema, path, format=format_, crs=crs or "EPSG:4326")
    return len(features)
