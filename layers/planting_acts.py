"""What the demo town's people do with its cases beyond moving them, through the use cases of real use.

Requests and their decisions, supervision, look-backs, photos; last, the steps of escalation that are due by now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from numpy.random import Generator
from shapely.geometry import LineString

from layers import escalations, measures
from layers.acts import ActWish, act
from layers.demo.pictures import photo_pair
from layers.look_back_results import Sight, look_back
from layers.model import Feature
from layers.moves import MoveWish, move
from layers.photo_keeping import NewPhoto, add
from layers.photos.files import PhotoFiles
from layers.query import Query, Where
from layers.store import Store
from layers.store.look_backs import LookBack
from layers.town import metres_of

LOOKED_BACK_DAYS = 6  # for so long past, look-backs are on record
MISSED_EACH = 8  # of these, so many-th is still to be done
MIST_RUN_M = 160.0
MIST_RUNS = ((220.0, 4200.0, 1.2), (25.0, 1500.0, 0.3))  # metres north of the station, litres, days ago
HANDED_OUT = 4  # cases that were given to a contractor
PAIRS = {"fixed": 3, "closed": 3}  # of photos before and after, by the state of their problems
ELSEWHERE_DEG = (0.006, 0.002)  # how far off the last pair's second photo was taken


@dataclass(frozen=True, slots=True)
class Line:
    """One act: who does it (handler, or a post), with which words; `days` more than there are, for a request."""

    act: str
    who: str
    note: str = ""
    days: int = 0
    department: str = ""
    outcome: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Acts with one case: the first one in that state that nothing else was done with."""

    state: str
    lines: Sequence[Line]
    found_above: bool = False


_ASK = Line("ask_extension", "handler", "需协调吊车进场，申请延期", days=6)
_APPEAL = Line("appeal", "handler", "现场为临时堆放，当日已清运，申请核减扣分")
_ADMIT = Line("admit_appeal", "dispatcher", "材料齐全，予以受理")
SCENES = (
    Scene("in_hand", (_ASK,)),
    Scene("in_hand", (Line("ask_extension", "handler", "配件到货需时，申请延期", days=4),)),
    Scene("in_hand", (_ASK, Line("grant_extension", "dispatcher", "同意，请按新时限办结"))),
    Scene("in_hand", (_ASK, Line("refuse_extension", "dispatcher", "工期充足，不予延期"))),
    Scene("in_hand", (Line("pause", "dispatcher", "暴雨预警，暂停计时"),)),
    Scene("in_hand", (Line("supervise", "inspector", "群众多次反映，限期办结"),)),
    Scene("returned", (
        Line("supervise", "inspector", "二次返工，挂牌督办"),
        Line("answer_supervision", "handler", "已增派人手，明日完成"),
    )),
    Scene("closed", (_APPEAL,), found_above=True),
    Scene("closed", (_APPEAL, _ADMIT, Line("uphold_appeal", "inspector", "情况属实，予以核减")), found_above=True),
    Scene("closed", (
        _APPEAL, _ADMIT, Line("reject_appeal", "inspector", "照片显示堆放超过三日，维持扣分"),
    ), found_above=True),
    Scene("reported", (Line("cannot_confirm", "inspector", "现场无人，大门紧锁，改日再核"),)),
    Scene("fixed", (Line("cannot_check", "inspector", "围挡未开，未能进入核查"),)),
    Scene("assigned", (Line("remark", "handler", "已联系产权单位，约定明日到场"),)),
    Scene("in_hand", (
        Line("add_co_department", "dispatcher", "联合执法，请协同核查", department="综合执法队"),
        Line("answer_as_co_department", "dispatcher", "已派员到场，配合取证", department="综合执法队"),
        Line("record_enforcement", "dispatcher", "责令当日清运", outcome="order_to_correct", document="街责改12号"),
    )),
)  # fmt: skip


def act_out(store: Store, staff: Mapping[str, Sequence[str]], *, now: datetime) -> None:
    """Play every scene, look back at what was closed, and let escalation take its steps; `staff` as in DemoTown."""
    people = {role: codes[0] for role, codes in staff.items()}
    for scene, problem, ended_at in _cast(store):
        _play(store, scene, problem, _Times(ended_at, now, people))
    for row in _due_look_backs(store, now):
        look_back(store, row.id, Sight(result="held", by=row.person, note="现场保持良好"), now=row.due_at)
    _water(store, people["contractor"], now)
    _hand_out(store, people, now)
    escalations.run(store, now)


def _hand_out(store: Store, people: Mapping[str, str], now: datetime) -> None:
    """Some cases are assigned to a contractor, who sees nothing else."""
    for problem in _latest(store, "filed")[:HANDED_OUT]:
        given = {"handler": people["contractor"], "note": "请承包单位限期清理"}
        move(store, problem.id, MoveWish(to="assigned", by=people["dispatcher"], at=now, given=given), now=now)


