"""The values that travel between reading, preparing and writing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.model import Feature, RowNote
from layers.words import Message

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one reading or writing may use; a file that needs more is refused."""

    memory_bytes: int = 4 << 30
    cpu_s: int = 600
    wall_s: int = 900
    file_bytes: int = 4 << 30  # one file written
    unpacked_bytes: int = 4 << 30  # all files together, after unpacking
    zip_entries: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A file as it was read: every row, every field, geometry in EPSG:4326 (None where a row has none).

    `columns` is a pyarrow Table of plain types without the geometry; `crs` is the CRS the
    coordinates were in and `crs_from` says how it is known (given, declared, detected);
    `coordinate_fields` are the fields that became the geometry (field → "lon", "lat", "wkt", …);
    `refused` and `repaired` are what reading alone could already tell of rows (1 = first).
    """

    columns: Any
    geometries: Geometries
    crs: str
    crs_from: str
    encoding: str
    format: str
    coordinate_fields: Mapping[str, str]
    refused: tuple[RowNote, ...] = ()
    repaired: tuple[RowNote, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, in the file's order."""
        return tuple(self.columns.column_names)

    def __len__(self) -> int:
        return len(self.geometries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a file: total = accepted + the rows refused (one note each, the first reason)."""

    total: int
    accepted: int
    repaired: tuple[RowNote, ...]
    refused: tuple[RowNote, ...]
    warnings: tuple[Message, ...]
    crs: str
    encoding: str
    mapping: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The accepted rows as columns, ready to be stored; `rows` are their numbers in the file (1 = first).

    `codes_made` says that the file brought no codes, so they were made from the row numbers.
    """

    codes: list[str]
    geometries: Geometries
    values: dict[str, list[object]]
    extra: list[dict[str, object]]
    rows: NDArray[np.int64]
    source_crs: str
    codes_made: bool
    report: Report

    def __len__(self) -> int:
        return len(self.codes)

    def features(self) -> Iterator[Feature]:
        """The rows one by one."""
        for index, (code, geometry, extra) in enumerate(zip(self.codes, self.geometries, self.extra, strict=True)):
            values = {name: column[index] for name, column in self.values.items()}
            yield Feature(code=code, geometry=geometry, values=values, extra=extra, source_crs=self.source_crs)
