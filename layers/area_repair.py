"""Mending the borders of areas, only on request: first a proposal to look at, then the same proposal applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput, Conflict
from layers.geometry import Metres
from layers.placing import place_anew
from layers.rules import work_faces as rules
from layers.rules.work_faces import Faces
from layers.store import Session, Store
from layers.town import metres_of
from layers.words import msg
from layers.work_faces import Area, areas_of, faces_of, levels_of

WIDEST_GAP_M = 50.0


@dataclass(frozen=True, slots=True)
class Change:
    """One area before and after, in metres; `moved_m2` is the land that it wins or loses."""

    area: Area
    after: BaseGeometry
    moved_m2: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Proposal:
    """What a repair of one level would change; `kept` are areas that it would wipe out and so leaves alone."""

    level: str
    gap_width_m: float
    changes: list[Change]
    kept: tuple[str, ...]
    seamless_after: bool
    metres: Metres


def propose(session: Session, *, level: str, gap_width_m: float = rules.GAP_WIDTH_M) -> Proposal:
    """The areas of a level with matching borders: overlaps, and gaps narrower than `gap_width_m`, are settled."""
    _check(level, gap_width_m)
    metres = metres_of(session)
    areas = [area for area in areas_of(session, metres) if area.level == level]
    if not areas:
        return Proposal(level=level, gap_width_m=gap_width_m, changes=[], kept=(), seamless_after=True, metres=metres)
    faces = faces_of(areas)
    mended = rules.repaired(faces, gap_width_m=gap_width_m)
    changed = [
        Change(area, after, float(shapely.area(shapely.symmetric_difference(area.polygon, after))))
        for area, after in zip(areas, mended, strict=True)
        if rules.differs(area.polygon, after)
    ]
    return Proposal(
        level=level, gap_width_m=gap_width_m, changes=[change for change in changed if not change.after.is_empty],
        kept=tuple(change.area.code for change in changed if change.after.is_empty),
        seamless_after=rules.is_seamless(Faces(faces.code, rules.snapped(mended)), gap_width_m=gap_width_m),
        metres=metres,
    )  # fmt: skip


def apply(
    store: Store, expected: Mapping[str, int], *, level: str, gap_width_m: float = rules.GAP_WIDTH_M, now: datetime
) -> Proposal:
    """Make the proposal again and store it, each area with a new version; who answers for open problems follows.

    `expected` holds the version of every area that the proposal showed; Conflict where anything else is proposed now.
    """
    with store.writing() as session:
        proposal = propose(session, level=level, gap_width_m=gap_width_m)
        if dict(expected) != {change.area.code: change.area.version for change in proposal.changes}:
            raise Conflict(msg("The areas have changed since the proposal was made. Please look at it again."))
        for change in proposal.changes:
            _store(session, change, proposal.metres, now=now)
        if proposal.changes:
            place_anew(session, now=now)
    return proposal


def _store(session: Session, change: Change, metres: Metres, *, now: datetime) -> None:
    row = session.features.by_code("areas", change.area.code)
    session.features.update("areas", row.id, {"geom": metres.back(change.after)}, now=now, expected=change.area.version)


def _check(level: str, gap_width_m: float) -> None:
    if not level:
        raise BadInput(msg("Please choose a level."), field="level")
    levels_of(level)
    if not 0 <= gap_width_m <= WIDEST_GAP_M:
        raise BadInput(
            msg("A gap that is closed by drawing is at most {most} m wide.", most=f"{WIDEST_GAP_M:g}"),
            field="gap_width_m",
        )