def photograph(store: Store, files: PhotoFiles, rng: Generator, *, now: datetime) -> None:
    """Pictures before and after for a few problems; the last pair is doubtful, as its second was taken elsewhere."""
    shown = [problem for state, count in PAIRS.items() for problem in _latest(store, state)[:count]]
    for problem in shown:
        before, after = photo_pair(rng)
        found, fixed = _shots(store, problem)
        if problem is shown[-1]:
            fixed = replace(fixed, place=(fixed.place[0] + ELSEWHERE_DEG[0], fixed.place[1] + ELSEWHERE_DEG[1]))
        add(store, files, problem.id, _photo(problem, "before", before, found), now=now)
        add(store, files, problem.id, _photo(problem, "after", after, fixed), now=now)


# ---------------------------------------------------------------- scenes


@dataclass(frozen=True, slots=True)
class _Times:
    """When a scene can be played: after the case's last move, before now; and by whom, by post."""

    ended_at: datetime
    now: datetime
    people: Mapping[str, str] = field(default_factory=dict)

    def at(self, number: int, count: int) -> datetime:
        """The moment of one of its acts, in whole seconds."""
        share = (number + 1) / (count + 1)
        return (self.ended_at + (self.now - self.ended_at) * share).replace(microsecond=0)


def _cast(store: Store) -> Iterator[tuple[Scene, Feature, datetime]]:
    """A case for each scene, each case once, with the time of its last move."""
    waiting = {state: iter(_latest(store, state)) for state in {scene.state for scene in SCENES}}
    found_above = iter([p for p in _latest(store, "closed") if float(str(p.values["score_effect"] or 0)) < 0])
    for scene in SCENES:
        problem = next(found_above if scene.found_above else waiting[scene.state], None)
        if problem is not None:
            with store.reading() as session:
                yield scene, problem, max(event.at for event in session.history.events(problem.id) if event.to_state)


def _latest(store: Store, state: str) -> list[Feature]:
    """Problems in that state, still in the hands of who answers for the place, the latest first."""
    with store.reading() as session:
        rows = session.features.read("problems", Query(where=(Where("state", "=", state),)))
    rows.sort(key=lambda row: row.code, reverse=True)
    return [
        row
        for row in rows
        if row.values["handled_by"] in (None, row.values["lead_person"]) and not row.values["forced"]
    ]


def _play(store: Store, scene: Scene, problem: Feature, times: _Times) -> None:
    handler = str(problem.values["handled_by"] or problem.values["lead_person"])
    for number, line in enumerate(scene.lines):
        at = times.at(number, len(scene.lines))
        more = ("department", "outcome", "document")
        given: dict[str, object] = {"note": line.note, **{name: getattr(line, name) for name in more}}
        if line.days:
            given["until"] = (_last_due(problem, times.now) + timedelta(days=line.days)).isoformat()
        act(store, problem.id, ActWish(act=line.act, by=times.people.get(line.who, handler), given=given), now=at)


def _last_due(problem: Feature, now: datetime) -> datetime:
    due = [problem.values[name] for name in ("stage_due_at", "due_at")]
    return max([now, *(one for one in due if isinstance(one, datetime))])


# ---------------------------------------------------------------- look-backs, measures, photos


def _due_look_backs(store: Store, now: datetime) -> list[LookBack]:
    with store.reading() as session:
        due = session.look_backs.open(until=now)
    return [row for number, row in enumerate(due, start=1) if number % MISSED_EACH]


def _water(store: Store, person: str, now: datetime) -> None:
    """Mist cannon runs past the town's own station: one well away, one so near that the service warns of it."""
    with store.reading() as session:
        metres = metres_of(session)
        stations = session.features.read("stations", Query(where=(Where("grade", "=", "town"),)))
    for station in stations:
        at = metres.to(station.geometry)
        for north_m, litres, days in MIST_RUNS:
            run = LineString([(at.x - MIST_RUN_M / 2, at.y + north_m), (at.x + MIST_RUN_M / 2, at.y + north_m)])
            done = {"kind": "mist", "quantity": litres, "unit": "L", "by": person, "note": "雾炮车作业（演示）"}
            measures.add(store, metres.back(run), {**done, "done_at": now - timedelta(days=days)}, now=now)


def _photo(problem: Feature, role: str, data: bytes, shot: "_Shot") -> NewPhoto:
    by = problem.values["reported_by" if role == "before" else "handled_by"]
    return NewPhoto(data=data, role=role, by=str(by), place=shot.place, taken_at=shot.taken_at, note="演示图片")


@dataclass(frozen=True, slots=True)
class _Shot:
    """Where (longitude, latitude) and when a photo was taken."""

    place: tuple[float, float]
    taken_at: datetime


def _shots(store: Store, problem: Feature) -> tuple[_Shot, _Shot]:
    """At its place, when it was found and when it was fixed."""
    assert problem.geometry is not None  # noqa: S101 (our own data)
    point = problem.geometry.representative_point()
    with store.reading() as session:
        events = session.history.events(problem.id)
    fixed_at = max(event.at for event in events if event.to_state == "fixed")
    return _Shot((point.x, point.y), events[0].at), _Shot((point.x, point.y), fixed_at)
