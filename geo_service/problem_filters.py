"""The filters of problem lists, as they stand in an address."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from inspect import signature
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import TypeAdapter

from geo_service.dependencies import CallerDep
from geo_service.moments import AsOfDep, moment_of
from geo_service.schemas.public import PLACE_LAYERS
from geo_service.security.parameters import EVERYWHERE, BadParameter
from layers import past
from layers.errors import BadInput, NotSignedIn
from layers.model import STAGES
from layers.query import BBox, Where
from layers.query import Query as LayerQuery
from layers.rules.lifecycle import OPEN_STATES
from layers.rules.roles import UPPER_LEVELS
from layers.schema import ESCALATIONS, PROBLEM_STATES, REBOUND_KINDS, SOURCE_LEVELS
from layers.summaries import FLAGS, overdue_at
from layers.values import as_time
from layers.words import msg

OPEN = "open"  # a word for all states that are not over
CLOSED = "closed"
ANY = "any"  # a word for all steps of escalation
# What somebody who has not signed in may ask for: nothing by which more is found out than they see.
_OF_PUBLIC = EVERYWHERE | {"state", "category", "area", "since", "q", "overdue", "as_of", "bbox", "limit", "after"}


@dataclass(frozen=True, slots=True)
class ProblemFilters:
    """Checked filters; empty means any."""

    where: tuple[Where, ...] = ()
    area: str = ""
    search: str = ""
    overdue: bool = False
    as_of: datetime | None = None

    def query(self, *, now: datetime, bbox: BBox | None = None, limit: int | None = None, after: int = 0) -> LayerQuery:
        """The query that these filters mean, the most urgent first."""
        if self.overdue and self.as_of:
            raise BadInput(msg("What was overdue on a day of the past cannot be asked for."), field="overdue")
        late = overdue_at(now) if self.overdue else ()
        return LayerQuery(
            bbox=bbox, where=(*self.where, *late), place=place_of(self.area), search=self.search, order="due_at",
            limit=limit, after=after,
        )  # fmt: skip


def _tracking_filters(
    escalation: Annotated[str | None, Query(description="reminder, supervise, notice, talk; “any”")] = None,
    stage: Annotated[str | None, Query(description="confirm, file, assign, handle, check")] = None,
    rebound: Annotated[bool, Query(description="only what came back after a verified closing")] = False,
    recheck: Annotated[bool, Query(description="only findings that a higher level must re-check")] = False,
    merged_into: Annotated[int | None, Query(description="id of the problem that they repeat")] = None,
    rebound_of: Annotated[int | None, Query(description="id of the closed problem that they came back after")] = None,
    tag: Annotated[str | None, Query(max_length=80, description="a tag that they bear")] = None,
) -> tuple[Where, ...]:
    where = []
    if escalation:
        steps = ESCALATIONS if escalation == ANY else _known(escalation, ESCALATIONS, "escalation")
        where.append(Where("escalation", "in", steps))
    if stage:
        where.append(Where("stage", "in", _known(stage, STAGES, "stage")))
    if rebound:
        where.append(Where("rebound_kind", "in", REBOUND_KINDS))
    if recheck:
        where.append(Where("recheck_level", "in", UPPER_LEVELS))
    if merged_into is not None:
        where.append(Where("duplicate_of", "=", merged_into))
    if rebound_of is not None:
        where.append(Where("rebound_of", "=", rebound_of))
    if tag:
        where.append(Where("tags", "has", tag))
    return tuple(where)


def _by_public(request: Request, caller: CallerDep) -> bool:
    """Whether nobody has signed in; NotSignedIn where they ask for more than they see."""
    if not caller.is_public:
        return False
    _check_public(request.query_params.keys(), request.query_params.get("area", ""))
    return True


def _check_public(asked: Collection[str], area: str) -> None:
    place = place_of(area)
    if set(asked) - _OF_PUBLIC or (place and place[0] not in PLACE_LAYERS):
        raise NotSignedIn(msg("Please sign in."))


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
    more: Annotated[tuple[Where, ...], Depends(_tracking_filters)] = (),
    as_of: AsOfDep = None,
    is_public: Annotated[bool, Depends(_by_public)] = False,
) -> ProblemFilters:
    where = [*more, *_of_state(state, as_of)]
    if category:
        where.append(Where("category", "in", tuple(category.split(","))))
    if assignee:
        where.append(Where("lead_person", "=", assignee))
    if source:
        where.append(Where("source_level", "in", sources_of(source)))
    if since:
        where.append(Where("found_at", ">=", as_time(since, "since")))
    if flag:
        where += [Where("flags", "has", one) for one in _known(flag, FLAGS, "flag")]
    if is_public and q:
        where.append(Where("code", "contains", q))
    return ProblemFilters(tuple(where), area or "", "" if is_public else q or "", overdue, as_of)


def _of_state(state: str | None, as_of: datetime | None) -> tuple[Where, ...]:
    if as_of is None:
        return (Where("state", "in", states_of(state)),) if state else ()
    return {OPEN: past.open_at, CLOSED: past.closed_by, "": past.found_by}[state_of_the_past(state)](as_of)


def state_of_the_past(state: str | None) -> str:
    """The state that a question about the past may name: open, closed or, "", any. BadInput for another one."""
    asked = state or ""
    if asked not in ("", OPEN, CLOSED):
        raise BadInput(msg("Of the past only “open” and “closed” can be asked for."), field="state")
    return asked


def states_of(text: str) -> tuple[str, ...]:
    """The states that a filter names; “open” stands for all that are not over. BadParameter for another word."""
    names = _known(text, (*PROBLEM_STATES, OPEN), "state")
    return tuple(state for name in names for state in (OPEN_STATES if name == OPEN else (name,)))


def sources_of(text: str) -> tuple[str, ...]:
    """The source levels that a filter names; BadParameter for another word."""
    return _known(text, SOURCE_LEVELS, "source")


def _known(text: str, known: tuple[str, ...], field: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in known:
            raise BadParameter(
                field, msg("“{value}” is none of: {choices}.", value=name[:80], choices=", ".join(known))
            )
    return names


def place_of(area: str) -> tuple[str, str] | None:
    """The place that a filter names: the code of an area, or layer:code; None where it names none."""
    if not area:
        return None
    layer, _, code = area.rpartition(":")
    return layer or "areas", code


def filters_of(params: Mapping[str, str], *, now: datetime, is_public: bool) -> ProblemFilters:
    """The filters in a page's address, as the list takes them; what else the address says is not looked at."""
    if is_public:
        _check_public(_names(_filters, _tracking_filters) & params.keys(), params.get("area", ""))
    more = {name: _read(name, params[name]) for name in _names(_tracking_filters) & params.keys()}
    said = {name: _read(name, params[name]) for name in _names(_filters) & params.keys()}
    return _filters(**{**said, "as_of": moment_of(params.get("as_of"), now), "more": _tracking_filters(**more),
                       "is_public": is_public})  # fmt: skip


def _names(*readers: Callable[..., object]) -> set[str]:
    """The filters that take a value of the address."""
    return {name for reader in readers for name in signature(reader).parameters} - {"more", "is_public"}


def _read(name: str, text: str) -> Any:
    try:
        return _KINDS[name].validate_python(text) if name in _KINDS else text
    except ValueError as error:
        raise BadParameter(name) from error


_KINDS: Mapping[str, TypeAdapter[Any]] = {
    **{name: TypeAdapter(bool) for name in ("overdue", "rebound", "recheck")},
    **{name: TypeAdapter(int) for name in ("merged_into", "rebound_of")},
}
FiltersDep = Annotated[ProblemFilters, Depends(_filters)]
