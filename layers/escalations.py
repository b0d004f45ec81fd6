"""Escalation that runs on its own: what is due is taken once, addressed to a person, and leaves its record.

Each deadline knows when its ladder must be looked at again, so that nothing is read in vain. The store is written
only where there is something to look at; two processes that run at once take turns, and the second finds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from layers import clock_rules
from layers.casework import Deed, record
from layers.inbox import tell_of
from layers.model import Feature, Responsibility
from layers.query import Query
from layers.rules.calendars import Calendar
from layers.rules.deadlines import CASE, Deadline
from layers.rules.escalation import Chain, Rung, Running, Step, addressee, highest, rungs, to_tell
from layers.rules.lifecycle import FINAL_STATES
from layers.rules.roles import answers
from layers.store import Session, Store
from layers.store.deadlines import Escalation
from layers.values import town_day

BATCH = 50  # problems in one transaction, so that others wait for a moment only
POST_OF_STAGE = {"file": "dispatcher", "assign": "dispatcher", "check": "inspector"}  # who must act there
_POSTS = ("dispatcher", "inspector", "supervisor")


def run(store: Store, now: datetime) -> int:
    """Take every step that is due by now; how many were taken."""
    taken = 0
    while True:
        with store.reading() as session:
            waiting = session.deadlines.to_look_at(now, 1)
        if not waiting:
            return taken
        with store.writing() as session:
            taken += _look(session, session.deadlines.to_look_at(now, BATCH), now)


def _look(session: Session, ids: Sequence[int], now: datetime) -> int:
    rules = _Rules.load(session, now)
    problems = {row.id: row for row in session.features.read("problems", Query(ids=tuple(ids)))}
    deadlines, done = session.deadlines.of_many(ids), session.escalations.of_many(ids)
    areas = session.history.places(ids)
    count = 0
    for id_ in ids:
        running = [one for one in deadlines[id_] if _climbs(one)]
        problem = problems.get(id_)
        if problem is None or problem.values["state"] in FINAL_STATES:
            running = []
        keys = {one.key for one in done[id_]}
        ahead = [rung for rung in rules.rungs_of(problem, running) if rung.key not in keys]
        due = [rung for rung in ahead if rung.at <= now]
        if problem is not None and due:
            chain = _People(problem, [link.code for link in areas.get(id_, ()) if link.layer == "areas"], rules)
            count += _take(session, problem, [(rung, chain.person(rung)) for rung in due], now)
            missed = {(one.stage, one.due_at) for one in done[id_] if one.at >= one.due_at}
            _tell(session, chain, to_tell(due, now=now, missed=missed), now)
        session.deadlines.looked(_next_looks(deadlines[id_], running, [rung for rung in ahead if rung.at > now]))
    return count


def _climbs(one: Deadline) -> bool:
    """Whether a deadline has steps ahead; one that was late when it came in by file has none, nor one that stands."""
    return one.runs and one.paused_at is None and one.look_at is not None


@dataclass(frozen=True, slots=True)
class _Rules:
    """What escalation goes by in one run."""

    ladders: Mapping[str, Sequence[Step]]
    ladder_of: Mapping[str, str]  # category → key
    calendar: Calendar
    levels: Mapping[str, str]  # code of an area → its level
    heads: Mapping[str, str]  # code of an area → who answers for it today
    posts: Mapping[str, str]
    fallback: str

    @classmethod
    def load(cls, session: Session, now: datetime) -> "_Rules":
        """The rules and people as they stand today."""
        today = town_day(now)
        duties = [duty for duty in session.duties.responsibilities(on=today) if duty.layer == "areas" and answers(duty)]
        people = session.duties.people()
        return cls(
            ladders=clock_rules.ladder_sheet(session).ladders,
            ladder_of={category.code: category.ladder for category in session.town.categories()},
            calendar=clock_rules.calendar_sheet(session).calendar(),
            levels=dict(session.features.columns("areas", ("code", "level"))),
            heads=_heads(duties),
            posts={post: person.code for post in _POSTS for person in reversed(people) if post in person.roles},
            fallback=session.town.get().fallback_person,
        )

    def rungs_of(self, problem: Feature | None, running: Sequence[Deadline]) -> list[Rung]:
        """Every step for the deadlines that run."""
        if problem is None:
            return []
        ladder = self.ladders.get(self.ladder_of.get(str(problem.values["category"]), ""), ())
        # Milestones that are due at the same moment are one.
        different = list(dict.fromkeys(Running(one.stage, one.due_at) for one in running))
        return rungs(ladder, different, calendar=self.calendar)


@dataclass(frozen=True, slots=True)
class _People:
    """To whom a problem's steps are addressed."""

    problem: Feature
    areas: Sequence[str]
    rules: _Rules

    def person(self, rung: Rung, role: str = "") -> str:
        """The person for a step, or for another role: in the office's own stages the post that must act, and above
        it the supervisor."""
        post = POST_OF_STAGE.get(rung.stage)
        handler = self.rules.posts.get(post, "") if post else self._handler()
        heads = {} if post else self._heads()
        chain = Chain(handler=handler, heads=heads, posts=self.rules.posts, fallback=self.rules.fallback)
        return addressee(role or rung.addressed_to, chain)

    def _handler(self) -> str:
        values = self.problem.values
        return str(values["handled_by"] or values["lead_person"] or "")

    def _heads(self) -> dict[str, str]:
        known = [code for code in self.areas if code in self.rules.heads]
        return {self.rules.levels.get(code, ""): self.rules.heads[code] for code in reversed(known)}


