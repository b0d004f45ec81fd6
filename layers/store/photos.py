"""The photos' rows: what each shows of which problem. A row is never removed; its files may be."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from layers.errors import NotFound
from layers.photos.likeness import BANDS, bands, near_bands
from layers.photos.photo import Photo
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import Flag, Json, UtcTime

_BAND_NAMES = tuple(f"band_{number}" for number in range(BANDS))
PHOTOS = plain_table(
    "photos",
    Column("problem_id", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("phash", Text),
    *(Column(name, Integer) for name in _BAND_NAMES),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("taken_at", UtcTime),
    Column("lon", Float(53)),
    Column("lat", Float(53)),
    Column("place_source", Text, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("by", Text),
    Column("note", Text),
    Column("warnings", Json),
    Column("redacted", Flag, nullable=False),
    Column("replaced_by", Integer),
    Column("removed_at", UtcTime),
    Column("released_at", UtcTime),
    UniqueConstraint("town", "key"),
    Index("ix_photos_problem", "town", "problem_id"),
    Index("ix_photos_sha256", "town", "sha256"),
    *(Index(f"ix_photos_{name}", "town", name) for name in _BAND_NAMES),
)
_LIVE = PHOTOS.c.removed_at.is_(None)


class Photos(Shelf):
    """The photos of all problems; the public sees those that were released."""

    def shown(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """The conditions for the photos that may be seen."""
        released = () if self.scope.sees != "public" else (PHOTOS.c.released_at.is_not(None),)
        return *super().shown(table), *released

    def add(self, photo: Photo) -> Photo:
        """A new row, as it is stored. The files must be safe on the disk already."""
        values = {name: value for name, value in asdict(photo).items() if name != "id"}
        values["warnings"] = list(photo.warnings)
        values |= dict(zip(_BAND_NAMES, bands(photo.phash), strict=True))
        key = self.connection.execute(insert(PHOTOS).values(**values, town=self.town_code)).inserted_primary_key
        assert key is not None  # noqa: S101 (an insert gives its key)
        return self.get(key[0])

    def close(self, id_: int, *, at: datetime, replaced_by: int | None = None) -> None:
        """The photo's files go: for good, or because another row shows it redacted."""
        match = (PHOTOS.c.town == self.town_code, PHOTOS.c.id == id_)
        self.connection.execute(update(PHOTOS).where(*match).values(removed_at=at, replaced_by=replaced_by))

    def release(self, id_: int, at: datetime | None) -> None:
        """Let the public see a photo from now on; None: no longer."""
        match = (PHOTOS.c.town == self.town_code, PHOTOS.c.id == id_)
        self.connection.execute(update(PHOTOS).where(*match).values(released_at=at))

    def get(self, id_: int) -> Photo:
        """A photo by its number, removed or not; NotFound where there was none."""
        return self._one(PHOTOS.c.id == id_, id_)

    def by_key(self, key: str) -> Photo:
        """A photo by the key of its files, removed or not; NotFound where there was none."""
        return self._one(PHOTOS.c.key == key, key[:40])

    def of(self, problem_id: int) -> list[Photo]:
        """The photos of a problem that can be seen, the oldest first."""
        return self._read(self._select().where(PHOTOS.c.problem_id == problem_id, _LIVE))

    def roles(self, problem_id: int) -> frozenset[str]:
        """The roles of the photos of a problem that can be seen."""
        match = (*self.shown(PHOTOS), PHOTOS.c.problem_id == problem_id, _LIVE)
        return frozenset(self.connection.scalars(select(PHOTOS.c.role).where(*match)))

    def count(self, problem_id: int) -> int:
        """How many photos of a problem can be seen."""
        match = (*self.shown(PHOTOS), PHOTOS.c.problem_id == problem_id, _LIVE)
        return int(self.connection.scalar(select(func.count()).select_from(PHOTOS).where(*match)) or 0)

    def alike(self, sha256: str, phash: str) -> list[Photo]:
        """The photos that were made from the same file, or look nearly the same (a few more than those)."""
        return self._read(self._select().where(_LIVE, or_(PHOTOS.c.sha256 == sha256, _near(phash))))

    def keys(self) -> tuple[set[str], set[str]]:
        """The keys of the photos that can be seen, and of those whose files must be gone."""
        rows = self.connection.execute(select(PHOTOS.c.key, _LIVE).where(PHOTOS.c.town == self.town_code)).all()
        return {key for key, live in rows if live}, {key for key, live in rows if not live}

    def _one(self, match: ColumnElement[bool], asked: object) -> Photo:
        found = self._read(self._select().where(match))
        if not found:
            raise NotFound("photo", asked)
        return found[0]

    def _select(self) -> Select[Any]:
        columns = [column for column in PHOTOS.columns if column.name not in ("town", *_BAND_NAMES)]
        return select(*columns).where(*self.shown(PHOTOS)).order_by(PHOTOS.c.id)

    def _read(self, statement: Select[Any]) -> list[Photo]:
        return [_photo(dict(row)) for row in self.connection.execute(statement).mappings()]


def _near(phash: str) -> ColumnElement[bool]:
    """Rows one of whose bands differs in at most one bit: every fingerprint within seven bits is among them."""
    pairs = [(name, band) for name, band in zip(_BAND_NAMES, bands(phash), strict=True) if band is not None]
    return or_(false(), *(PHOTOS.c[name].in_(near_bands(band)) for name, band in pairs))


def _photo(row: dict[str, Any]) -> Photo:
    texts = {name: row[name] or "" for name in ("phash", "by", "note")}
    return Photo(**{**row, **texts, "warnings": tuple(row["warnings"] or ())})
