"""The town's basemaps, which an administrator sets: a list under the key `basemaps`, every version of it kept.

What ships is none: without them a map shows the town's own layers and asks nobody outside for anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from layers.audit import By, enter
from layers.basemap_files import BasemapFiles
from layers.errors import AlreadyThere, BadInput, FileUnreadable, NotFound
from layers.rules.basemaps import FILE, GCJ02, Basemap, basemap_of, basemaps_of, field_of, plain_row
from layers.store import Session, Store
from layers.store.rulesets import Ruleset
from layers.tile_archive import VECTOR
from layers.words import msg

KEY = "basemaps"


@dataclass(frozen=True, slots=True)
class BasemapSheet:
    """The basemaps in the order in which they are offered; `version` 0 = as shipped: none."""

    basemaps: tuple[Basemap, ...] = ()
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


def basemap_sheet(session: Session) -> BasemapSheet:
    """The basemaps as they stand."""
    return _sheet(session.rulesets.current(KEY, shipped=[]))


def put_basemaps(
    store: Store, rows: object, files: BasemapFiles, *, now: datetime, by: By, expected: int | None = None
) -> BasemapSheet:
    """Replace all of them. BadInput names the row and its field, Conflict a version that is gone."""
    made = basemaps_of(rows)
    for number, basemap in enumerate(made, start=1):
        _check_file(basemap, files, field_of(number))
    with store.writing() as session:
        return _put(session, made, now=now, by=by, expected=expected)


def add_basemap(store: Store, row: object, files: BasemapFiles, *, now: datetime, by: By) -> Basemap:
    """Offer one more, after the others. BadInput names the field, AlreadyThere the key that is taken."""
    made = basemap_of(row)
    _check_file(made, files, "basemap")
    with store.writing() as session:
        before = basemap_sheet(session).basemaps
        if made.key in {one.key for one in before}:
            raise AlreadyThere(msg("There is a basemap “{key}” already.", key=made.key))
        basemaps_of([plain_row(one) for one in (*before, made)])  # not too many
        _put(session, (*before, made), now=now, by=by)
    return made


def remove_basemap(store: Store, key: str, *, now: datetime, by: By) -> None:
    """Offer it no longer; its file stays where it is. NotFound where there is none of that key."""
    with store.writing() as session:
        before = basemap_sheet(session).basemaps
        left = tuple(one for one in before if one.key != key)
        if len(left) == len(before):
            raise NotFound("basemap", key)
        _put(session, left, now=now, by=by)


def _put(
    session: Session, basemaps: Sequence[Basemap], *, now: datetime, by: By, expected: int | None = None
) -> BasemapSheet:
    rows = [plain_row(one) for one in basemaps]
    made = session.rulesets.put(KEY, rows, now=now, by=by.identity.person, expected=expected)
    origins = sorted({origin for one in basemaps for origin in one.origins})
    keys = [one.key for one in basemaps]
    enter(session, KEY, KEY, by=by, now=now, done="changed", keys=keys, origins=origins)
    return _sheet(made)


def _check_file(basemap: Basemap, files: BasemapFiles, field: str) -> None:
    if basemap.kind != FILE:
        return
    try:
        facts = files.get(basemap.file).facts
    except FileUnreadable as error:
        raise BadInput(error.message, field=f"{field}.file") from error
    if facts.kind == VECTOR and basemap.datum == GCJ02:
        raise BadInput(msg("Tiles of vectors cannot be moved: only pictures may be in GCJ-02."), field=f"{field}.datum")


def _sheet(rules: Ruleset) -> BasemapSheet:
    return BasemapSheet(basemaps_of(rules.body), rules.version, rules.changed_at, rules.changed_by)
