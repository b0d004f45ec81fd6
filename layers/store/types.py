"""Column types that mean the same in the GeoPackage and in PostGIS.

Geometry travels as shapely values. In the GeoPackage it is the standard's blob
(OGC 12-128r18, clause 2.1.3: header, envelope, ISO WKB), in PostGIS hexadecimal EWKB.
"""

import operator
import struct
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, Date, DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import Concatenable, TypeDecorator, TypeEngine, UserDefinedType

from layers.values import to_millisecond

SRID = 4326
_HEAD = struct.Struct("<2sBBi")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_EMPTY = 0b0001_0000  # GeoPackage: bit 4 of the flags
_LITTLE = 0b0000_0001


def blob_of(geometry: BaseGeometry) -> bytes:
    """A GeoPackage geometry blob; points carry no envelope, as GDAL writes them."""
    (blob,) = blobs_of(np.array([geometry], dtype=object))
    assert blob is not None  # noqa: S101 (there is a geometry)
    return blob


def blobs_of(geometries: NDArray[np.object_]) -> list[bytes | None]:
    """GeoPackage blobs of many geometries; None for one that is missing."""
    wkb = shapely.to_wkb(geometries, byte_order=1, flavor="iso", output_dimension=2)
    empty = shapely.is_empty(geometries)
    pointlike = shapely.get_type_id(geometries) == 0
    bounds = shapely.bounds(geometries)[:, [0, 2, 1, 3]].astype("<f8")
    heads = [b.tobytes() for b in bounds]
    bare = _HEAD.pack(b"GP", 0, _LITTLE, SRID)
    hollow = _HEAD.pack(b"GP", 0, _LITTLE | _EMPTY, SRID)
    boxed = _HEAD.pack(b"GP", 0, _LITTLE | 0b10, SRID)
    return [
        None if body is None else hollow + body if is_empty else bare + body if is_point else boxed + head + body
        for body, head, is_empty, is_point in zip(wkb, heads, empty, pointlike, strict=True)
    ]


def wkb_of(blob: bytes) -> bytes:
    """The WKB inside a GeoPackage blob."""
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]


def wkb_of_each(blobs: Iterable[bytes | None]) -> list[bytes | None]:
    """The WKB inside each of many GeoPackage blobs."""
    sizes = [8 + size for size in _ENVELOPE_BYTES]
    return [None if blob is None else blob[sizes[(blob[3] >> 1) & 0b111] :] for blob in blobs]


def is_empty(blob: bytes | None) -> int | None:
    """ST_IsEmpty of a blob: 1, 0, or None for NULL."""
    if blob is None:
        return None
    flags = blob[3]
    if flags & _EMPTY:
        return 1
    if flags & 0b1110:
        return 0
    return int(shapely.from_wkb(wkb_of(blob)).is_empty)


def bounds_of(blob: bytes) -> tuple[float, float, float, float] | None:
    """(min x, max x, min y, max y) of a blob, None where it is empty."""
    order = "<" if blob[3] & 1 else ">"
    if blob[3] & 0b1110:
        box: tuple[float, float, float, float] = struct.unpack_from(order + "4d", blob, 8)
        return box
    if len(blob) == 29 and blob[8] == 1:  # a bare 2-D point
        x, y = struct.unpack_from("<2d", blob, 13)
        return None if x != x else (x, x, y, y)
    geometry = shapely.from_wkb(wkb_of(blob))
    if geometry.is_empty:
        return None
    west, south, east, north = geometry.bounds
    return west, east, south, north


class Geometry(UserDefinedType[BaseGeometry]):
    """A geometry column in EPSG:4326; values are shapely geometries."""

    cache_ok = True

    def __init__(self, shape: str = "GEOMETRY"):
        self.shape = shape

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in a GeoPackage; PostGIS overrides it at compile time."""
        return self.shape

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Shapely → what the driver takes."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else blob_of(value)
        return lambda value: None if value is None else hex_of(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """What the driver gives → shapely."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else shapely.from_wkb(wkb_of(value))
        return lambda value: None if value is None else shapely.from_wkb(value)


def hex_of(geometry: BaseGeometry) -> str:
    """Hexadecimal EWKB, as PostGIS reads and prints it."""
    return str(shapely.to_wkb(shapely.set_srid(geometry, SRID), hex=True, include_srid=True, output_dimension=2))


class _Named(UserDefinedType[Any]):
    """A GeoPackage column whose declared type is given word for word."""

    cache_ok = True

    def __init__(self, name: str):
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name


class UtcTime(TypeDecorator[datetime]):
    """An instant, kept in UTC to the millisecond; DATETIME text in the GeoPackage, timestamptz in PostGIS."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The GeoPackage wants DATETIME as ISO 8601 text."""
        return dialect.type_descriptor(_Named("DATETIME") if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Naive times are refused: an instant has a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        utc = to_millisecond(value.astimezone(UTC))
        return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z" if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always UTC."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class Day(TypeDecorator[date]):
    """A calendar day; DATE text in the GeoPackage."""

    impl = Date()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The GeoPackage wants DATE as ISO text."""
        return dialect.type_descriptor(_Named("DATE") if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Date → text in the GeoPackage."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Text → date."""
        return date.fromisoformat(value[:10]) if isinstance(value, str) else value


class _Likely(Grouping[Any]):
    """A condition that most rows meet; SQLite then does not look for them by an index on it alone."""

    inherit_cache = True


@compiles(_Likely, "sqlite")
def _in_sqlite(element: _Likely, compiler: SQLCompiler, **how: Any) -> str:
    return f"likely({compiler.process(element.element, **how)})"


class TownCode(Text):
    """The town that a row belongs to. Nearly all rows are of the same one: alone it is no way to find any."""

    class Comparator(Concatenable.Comparator[str]):
        """Equality that says so."""

        def operate(self, op: Any, *other: Any, **how: Any) -> Any:
            """An operation on the column."""
            made = super().operate(op, *other, **how)
            return _Likely(made) if op is operator.eq else made

    comparator_factory = Comparator


class Flag(TypeDecorator[bool]):
    """A boolean; GeoPackage BOOLEAN is 0 or 1."""

    impl = Boolean()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BOOLEAN without a CHECK constraint."""
        return dialect.type_descriptor(_Named("BOOLEAN") if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        """Boolean → 0/1 in the GeoPackage."""
        return int(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """0/1 → boolean."""
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """Any JSON value; TEXT in the GeoPackage, jsonb in PostGIS."""

    impl = JSONB()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text in the GeoPackage."""
        return dialect.type_descriptor(_Named("TEXT") if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """To JSON text; in PostGIS the driver does it."""
        if value is None or dialect.name != "sqlite":
            return value
        return orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From JSON text."""
        return orjson.loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value
