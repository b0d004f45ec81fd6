"""What makes a photo doubtful as evidence: taken elsewhere, at the wrong time, used before, or silent about both.

A doubt never refuses a photo: whoever looks at it sees the doubt beside it, in words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.rules.lifecycle import PHOTO_TITLES
from layers.values import TOWN_TIME
from layers.words import Message, msg

RADIUS_M = 200.0  # farther from the problem, a photo was taken elsewhere
OLDEST_BEFORE_DAYS = 7.0  # a photo of the finding is hardly older
SLACK_MINUTES = 5.0  # between the clock of a phone and ours
SAME_CASE_BITS = 6  # before and after show one scene: only a copy is suspicious

PHOTO_ACTS: dict[str, Message] = {
    "added": msg("Photo added"),
    "redacted": msg("Photo redacted"),
    "removed": msg("Photo removed"),
    "released": msg("Photo released to the public"),
    "withdrawn": msg("Photo withdrawn from the public"),
}
"""What the history says of a photo, by the "act" of its event."""

Doubt = Mapping[str, object]
"""A row of `doubts`: "kind" and the values that its text names; plain JSON."""

_TEXTS: dict[str, Message] = {
    "reused": msg("The same photo stands in problem {code} already ({role})."),
    "reused_here": msg("The same photo stands in this problem already ({role})."),
    "elsewhere": msg("Taken {distance_m} m from the place of the problem."),
    "too_early": msg("Taken at {taken_at}, before the work began ({since})."),
    "before_finding": msg("Taken at {taken_at}, before the problem was found ({since})."),
    "too_old": msg("Taken {days} days before the problem was found."),
    "future": msg("The photo says it was taken later than now ({taken_at})."),
    "no_place": msg("The photo does not say where it was taken."),
    "no_time": msg("The photo does not say when it was taken."),
}
_SILENT = ("no_place", "no_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A photo for a problem: its role, when it was taken, how far from the problem (None = not known)."""

    role: str
    taken_at: datetime | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTimes:
    """When the problem was found, when it was last taken in hand (None = not yet), and what time it is."""

    found_at: datetime
    in_hand_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A photo that looks the same: whose, in which role, in how many of 256 bits it differs (0 = the same file)."""

    problem_id: int
    code: str
    role: str
    bits: int


def doubts(shot: Shot, case: CaseTimes, used: Iterable[Used], *, problem_id: int, radius_m: float) -> list[Doubt]:
    """Everything doubtful about a photo, as plain JSON.

    >>> morning = datetime(2021, 11, 22, 8)
    >>> case = CaseTimes(found_at=morning, in_hand_at=None, now=morning + timedelta(hours=3))
    >>> shot = Shot(role="after", taken_at=morning + timedelta(hours=2), distance_m=812.4)
    >>> doubts(shot, case, [], problem_id=7, radius_m=200)
    [{'kind': 'elsewhere', 'distance_m': 812}]
    """
    return [*_reuse(shot, used, problem_id), *_place(shot, radius_m), *_time(shot, case)]


def doubt_text(doubt: Doubt) -> Message:
    """A doubt in words, its moments as people in the town read them."""
    values = {name: value for name, value in doubt.items() if name != "kind"}
    times = {name: _clock(str(doubt[name])) for name in ("taken_at", "since") if name in doubt}
    role = msg(PHOTO_TITLES.get(str(doubt.get("role")), ""))
    return Message(_TEXTS[str(doubt["kind"])].template, {**values, "role": role, **times})


def worth_telling(found: Sequence[Doubt], known: Collection[object]) -> Doubt | None:
    """The doubt of a photo that an inspector is told of: the gravest of a kind that the case's photos have not shown.

    That a photo is silent about its place or time is seen beside it, and told to nobody.

    >>> silent, elsewhere = {"kind": "no_time"}, {"kind": "elsewhere", "distance_m": 812}
    >>> worth_telling([silent, elsewhere], []) == elsewhere, worth_telling([elsewhere], ["elsewhere"])
    (True, None)
    """
    return next((one for one in found if one["kind"] not in (*_SILENT, *known)), None)


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(TOWN_TIME):%Y-%m-%d %H:%M}"


def _reuse(shot: Shot, used: Iterable[Used], problem_id: int) -> list[Doubt]:
    seen: dict[int, Doubt] = {}
    for one in used:
        here = one.problem_id == problem_id
        if here and one.bits > (0 if one.role == shot.role else SAME_CASE_BITS):
            continue
        kind = "reused_here" if here else "reused"
        seen.setdefault(
            one.problem_id, {"kind": kind, "problem_id": one.problem_id, "code": one.code, "role": one.role}
        )
    return list(seen.values())


def _place(shot: Shot, radius_m: float) -> list[Doubt]:
    if shot.distance_m is None:
        return [{"kind": "no_place"}]
    if shot.distance_m > radius_m:
        return [{"kind": "elsewhere", "distance_m": round(shot.distance_m)}]
    return []


def _time(shot: Shot, case: CaseTimes) -> list[Doubt]:
    taken_at = shot.taken_at
    if taken_at is None:
        return [{"kind": "no_time"}]
    slack = timedelta(minutes=SLACK_MINUTES)
    said: dict[str, object] = {"taken_at": taken_at.isoformat()}
    if taken_at > case.now + slack:
        return [{"kind": "future", **said}]
    if shot.role in ("during", "after"):
        since = case.in_hand_at or case.found_at
        kind = "too_early" if case.in_hand_at else "before_finding"
        return [{"kind": kind, **said, "since": since.isoformat()}] if taken_at < since - slack else []
    age = case.found_at - taken_at
    return [{"kind": "too_old", "days": age.days}] if age > timedelta(days=OLDEST_BEFORE_DAYS) else []
