"""A prepared file becomes rows of a layer, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from layers import measures, roadside
from layers.assignment import decide
from layers.births import Births, report_events
from layers.clock_rules import calendar_sheet
from layers.deadline_columns import Standing, stage_columns
from layers.dust_samples import judged_columns
from layers.errors import BadFile
from layers.formats.table import Prepared, Report
from layers.frontages import OF_CHECKS
from layers.geometry import Metres
from layers.look_backs import schedule_all
from layers.model import Category, RowNote
from layers.placing import Progress, place_anew, put_links, silent
from layers.problems import lead_columns
from layers.rebounds import link_all
from layers.rules.co_departments import rows_for
from layers.rules.replay import SET, jsonable
from layers.schema import LayerSchema
from layers.stations import rebuild_rings
from layers.store import Session, Store
from layers.town import settle
from layers.values import town_day
from layers.words import msg

Columns = dict[str, Sequence[Any]]
PHASES = ("waiting", "unpack", "read", "place", "checking", "placing", "storing")
_PLACES = ("areas", "road_segments", "stations")  # what problems are given to
OTHER_CATEGORY = "0799"  # 其他问题: what a file's own words do not name


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is about to be written, and where."""

    session: Session
    prepared: Prepared
    metres: Metres
    now: datetime


def _nothing_more(first: int) -> None:
    """No rows follow."""


@dataclass(frozen=True, slots=True)
class _Derived:
    """What a layer adds to a file: columns before the rows are stored, and an act once their first key is known."""

    columns: Columns = field(default_factory=dict)
    after: Callable[[int], None] = _nothing_more


