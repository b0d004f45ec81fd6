"""Due times of 100,000 cases, and the ladders of 5,000: `python -m benchmarks.deadlines`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from shapely.geometry import Point

from benchmarks.clock import Spent, Stopwatch
from benchmarks.table import Row, heading, table
from layers import escalations
from layers.catalogue import categories
from layers.clock_data import shipped_calendar
from layers.deadline_columns import Standing, stage_columns
from layers.model import CLOCKS, Feature
from layers.rules.clocks import due_many
from layers.store import Store, open_store

CASES, LATE = 100_000, 5_000
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)


def main() -> None:
    """Print one table."""
    print(heading("Deadlines"))
    print(table(list(measured())))


def measured(scale: float = 1.0) -> Iterator[Row]:
    """The rows of the table; `scale` 1 = 100,000 cases."""
    minutes = np.random.default_rng(1).integers(0, 2_000_000, max(1, round(CASES * scale)))
    starts = [NOW - timedelta(minutes=int(ago)) for ago in minutes]
    yield from reckoned(starts)
    yield standing(starts)
    yield from escalated(starts[: max(1, round(LATE * scale))])


def reckoned(starts: list[datetime]) -> list[Row]:
    """Each clock, a column at a time."""
    calendar = shipped_calendar()
    rows = []
    for clock in CLOCKS:
        with Stopwatch() as watch:
            due_many(starts, [4.0] * len(starts), clock=clock, calendar=calendar)
        rows.append(_row(f"due times, {clock}", f"{len(starts):,} starts", watch.spent, len(starts)))
    return rows


def standing(starts: list[datetime]) -> Row:
    """Stage and case of everything that a file brings in."""
    cases = _cases(starts)
    with Stopwatch() as watch:
        stage_columns(cases, shipped_calendar())
    return _row("stages and cases", f"{len(starts):,} cases", watch.spent, len(starts))


def escalated(starts: list[datetime]) -> list[Row]:
    """Every ladder climbed once, and looked at again with nothing to do."""
    with TemporaryDirectory() as folder:
        store = open_store(f"gpkg://{Path(folder) / 'town.gpkg'}")
        _fill(store, starts)
        with Stopwatch() as watch:
            taken = escalations.run(store, NOW)
        first = _row("ladders climbed", f"{len(starts):,} late cases, {taken:,} steps", watch.spent, taken)
        with Stopwatch() as watch:
            escalations.run(store, NOW)
        again = Row("ladders, nothing due", f"{len(starts):,} late cases", f"{watch.spent.wall_s * 1000:.1f} ms",
                    f"{watch.spent.cpu_s * 1000:.1f} ms")  # fmt: skip
        store.close()
        return [first, again]


def _fill(store: Store, starts: list[datetime]) -> None:
    cases = _cases(starts)
    made = stage_columns(cases, shipped_calendar())
    with store.writing() as session:
        session.town.put_categories(categories())
        rows = [
            Feature(code=f"P{n}", geometry=Point(118 + n / 1e5, 36), values={
                "category": cases.categories[n].code, "state": "assigned", "found_at": start, **shown,
            })
            for n, (start, shown) in enumerate(zip(starts, made.by_case(), strict=True))
        ]  # fmt: skip
        first = session.features.insert_many("problems", rows, now=NOW)
        session.deadlines.append_columns(made.rows(range(first, first + len(rows))))


def _cases(starts: list[datetime]) -> Standing:
    known = categories()
    chosen = [known[n % len(known)] for n in range(len(starts))]
    return Standing(chosen, ["assigned"] * len(starts), starts, starts, [None] * len(starts))


def _row(name: str, of: str, spent: Spent, count: int) -> Row:
    return Row(name, of, f"{spent.wall_s:.2f} s, {count / spent.wall_s:,.0f}/s",
               f"{spent.cpu_s:.2f} s, {count / max(spent.cpu_s, 0.01):,.0f}/s")  # fmt: skip


if __name__ == "__main__":
    main()
