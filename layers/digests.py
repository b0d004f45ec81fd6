"""The daily report of each person, and the town's bulletin. Load → rule → values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from layers.campaigns import campaign_sheet
from layers.inbox import put
from layers.model import Person, Responsibility
from layers.query import Query, Where
from layers.rules import bulletin as bulletins
from layers.rules.bulletin import Bulletin, Figure
from layers.rules.digest import Case, Digest, Span, digest
from layers.rules.lifecycle import OPEN_STATES
from layers.rules.notices import KINDS
from layers.rules.roles import SPONSOR
from layers.store import Session, Store
from layers.store.notices import Notice

Place = tuple[str, str]  # layer, code
DAILY = "digest"  # the task's name in the record of days
_WHOLE_TOWN = frozenset({"dispatcher", "supervisor", "inspector", "administrator"})
_WATCHERS = frozenset({"village_head", "zone_head", SPONSOR})  # hear of all that lies at their places
_FIELDS = ("id", "code", "category", "state", "found_at", "lead_name", "lead_code", "lead_person", "handled_by",
           "due_at", "closed_at", "rebound_kind", "rebound_days")  # fmt: skip
_TOLD = ("new", "open", "overdue", "due_tomorrow")  # in the notice itself


@dataclass(frozen=True, slots=True)
class TownDay:
    """Everything that the reports of a day are made of, read once."""

    span: Span
    cases: Mapping[int, Case]
    people: Mapping[str, Person]
    duties: Mapping[str, Sequence[Responsibility]]  # by person
    at_place: Mapping[Place, Sequence[int]]
    look_backs: Sequence[tuple[str, datetime, int]]  # person, due, case

    def of(self, code: str) -> Digest:
        """One person's day: by post the whole town, else what they answer for, and the places that they watch over."""
        roles = self.people[code].roles if code in self.people else ()
        if not _WHOLE_TOWN.isdisjoint(roles):
            return self._digest(self.cases, [(due, id_) for _, due, id_ in self.look_backs])
        watched = [_place(duty) for duty in self.duties.get(code, ()) if duty.role in _WATCHERS]
        mine = {id_ for id_, case in self.cases.items() if code in (case.person, case.handler)}
        mine |= {id_ for place in watched for id_ in self.at_place.get(place, ())}
        return self._digest(mine, [(due, id_) for person, due, id_ in self.look_backs if person == code])

    def _digest(self, ids: Iterable[int], look_backs: Iterable[tuple[datetime, int]]) -> Digest:
        cases = [self.cases[id_] for id_ in ids if id_ in self.cases]
        due = [(at, self.cases[id_]) for at, id_ in look_backs if id_ in self.cases]
        return digest(cases, self.span, look_backs=due)


def town_day(session: Session, on: date, *, now: datetime) -> TownDay:
    """Read a day of the town."""
    span = Span.of(on, now=now)
    duties: dict[str, list[Responsibility]] = {}
    for duty in session.duties.responsibilities(on=on):
        duties.setdefault(duty.person, []).append(duty)
    watched = {_place(duty) for some in duties.values() for duty in some if duty.role in _WATCHERS}
    due = session.look_backs.open(until=span.end + timedelta(days=1))
    cases = _cases(session, span.start, also=[row.problem_id for row in due])
    return TownDay(
        span=span, cases=cases, people={person.code: person for person in session.duties.people()}, duties=duties,
        at_place=_problems_at(session, watched),
        look_backs=[(row.person, row.due_at, row.problem_id) for row in due],
    )  # fmt: skip


def _place(duty: Responsibility) -> Place:
    return duty.layer, duty.place


def _problems_at(session: Session, places: Collection[Place]) -> dict[Place, list[int]]:
    found: dict[Place, list[int]] = {}
    for layer in sorted({layer for layer, _ in places}):
        codes = sorted(code for of, code in places if of == layer)
        found |= {(layer, code): ids for code, ids in session.history.problems_at(layer, codes).items()}
    return found