def import_rows(
    store: Store,
    schema: LayerSchema,
    prepared: Prepared,
    *,
    now: datetime,
    new_layer: bool = False,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> Report:
    """Write the accepted rows, all or none, and say what became of the file.

    Raises BadFile, and writes nothing, where rows were refused and `skip_bad` was not asked for.
    """
    with store.writing() as session:
        if new_layer:
            session.layers.add(schema)
        prepared = _with_free_codes(session, schema.name, prepared)
        count = len(prepared)
        if prepared.report.refused and not skip_bad:
            raise RefusedRows(prepared.report)
        if not count:
            return prepared.report
        progress("placing", 0, count)
        bounds = tuple(float(edge) for edge in shapely.total_bounds(prepared.geometries))
        rows = _Rows(session, prepared, Metres(settle(session, bounds).crs), now)  # type: ignore[arg-type]
        derived = _DERIVED.get(schema.name, _plain)(rows)
        progress("storing", 0, count)
        first = session.features.insert_columns(
            schema.name, codes=prepared.codes, geometries=prepared.geometries,
            values={**prepared.values, **derived.columns}, extra=prepared.extra,
            source_crs=prepared.source_crs, now=now,
        )  # fmt: skip
        derived.after(first)
        if schema.name in _PLACES:
            place_anew(session, now=now, progress=progress)
        progress("storing", count, count)
        return prepared.report


class RefusedRows(BadFile):
    """A file had rows that cannot be used, so nothing of it was stored; the report names them."""

    def __init__(self, report: Report):
        super().__init__(
            msg("{count} rows cannot be used, so nothing was stored.", count=len(report.refused)), field="file"
        )
        self.report = report


def _with_free_codes(session: Session, layer: str, prepared: Prepared) -> Prepared:
    """Made codes are moved to free ones; a given code that is taken refuses its row."""
    taken = session.features.taken_codes(layer, prepared.codes)
    if not taken:
        return prepared
    if prepared.codes_made:
        return replace(prepared, codes=_later_codes(prepared.codes, taken, session.features.next_id(layer)))
    keep = np.array([code not in taken for code in prepared.codes])
    notes = [
        RowNote(int(row), msg("The code “{code}” is in the layer already.", code=code), "code")
        for row, code in zip(prepared.rows, prepared.codes, strict=True)
        if code in taken
    ]
    return _only(prepared, np.flatnonzero(keep), notes)


def _later_codes(codes: Sequence[str], taken: set[str], number: int) -> list[str]:
    prefix = codes[0].rstrip("0123456789")
    width = len(codes[0]) - len(prefix)
    start = max([number, *(int(code[len(prefix) :]) + 1 for code in taken)])
    return [f"{prefix}{start + i:0{width}d}" for i in range(len(codes))]


def _only(prepared: Prepared, chosen: Any, refused: Sequence[RowNote]) -> Prepared:
    report = prepared.report
    return replace(
        prepared,
        codes=[prepared.codes[i] for i in chosen],
        geometries=prepared.geometries[chosen],
        values={name: [column[i] for i in chosen] for name, column in prepared.values.items()},
        extra=[prepared.extra[i] for i in chosen],
        rows=prepared.rows[chosen],
        report=replace(report, accepted=len(chosen), refused=(*report.refused, *refused)),
    )


# -- what single layers add to a file -----------------------------------------------------------
def _plain(_rows: _Rows) -> _Derived:
    return _Derived()


def _parcels(rows: _Rows) -> _Derived:
    return _Derived({"area_m2": shapely.area(rows.metres.to(rows.prepared.geometries)).round(2).tolist()})


def _stations(rows: _Rows) -> _Derived:
    return _Derived(after=lambda _first: rebuild_rings(rows.session, now=rows.now))


def _problems(rows: _Rows) -> _Derived:
    values, count = rows.prepared.values, len(rows.prepared)
    found = [at or rows.now for at in _column(values, "found_at", count)]
    closed = _column(values, "closed_at", count)
    states = [_state(state, at) for state, at in zip(_column(values, "state", count), closed, strict=True)]
    named = _categories(rows.session)
    categories = [_named(named, said) for said in _column(values, "category", count)]
    cases = Standing(categories, states, [rows.now] * count, found, _column(values, "due_at", count))
    clocks = stage_columns(cases, calendar_sheet(rows.session).calendar())
    verified = [v or c for v, c in zip(_column(values, "verified_at", count), closed, strict=True)]
    result = decide(rows.session, rows.prepared.geometries, on=town_day(rows.now))
    columns: Columns = {
        "found_at": found, "state": states, **clocks.fields, "category": [c.code for c in categories],
        "closed_at": closed, "verified_at": verified,
        "category_version": [c.version for c in categories], "department": [c.department for c in categories],
        "co_departments": [rows_for(c.co_departments, c.department) for c in categories],
        **lead_columns(result),
    }  # fmt: skip

    def after(first: int) -> None:
        ids = range(first, first + count)
        _put_events(rows, columns, ids)
        put_links(rows.session, result.links, ids)
        rows.session.deadlines.append_columns(clocks.rows(ids))
        link_all(rows.session, now=rows.now)
        schedule_all(rows.session, now=rows.now)

    return _Derived(columns, after)


def _measures(rows: _Rows) -> _Derived:
    columns = measures.derived_columns(rows.session, rows.prepared.geometries, rows.prepared.values, now=rows.now)

    def after(_first: int) -> None:
        measures.follow_parcels(rows.session, now=rows.now)

    return _Derived(columns, after)


def _frontages(rows: _Rows) -> _Derived:
    """Where each stands; what a file says of checks made elsewhere is no check of ours."""
    unchecked = {name: [None] * len(rows.prepared) for name in OF_CHECKS}
    return _Derived({**roadside.place(rows.session, rows.prepared.geometries).columns, **unchecked})


def _dust_samples(rows: _Rows) -> _Derived:
    found = roadside.place(rows.session, rows.prepared.geometries)
    values, count = rows.prepared.values, len(rows.prepared)
    sampled = [at or rows.now for at in _column(values, "sampled_at", count)]
    return _Derived({**judged_columns(rows.session, found, values), "sampled_at": sampled})


_DERIVED: dict[str, Callable[[_Rows], _Derived]] = {
    "dust_samples": _dust_samples,
    "frontages": _frontages,
    "measures": _measures,
    "parcels": _parcels,
    "stations": _stations,
    "problems": _problems,
}


_OUTCOME = ("state", "closed_at", "verified_at")  # what comes after the report


def _put_events(rows: _Rows, columns: Columns, ids: Sequence[int]) -> None:
    """Every imported problem gets its report; one that is past it also gets the move to where it stands."""
    prepared, now = rows.prepared, rows.now
    values = {name: column for name, column in {**prepared.values, **columns}.items() if name not in _OUTCOME}
    born = Births(
        codes=prepared.codes, geometries=prepared.geometries, values=values, extra=prepared.extra,
        source_crs=prepared.source_crs, mark={"import": True},
    )  # fmt: skip
    history = rows.session.history
    history.append_columns(report_events(born, ids, now=now))
    moved = [i for i, state in enumerate(columns["state"]) if state != "reported"]
    if moved:
        history.append_columns(_moves(columns, [ids[i] for i in moved], moved, now))


def _moves(columns: Columns, ids: Sequence[int], moved: Sequence[int], now: datetime) -> dict[str, list[Any]]:
    """The columns of one "moved" event each, for the rows `moved`."""
    count = len(moved)
    outcomes = [{name: columns[name][i] for name in _OUTCOME} for i in moved]
    return {
        "problem_id": list(ids),
        "kind": ["moved"] * count,
        "at": [columns["closed_at"][i] or columns["found_at"][i] for i in moved],
        "recorded_at": [now] * count,
        "from_state": ["reported"] * count,
        "to_state": [columns["state"][i] for i in moved],
        "payload": [{SET: jsonable(outcome), "import": True} for outcome in outcomes],
    }


def _state(said: object, closed_at: object) -> str:
    if said and said != "reported":
        return str(said)
    return "reported" if closed_at is None else "closed"


def _categories(session: Session) -> dict[str, Category]:
    """Categories by code and by name, in both languages."""
    table = session.town.categories()
    return {key.lower(): c for c in reversed(table) for key in (c.code, c.name_zh, c.name_en)}


def _named(table: Mapping[str, Category], said: object) -> Category:
    return table.get(str(said or "").strip().lower()) or table[OTHER_CATEGORY]


def _column(values: Mapping[str, Sequence[Any]], name: str, count: int) -> Sequence[Any]:
    return values.get(name) or [None] * count
