"""The town's calendar and ladders of escalation: what ships, until an administrator changes it; every version is kept.

A changed calendar counts from the next due time that is set: those that are stored stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from layers.clock_data import shipped_days, shipped_ladders
from layers.errors import BadInput
from layers.rules.calendars import DAY_KINDS, Calendar, CalendarDay, WorkingWeek, calendar_of
from layers.rules.escalation import NO_LADDER, Step, check_ladder
from layers.store import Session, Store
from layers.store.rulesets import Ruleset
from layers.words import msg

CALENDAR_KEY, LADDERS_KEY = "calendar", "ladders"
_LONGEST_NAME = 60
_MOST_LADDERS, _MOST_STEPS = 20, 12
_YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """The calendar as an administrator edits it; `version` 0 = as shipped."""

    days: tuple[CalendarDay, ...]
    week: WorkingWeek
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""

    def calendar(self) -> Calendar:
        """What the clocks count by."""
        return calendar_of(self.days, week=self.week, version=self.version)


@dataclass(frozen=True, slots=True)
class LadderSheet:
    """The ladders by their keys; `version` 0 = as shipped."""

    ladders: Mapping[str, tuple[Step, ...]]
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


def calendar_sheet(session: Session) -> CalendarSheet:
    """The calendar that holds now."""
    rules = session.rulesets.current(CALENDAR_KEY, shipped=None)
    if rules.body is None:
        return CalendarSheet(shipped_days(), WorkingWeek())
    days = tuple(CalendarDay(**{**row, "day": date.fromisoformat(row["day"])}) for row in rules.body["days"])
    return CalendarSheet(days, _week(rules.body), rules.version, rules.changed_at, rules.changed_by)


def ladder_sheet(session: Session) -> LadderSheet:
    """The ladders that hold now."""
    rules = session.rulesets.current(LADDERS_KEY, shipped=None)
    if rules.body is None:
        return LadderSheet(shipped_ladders())
    ladders = {key: tuple(Step(**step) for step in steps) for key, steps in rules.body.items()}
    return LadderSheet(ladders, rules.version, rules.changed_at, rules.changed_by)


def put_calendar(
    store: Store, wish: Mapping[str, Any], *, now: datetime, by: str = "", expected: int | None = None
) -> CalendarSheet:
    """Change days (`days`: {day, kind, name}; kind "" = as the week has it), `hours` and `weekdays`.

    A year of which a day is entered counts as announced, unless one of its days is still provisional; the flag
    `announced` (a year) takes the mark from a whole year. BadInput names the field, Conflict a version that is gone.
    """
    with store.writing() as session:
        sheet = calendar_sheet(session)
        days = _merged_days(sheet.days, wish)
        week = _wished_week(sheet.week, wish)
        calendar_of(days, week=week)  # refuses hours that cannot be
        body = {"days": [{**asdict(one), "day": one.day.isoformat()} for one in days], **_week_json(week)}
        session.rulesets.put(CALENDAR_KEY, body, now=now, by=by, expected=expected)
        session.deadlines.look_again(now)
        return calendar_sheet(session)


def put_ladders(
    store: Store, ladders: Mapping[str, Any], *, now: datetime, by: str = "", expected: int | None = None
) -> LadderSheet:
    """Replace the ladders (key → list of {of, step, clock, offset, addressed_to}); “none” always has no step.

    BadInput names ladder, step and field; also where a category needs a ladder that would be gone.
    """
    wished = {key: _steps(key, steps) for key, steps in _few(ladders).items() if key != NO_LADDER}
    with store.writing() as session:
        needed = {category.ladder for category in session.town.categories()} - {NO_LADDER}
        for key in sorted(needed - set(wished)):
            raise BadInput(msg("The ladder “{key}” is needed by categories.", key=key), field="ladders")
        body = {key: [asdict(step) for step in steps] for key, steps in {NO_LADDER: (), **wished}.items()}
        session.rulesets.put(LADDERS_KEY, body, now=now, by=by, expected=expected)
        session.deadlines.look_again(now)
        return ladder_sheet(session)


def versions(session: Session, key: str) -> list[Ruleset]:
    """Every version of the calendar or the ladders, the oldest first."""
    return session.rulesets.versions(key)


def _merged_days(days: Sequence[CalendarDay], wish: Mapping[str, Any]) -> list[CalendarDay]:
    kept = {one.day: one for one in days}
    for number, row in enumerate(_list(wish.get("days", []), "days")):
        one = _day(row, f"days.{number}")
        kept.pop(one.day, None)
        if one.kind:
            kept[one.day] = one
    announced = wish.get("announced")
    loose = [day for day, one in kept.items() if one.provisional and day.year == announced]
    kept |= {day: CalendarDay(day=day, kind=kept[day].kind, name=kept[day].name) for day in loose}
    return [kept[day] for day in sorted(kept)]


def _day(row: Any, field: str) -> CalendarDay:
    said = row if isinstance(row, Mapping) else {}
    try:
        day = date.fromisoformat(str(said.get("day")))
    except ValueError as error:
        raise BadInput(msg("“{field}” must be a day like 2026-11-23.", field="day"), field=f"{field}.day") from error
    kind, name = said.get("kind"), str(said.get("name") or "").strip()
    if day.year not in _YEARS:
        raise BadInput(msg("The year must lie between {first} and {last}.", first=_YEARS[0], last=_YEARS[-1]),
                       field=f"{field}.day")  # fmt: skip
    if kind not in (*DAY_KINDS, ""):
        choices = ", ".join(DAY_KINDS)
        said_ = msg("“{value}” is none of: {choices}.", value=str(kind)[:40], choices=choices)
        raise BadInput(said_, field=f"{field}.kind")
    if len(name) > _LONGEST_NAME:
        raise BadInput(msg("At most {limit} characters.", limit=_LONGEST_NAME), field=f"{field}.name")
    return CalendarDay(day=day, kind=kind, name=name)


def _wished_week(week: WorkingWeek, wish: Mapping[str, Any]) -> WorkingWeek:
    hours = week.hours if "hours" not in wish else tuple(_span(span) for span in _list(wish["hours"], "hours"))
    weekdays = week.weekdays
    if "weekdays" in wish:
        weekdays = tuple(sorted({_weekday(one) for one in _list(wish["weekdays"], "weekdays")}))
    return WorkingWeek(hours=hours, weekdays=weekdays)


def _span(span: Any) -> tuple[time, time]:
    try:
        first, last = (time.fromisoformat(text) for text in span)
    except (TypeError, ValueError) as error:
        raise BadInput(msg("Working hours are pairs like 08:30 and 12:00."), field="hours") from error
    return first, last


def _weekday(value: Any) -> int:
    if isinstance(value, bool) or value not in range(7):
        raise BadInput(msg("A day of the week is a number from 0 (Monday) to 6."), field="weekdays")
    return int(value)


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput(msg("“{field}” must be a list.", field=field), field=field)
    return value


def _week(body: Mapping[str, Any]) -> WorkingWeek:
    return WorkingWeek(hours=tuple(_span(span) for span in body["hours"]), weekdays=tuple(body["weekdays"]))


def _week_json(week: WorkingWeek) -> dict[str, Any]:
    return {"hours": [[f"{end:%H:%M}" for end in span] for span in week.hours], "weekdays": list(week.weekdays)}


def _few(ladders: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in ladders:
        if not isinstance(key, str) or not key.isidentifier() or len(key) > 40:
            raise BadInput(msg("The key of a ladder is made of letters, digits and “_”."), field="ladders")
    if len(ladders) > _MOST_LADDERS:
        raise BadInput(msg("At most {limit} ladders.", limit=_MOST_LADDERS), field="ladders")
    return ladders


def _steps(key: str, steps: Any) -> tuple[Step, ...]:
    rows = _list(steps, key)
    if len(rows) > _MOST_STEPS:
        raise BadInput(msg("At most {limit} steps.", limit=_MOST_STEPS), field=key)
    made = [_step(row, f"{key}.{number}") for number, row in enumerate(rows)]
    try:
        check_ladder(made)
    except BadInput as error:
        raise BadInput(error.message, field=f"{key}.{str(error.field).removeprefix('steps.')}") from error
    return tuple(made)


def _step(row: Any, field: str) -> Step:
    said = row if isinstance(row, Mapping) else {}
    offset = said.get("offset")
    if isinstance(offset, bool) or not isinstance(offset, int | float):
        raise BadInput(msg("The offset is a number of hours or days."), field=f"{field}.offset")
    texts = {name: str(said.get(name) or "") for name in ("of", "step", "clock", "addressed_to")}
    return Step(offset=float(offset), **texts)