def person_day(session: Session, code: str, on: date, *, now: datetime) -> Digest:
    """One person's report of a day; NotFound for a stranger."""
    session.duties.person(code)
    return town_day(session, on, now=now).of(code)


def everybodys(session: Session, on: date, *, now: datetime) -> dict[str, Digest]:
    """The report of everybody who has a post or a duty on that day and something to read."""
    day = town_day(session, on, now=now)
    made = {code: day.of(code) for code, person in day.people.items() if person.roles or code in day.duties}
    return {code: one for code, one in made.items() if not one.is_empty}


@dataclass(frozen=True, slots=True)
class Letter:
    """A person's report in words."""

    subject: str
    text: str


def is_sent(session: Session, on: date) -> bool:
    """Whether the reports of that day have gone out."""
    return session.notices.is_day_done(DAILY, on)


def send_out(
    store: Store, made: Mapping[str, Digest], letters: Mapping[str, Letter], *, on: date, now: datetime
) -> int:
    """Put everybody's report into their inbox and on its way, once a day; how many; 0 where somebody was faster."""
    with store.writing() as session:
        if not session.notices.begin_day(DAILY, on, at=now):
            return 0
        for code, one in made.items():
            send_one(session, code, one, letters[code], now=now)
        return len(made)


def send_one(session: Session, code: str, one: Digest, letter: Letter, *, now: datetime) -> None:
    """Put one person's report into their inbox and on its way."""
    facts = {"day": one.span.day.isoformat(), **{name: one.counts[name] for name in _TOLD}}
    kind = KINDS[DAILY]
    ready = {"subject": letter.subject, "text": letter.text}
    put(session, [Notice(person=code, kind=kind.key, urgency=kind.urgency, at=now, facts=facts)], ready=ready)


def bulletin(session: Session, on: date, *, days: int, now: datetime) -> Bulletin:
    """The town's bulletin for the days that end with `on`."""
    span = Span.of(on, now=now, days=days)
    cases = _cases(session, span.before.start)
    areas = session.features.columns("areas", ("code", "name", "level"))
    level = "village" if any(area[2] == "village" for area in areas) else None
    names = {code: name or code for code, name, of in areas if level in (None, of)}
    returned = Figure(*(session.history.times_reached("returned", s.start, s.at) for s in (span, span.before)))
    return bulletins.bulletin(
        list(cases.values()), span, villages=names, village_of=_village_of(session, names), returned=returned,
        campaigns=campaign_sheet(session).campaigns,
    )  # fmt: skip


def _village_of(session: Session, names: Mapping[str, str]) -> dict[int, str]:
    """The village that holds most of each problem."""
    best: dict[int, tuple[float, str]] = {}
    for id_, code, share in session.history.links("areas"):
        mine = (-(1.0 if share is None else share), code)
        if code in names and (id_ not in best or mine < best[id_]):
            best[id_] = mine
    return {id_: code for id_, (_, code) in best.items()}


def _cases(session: Session, since: datetime, *, also: Sequence[int] = ()) -> dict[int, Case]:
    """Every case that is open, or was found or closed since then, and those of `also`."""
    asked = [
        Query(where=(Where("state", "in", OPEN_STATES),)), Query(where=(Where("found_at", ">=", since),)),
        Query(where=(Where("closed_at", ">=", since),)), *([Query(ids=tuple(also))] if also else []),
    ]  # fmt: skip
    rows = (row for query in asked for row in session.features.columns("problems", _FIELDS, query))
    return {row[0]: _case(dict(zip(_FIELDS, row, strict=True))) for row in rows}


def _case(row: Mapping[str, object]) -> Case:
    made = {name: row[name] for name in ("id", "code", "category", "state", "found_at", "due_at", "closed_at")}
    return Case(
        **made, place=row["lead_name"] or row["lead_code"] or "", person=row["lead_person"] or "",  # type: ignore[arg-type]
        handler=row["handled_by"] or "", rebound_kind=row["rebound_kind"] or "", rebound_days=row["rebound_days"],  # type: ignore[arg-type]
    )  # fmt: skip
