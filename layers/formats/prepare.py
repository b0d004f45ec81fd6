"""From a file as it was read to rows that a layer can take, and a report of what became of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.crs import Bounds
from layers.formats.codes import choose_code, codes_from
from layers.formats.fitting import Fitted, first_notes, fit
from layers.formats.mapping import CODE, code_candidates, match_fields
from layers.formats.shift import Reference, disguised, outside_town
from layers.formats.table import Geometries, Prepared, Report, SourceTable
from layers.formats.values import Converted, convert, json_safe, why_wrong
from layers.model import RowNote
from layers.schema import LayerSchema
from layers.words import Message, msg

_NAMED_ROWS = 5  # row numbers that a warning lists


@dataclass(slots=True)
class _Work:
    """What is known so far: source field → field, the values by field, and the refused rows (zero-based)."""

    source: SourceTable
    schema: LayerSchema
    matched: dict[str, str]
    refused: dict[int, RowNote] = field(default_factory=dict)
    values: dict[str, list[object]] = field(default_factory=dict)
    warnings: list[Message] = field(default_factory=list)


def prepare(
    source: SourceTable,
    schema: LayerSchema,
    *,
    mapping: Mapping[str, str] | None = None,
    town_bounds: Bounds | None = None,
    references: Iterable[Reference] = (),
) -> Prepared:
    """The rows of the file that the layer can take, with a report that names every other row and why.

    `mapping` (source field → field of the layer or "code"; "" = keep as it is) comes before our own matching.
    Fields without a match are kept in `extra`. `references` are known areas (code, name, polygon in EPSG:4326)
    with which areas of the same code or name are compared. Raises BadInput for a mapping that cannot be.

    A field that matched by name only, and of which most values cannot be read, is kept in `extra` with a warning.
    """
    given = dict(mapping or {})
    work = _Work(source, schema, match_fields(source, schema, given), warnings=list(source.notes))
    fitted = fit(source.geometries, schema.shape)
    work.refused.update({note.row - 1: note for note in first_notes(fitted.refused, "geometry")})
    work.refused.update({note.row - 1: note for note in source.refused})
    for name in list(work.matched):
        _convert_field(work, name, is_given=name in given)
    kept = np.ones(len(source), dtype=bool)
    kept[list(work.refused)] = False
    return _assembled(work, fitted, kept, given, town_bounds, references)


def _convert_field(work: _Work, name: str, *, is_given: bool) -> None:
    """Values of one matched field; wrong ones refuse their row, unless the match was only a guess."""
    target = work.schema.field(work.matched[name])
    if target is None:  # the code
        return
    column = work.source.columns.column(name)
    converted = convert(column, work.schema.name, target)
    wrong = np.flatnonzero(converted.wrong)
    if not is_given and 2 * len(wrong) > len(column) - column.null_count:
        del work.matched[name]
        why = why_wrong(column[int(wrong[0])].as_py(), work.schema.name, target)
        work.warnings.append(msg("The field “{name}” was kept as it is: {why}", name=name, why=why))
        return
    for row in wrong.tolist():
        value = column[row].as_py()
        work.refused.setdefault(row, RowNote(row + 1, why_wrong(value, work.schema.name, target), name))
    work.values[target.name] = _with_default(converted, target.default)


def _with_default(converted: Converted, default: object) -> list[object]:
    if default is None:
        return converted.values
    return [default if value is None else value for value in converted.values]


def _assembled(
    work: _Work,
    fitted: Fitted,
    kept: NDArray[np.bool_],
    given: Mapping[str, str],
    town_bounds: Bounds | None,
    references: Iterable[Reference],
) -> Prepared:
    source = work.source
    rows = np.flatnonzero(kept) + 1
    geometries = fitted.geometries[kept]
    codes, changed, made = _codes(work, kept, given, rows)
    values = {f.name: _kept(work.values.get(f.name), kept, f.default) for f in work.schema.fields}
    _warn_of_duplicates(work, geometries, codes if not made else None, rows)
    if town_bounds:
        work.warnings += outside_town(geometries, town_bounds, source.crs)
    if work.schema.shape in ("MULTIPOLYGON", "GEOMETRY"):
        names = _names(codes, values)
        work.warnings += disguised(names, geometries, source.crs, references)
    return Prepared(
        codes=codes,
        geometries=geometries,
        values=values,
        extra=_extra(work, kept),
        rows=rows,
        source_crs=source.crs,
        codes_made=made,
        report=_report(work, fitted, changed, len(rows)),
    )


def _codes(
    work: _Work, kept: NDArray[np.bool_], given: Mapping[str, str], rows: NDArray[np.int64]
) -> tuple[list[str], tuple[RowNote, ...], bool]:
    """Codes, the rows whose code was changed, and whether all were made."""
    source = work.source
    name = next((name for name, target in work.matched.items() if target == CODE), None)
    if name is None:
        free = [candidate for candidate in code_candidates(source, given) if candidate not in work.matched]
        name = choose_code(source, free)
    if name is None:
        none = pa.chunked_array([pa.nulls(len(rows), pa.string())])
        return codes_from(none, work.schema.name, rows).codes, (), True
    work.matched[name] = CODE
    column = source.columns.column(name).filter(pa.array(kept))
    found = codes_from(column, work.schema.name, rows)
    if found.changed:
        work.warnings.append(
            msg("Codes of the field “{name}” that were missing or occurred before, and were changed: {count}.",
                count=len(found.changed), name=name))  # fmt: skip
    return found.codes, found.changed, False


def _kept(values: list[object] | None, kept: NDArray[np.bool_], default: object) -> list[object]:
    return [default] * int(kept.sum()) if values is None else list(compress(values, kept.tolist()))


def _extra(work: _Work, kept: NDArray[np.bool_]) -> list[dict[str, object]]:
    """Every field of the source that has no field in the layer, row by row."""
    table = work.source.columns
    names = [name for name in work.source.names if name not in work.matched]
    mask = pa.array(kept)
    columns = [json_safe(table.column(name).filter(mask), table.schema.field(name)) for name in names]
    if not columns:
        return [{} for _ in range(int(kept.sum()))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _warn_of_duplicates(work: _Work, geometries: Geometries, codes: list[str] | None, rows: NDArray[np.int64]) -> None:
    """Rows with the geometry of a row before (and its code, where the file has codes)."""
    seen: set[object] = set()
    doubled = []
    wkb = shapely.to_wkb(geometries)
    for row, key in zip(rows.tolist(), wkb if codes is None else zip(codes, wkb, strict=True), strict=True):
        if key in seen:
            doubled.append(row)
        seen.add(key)
    if doubled:
        work.warnings.append(
            msg("Rows with the geometry of a row before them: {count} ({rows}).",
                count=len(doubled), rows=_listed(doubled)))  # fmt: skip


def _listed(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:_NAMED_ROWS])) + (", …" if len(rows) > _NAMED_ROWS else "")


def _names(codes: list[str], values: Mapping[str, list[object]]) -> list[tuple[str, str]]:
    names = values.get("name") or values.get("名称") or [""] * len(codes)
    return [(code, str(name or "")) for code, name in zip(codes, names, strict=True)]


def _report(work: _Work, fitted: Fitted, changed: tuple[RowNote, ...], accepted: int) -> Report:
    source = work.source
    repaired = [*source.repaired, *first_notes(fitted.repaired, "geometry"), *changed]
    return Report(
        total=len(source),
        accepted=accepted,
        repaired=tuple(sorted((n for n in repaired if n.row - 1 not in work.refused), key=lambda n: n.row)),
        refused=tuple(work.refused[row] for row in sorted(work.refused)),
        warnings=tuple(work.warnings),
        crs=source.crs,
        encoding=source.encoding,
        mapping={**source.coordinate_fields, **work.matched},
    )
