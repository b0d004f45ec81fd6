"""Rebounds are recorded where they are found: by a follower for one problem, in bulk after an import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from layers.casework import Deed, record
from layers.ground import NOT_A_PROBLEM
from layers.model import Feature
from layers.query import Query, Where
from layers.rebound_cases import town_cases
from layers.rules.chains import chains
from layers.rules.rebound import ALONG_M, Rebounds, rebounds
from layers.rules.replay import SET, jsonable
from layers.store import Session
from layers.town import metres_of

if TYPE_CHECKING:
    from layers.followers import Happening

FIELDS = ("rebound_of", "rebound_kind", "rebound_days", "rebound_order")
_NONE: Mapping[str, object] = {"rebound_of": None, "rebound_kind": "", "rebound_days": None, "rebound_order": None}
_CHANGES_IT = ("category", "found_at")  # fields on which it depends whether a problem is a rebound
_DAY_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A problem and the closed case that it is a rebound of."""

    new: int
    previous: int
    kind: str
    days: float
    distance_m: float


def link_rebound(session: Session, it: "Happening", *, now: datetime) -> Feature:
    """A follower: a problem that is reported, or corrected, may be a rebound; a closing entered late may have some."""
    if _may_change(it):
        return relink(session, it.after, now=now)
    if _is_verified_now(it):
        _relink_later_ones(session, it.after, now=now)
    return it.after


def relink(session: Session, problem: Feature, *, now: datetime) -> Feature:
    """Find anew what the problem is a rebound of, and record it where that differs from what is recorded."""
    link = None if problem.values["state"] in NOT_A_PROBLEM else find(session, problem)
    order = (
        0 if link is None else int(str(session.features.get("problems", link.previous).values["rebound_order"] or 0))
    )
    changes = _NONE if link is None else _changes(link, order + 1)
    if all(problem.values[name] == value for name, value in changes.items()):
        return problem
    return record(session, problem, _deed(changes, link), now=now)


def link_to(session: Session, problem: Feature, previous: Feature, *, now: datetime) -> Feature:
    """Record that somebody has seen it come back, however far or late that is."""
    found_at, verified_at = (row.values[n] for row, n in ((problem, "found_at"), (previous, "verified_at")))
    assert isinstance(found_at, datetime) and isinstance(verified_at, datetime)  # noqa: S101, PT018 (a closed case)
    days = (found_at - verified_at).total_seconds() / 86_400
    link = Link(problem.id, previous.id, "rebound", days, 0.0)
    order = int(str(previous.values["rebound_order"] or 0)) + 1
    return record(session, problem, _deed(_changes(link, order), link), now=now)


def find(session: Session, problem: Feature) -> Link | None:
    """What the problem is a rebound of, among the verified closures round it."""
    if problem.geometry is None:
        return None
    near = _near(session, problem, Where("verified_at", "<", problem.values["found_at"]))
    if not near:
        return None
    town = town_cases(session, Query(ids=(*near, problem.id)))
    found = rebounds(town.cases, town.reach)
    return next((link for link in _links(found, town.cases.id) if link.new == problem.id), None)


def link_all(session: Session, *, now: datetime) -> int:
    """Find every rebound of the town anew and record what differs, with an event each; how many rebounds there are."""
    town = town_cases(session)
    found = rebounds(town.cases, town.reach)
    wanted: list[Mapping[str, object]] = [_NONE] * len(town.cases)
    links = _links(found, town.cases.id)
    for row, link, order in zip(found.new.tolist(), links, chains(found).order.tolist(), strict=True):
        wanted[row] = _changes(link, order)
    have = zip(*(town.columns[name] for name in FIELDS), strict=True)
    differs = [i for i, row in enumerate(have) if _known(row) != tuple(wanted[i].values())]
    _write(session, [int(town.cases.id[i]) for i in differs], [wanted[i] for i in differs], now)
    return len(found)


def _known(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a row holds; an empty kind may be stored as nothing."""
    return (row[0], row[1] or "", *row[2:])


def _write(session: Session, ids: Sequence[int], changes: Sequence[Mapping[str, object]], now: datetime) -> None:
    if not ids:
        return
    session.features.update_columns("problems", ids, {name: [one[name] for one in changes] for name in FIELDS})
    count = len(ids)
    session.history.append_columns(
        {"problem_id": list(ids), "kind": ["rebound"] * count, "at": [now] * count, "recorded_at": [now] * count,
         "payload": [{SET: jsonable(one)} for one in changes]}
    )  # fmt: skip


def _links(found: Rebounds, ids: Any) -> list[Link]:
    kinds = ["never_fixed" if never else "rebound" for never in found.never_fixed.tolist()]
    columns = (ids[found.new], ids[found.previous], found.days, found.distance_m)
    return [
        Link(new, previous, kind, days, distance_m)
        for new, previous, days, distance_m, kind in zip(*(c.tolist() for c in columns), kinds, strict=True)
    ]


def _changes(link: Link, order: int) -> Mapping[str, object]:
    days = round(link.days, _DAY_DIGITS)
    return {"rebound_of": link.previous, "rebound_kind": link.kind, "rebound_days": days, "rebound_order": order}


def _deed(changes: Mapping[str, object], link: Link | None) -> Deed:
    payload = {} if link is None else {"previous_id": link.previous, "distance_m": round(link.distance_m, 1)}
    return Deed(kind="rebound", changes=changes, payload=payload, derived=True)


def _may_change(it: "Happening") -> bool:
    if it.before is None:
        return True
    before, after = it.before, it.after
    over = [row.values["state"] in NOT_A_PROBLEM for row in (before, after)]
    return (
        over[0] != over[1] or before.geometry != after.geometry
        or any(before.values[name] != after.values[name] for name in _CHANGES_IT)
    )  # fmt: skip


def _is_verified_now(it: "Happening") -> bool:
    return it.state_change is not None and it.after.values["verified_at"] is not None


def _relink_later_ones(session: Session, closed: Feature, *, now: datetime) -> None:
    """Problems that were found after a closing which is entered only now."""
    if closed.geometry is not None:
        for id_ in _near(session, closed, Where("found_at", ">", closed.values["verified_at"])):
            relink(session, session.features.get("problems", id_), now=now)


def _near(session: Session, problem: Feature, where: Where) -> list[int]:
    """The keys of other problems of the category, in a box that is certainly wide enough."""
    metres = metres_of(session)
    place = metres.to(problem.geometry)
    category = next((c for c in session.town.categories() if c.code == problem.values["category"]), None)
    widest_m = max(2 * ALONG_M, 0.0 if category is None else category.rebound_radius_m)
    box = metres.back(place.buffer(widest_m)).bounds
    asked = Query(bbox=box, where=(Where("category", "=", problem.values["category"]), where))
    return [id_ for (id_,) in session.features.columns("problems", ("id",), asked) if id_ != problem.id]
