"""Checks of frontages: load → rule → append → save, in one transaction with the problem that a failed one opens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import shapely
from shapely.geometry.base import BaseGeometry

from layers import repeats
from layers.errors import BadInput
from layers.frontage_duties import duty_rules
from layers.frontages import OF_CHECKS
from layers.model import Feature
from layers.people import actor
from layers.problems import Draft, report_in
from layers.rules.frontages import DutyRules, checked_results, counts
from layers.store import Session, Store
from layers.store.frontage_checks import FrontageCheck
from layers.values import to_millisecond, town_day
from layers.words import msg

CATEGORY = "0604"  # 门前五包不落实
FRONTAGE = "frontage"  # the extra field of a problem that names the frontage at which it was found
_KIND = "frontage_checks"
_SLACK = timedelta(minutes=5)  # between the clock of a phone and ours


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWish:
    """What somebody has seen; `at` None = now. `opens`: a problem is opened, merged into `duplicate_of` where given."""

    results: Mapping[str, object]
    by: str = ""
    at: datetime | None = None
    note: str = ""
    opens: bool = False
    duplicate_of: int | None = None


def check(store: Store, id_: int, wish: CheckWish, *, now: datetime, key: str | None = None) -> FrontageCheck:
    """Append a check of a frontage that the viewer sees; the same `key` gives the same check again.

    Raises BadInput where a duty is not judged, and where a problem is to be opened of a check that nothing failed.
    """
    with store.writing() as scoped:
        frontage, session = scoped.features.get("frontages", id_), scoped.whole
        if made := repeats.done_before(session, key, _KIND):
            return session.frontage_checks.get(made)
        if wish.duplicate_of is not None:
            scoped.features.get("problems", wish.duplicate_of)  # what may not be seen is not there
        done = _append(session, frontage, wish, now=now)
        repeats.keep(session, key, _KIND, done.id, now=now)
        return done


def _append(session: Session, frontage: Feature, wish: CheckWish, *, now: datetime) -> FrontageCheck:
    version, rules = duty_rules(session)
    at = to_millisecond(wish.at or now)
    if at > now + _SLACK:
        raise BadInput(msg("The time of a check lies in the future."), field="at")
    actor(session, wish.by, on=town_day(now))
    results = checked_results(wish.results, rules.duties)
    problem = _open(session, frontage, wish, results, rules, now=now) if wish.opens else None
    done = session.frontage_checks.add(
        FrontageCheck(
            frontage_id=frontage.id, frontage=frontage.code, at=at, recorded_at=now, by=wish.by, results=results,
            duties_version=version.version, note=wish.note, problem_id=None if problem is None else problem.id,
        )
    )  # fmt: skip
    _settle(session, frontage, now=now)
    return done


def _settle(session: Session, frontage: Feature, *, now: datetime) -> None:
    """The row says what its latest check has found; that is a consequence, no change of the frontage."""
    latest = session.frontage_checks.of(frontage.id)[0]
    session.features.update("frontages", frontage.id, summary_of(latest), now=now, counted=False)


def summary_of(check: FrontageCheck) -> dict[str, object]:
    """What a frontage's row says of its latest check."""
    passed, failed = counts(check.results)
    return {"checked_at": check.at, "passed": passed, "failed": failed}


def unlike_their_checks(session: Session) -> Iterator[str]:
    """The codes of frontages whose rows do not say what their latest checks do."""
    latest = session.frontage_checks.latest()
    for row in session.features.read("frontages"):
        done = latest.get(row.id)
        said = dict.fromkeys(OF_CHECKS) if done is None else summary_of(done)
        if any(row.values[name] != value for name, value in said.items()):
            yield row.code


def _open(
    session: Session, frontage: Feature, wish: CheckWish, results: Mapping[str, str], rules: DutyRules, *, now: datetime
) -> Feature:
    failed = [duty.zh for duty in rules.duties if results[duty.code] == "fail"]
    if not failed:
        raise BadInput(msg("Nothing failed: there is no problem to open."), field="problem")
    if frontage.geometry is None:
        raise BadInput(msg("The frontage has no place on the map."), field="problem")
    said = f"{frontage.values['name'] or frontage.code}：{'、'.join(failed)}"
    draft = Draft(
        geometry=_spot(frontage.geometry), category=CATEGORY, reported_by=wish.by, found_at=wish.at,
        description=f"{said}。{wish.note}" if wish.note else said, duplicate_of=wish.duplicate_of,
        extra={FRONTAGE: frontage.code},
    )  # fmt: skip
    return report_in(session, draft, now=now)


def _spot(shape: BaseGeometry) -> BaseGeometry:
    """A frontage's place as its problems can have it: a line, or a point of an area."""
    return shape if shape.geom_type in ("Point", "LineString") else shapely.point_on_surface(shape)
