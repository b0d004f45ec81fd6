"""The filters of problem lists, as they stand in an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from layers.errors import BadInput
from layers.query import BBox, Where
from layers.query import Query as LayerQuery
from layers.rules.lifecycle import OPEN_STATES
from layers.schema import PROBLEM_STATES, SOURCE_LEVELS
from layers.summaries import FLAGS, overdue_at
from layers.values import as_time
from layers.words import msg

OPEN = "open"  # a word for all states that are not over


@dataclass(frozen=True, slots=True)
class ProblemFilters:
    """Checked filters; empty means any."""

    where: tuple[Where, ...] = ()
    area: str = ""
    search: str = ""
    overdue: bool = False

    def query(self, *, now: datetime, bbox: BBox | None = None, limit: int | None = None, after: int = 0) -> LayerQuery:
        """The query that these filters mean, the most urgent first."""
        late = overdue_at(now) if self.overdue else ()
        return LayerQuery(
            bbox=bbox, where=(*self.where, *late), place=_place(self.area), search=self.search, order="due_at",
            limit=limit, after=after,
        )  # fmt: skip


def _filters(  # noqa: PLR0913 (one parameter each)
    state: Annotated[
        str | None, Query(description="states, separated by commas; “open” = all that are not over")
    ] = None,
    category: Annotated[str | None, Query(description="category codes, separated by commas")] = None,
    area: Annotated[str | None, Query(description="code of an area, or layer:code of any place")] = None,
    assignee: Annotated[str | None, Query(description="code of the responsible person")] = None,
    source: Annotated[str | None, Query(description="source levels, separated by commas")] = None,
    since: Annotated[str | None, Query(description="found at or after (RFC 3339 or a day)")] = None,
    flag: Annotated[str | None, Query(description="overlap, gap or nobody")] = None,
    q: Annotated[str | None, Query(max_length=200, description="text in code or description")] = None,
    overdue: Annotated[bool, Query(description="only what is past its time")] = False,
) -> ProblemFilters:
    where = [Where("state", "in", _states(state))] if state else []
    if category:
        where.append(Where("category", "in", tuple(category.split(","))))
    if assignee:
        where.append(Where("lead_person", "=", assignee))
    if source:
        where.append(Where("source_level", "in", _known(source, SOURCE_LEVELS, "source")))
    if since:
        where.append(Where("found_at", ">=", as_time(since, "since")))
    if flag:
        where += [Where("flags", "has", one) for one in _known(flag, FLAGS, "flag")]
    return ProblemFilters(tuple(where), area or "", q or "", overdue)


def _states(text: str) -> tuple[str, ...]:
    names = _known(text, (*PROBLEM_STATES, OPEN), "state")
    return tuple(state for name in names for state in (OPEN_STATES if name == OPEN else (name,)))


def _known(text: str, known: tuple[str, ...], field: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in known:
            raise BadInput(
                msg("“{value}” is none of: {choices}.", value=name[:80], choices=", ".join(known)), field=field
            )
    return names


def _place(area: str) -> tuple[str, str] | None:
    if not area:
        return None
    layer, _, code = area.rpartition(":")
    return layer or "areas", code


FiltersDep = Annotated[ProblemFilters, Depends(_filters)]