def _heads(duties: Sequence[Responsibility]) -> dict[str, str]:
    """Who answers for each area; the duty entered first where several hold."""
    return {duty.place: duty.person for duty in reversed(duties)}


def _take(session: Session, problem: Feature, steps: Sequence[tuple[Rung, str]], now: datetime) -> int:
    """Enter the steps; the last of their events brings the problem to the highest one."""
    session.escalations.add([
        Escalation(problem_id=problem.id, stage=rung.stage, step=rung.step, due_at=rung.due_at, at=now,
                   addressed_to=rung.addressed_to, person=person)
        for rung, person in steps
    ])  # fmt: skip
    reached = [step for step in (str(problem.values["escalation"] or ""), *(rung.step for rung, _ in steps)) if step]
    for rung, person in steps:
        changes = {"escalation": highest(reached)} if rung is steps[-1][0] else {}
        payload = {"step": rung.step, "stage": rung.stage, "due_at": rung.due_at.isoformat(),
                   "addressed_to": rung.addressed_to, "person": person}  # fmt: skip
        deed = Deed(kind="escalated", changes=changes, payload=payload, derived=True)
        problem = record(session, problem, deed, now=now)
    return len(steps)


def _tell(session: Session, people: _People, notices: Sequence[tuple[Rung, str, str]], now: datetime) -> None:
    """Nobody hears twice of one step."""
    told: set[tuple[tuple[str, str, datetime], str]] = set()
    for rung, kind, role in notices:
        person = people.person(rung, role)
        if (rung.key, person) not in told:
            told.add((rung.key, person))
            tell_of(session, people.problem, kind, now=now, to=[person], step=rung.step, due_at=rung.due_at)


def _next_looks(
    deadlines: Sequence[Deadline], running: Sequence[Deadline], ahead: Sequence[Rung]
) -> dict[int, datetime | None]:
    """When each deadline is to be looked at again: at its next step; never where none is left or it stands still."""
    looks: dict[int, datetime | None] = {one.id: None for one in deadlines if one.look_at is not None}
    for one in running:
        coming = [rung.at for rung in ahead if (rung.stage == CASE) == (one.stage == CASE)]
        looks[one.id] = min(coming, default=None)
    return looks


def coming(session: Session, problem: Feature, now: datetime) -> Rung | None:
    """The next step for a problem if nothing happens meanwhile; None where none is left or its clocks stand still."""
    category = next(c for c in session.town.categories() if c.code == problem.values["category"])
    ladder = clock_rules.ladder_sheet(session).ladders.get(category.ladder, ())
    running = [Running(one.stage, one.due_at) for one in session.deadlines.of(problem.id) if _climbs(one)]
    steps = rungs(ladder, running, calendar=clock_rules.calendar_sheet(session).calendar())
    return next((rung for rung in steps if rung.at > now), None)
