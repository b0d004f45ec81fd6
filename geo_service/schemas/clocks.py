"""Calendar, ladders and deadlines as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names
from geo_service.words import Words
from layers.clock_rules import CalendarSheet, LadderSheet
from layers.model import CLOCKS
from layers.rules.calendars import Calendar, CalendarDay
from layers.rules.clocks import CLOCK_TITLES, elapsed, remaining
from layers.rules.deadlines import STAGE_TITLES, Deadline
from layers.rules.escalation import ADDRESSEE_TITLES, OBJECT_TITLES, OBJECTS, STEP_TITLES, STEPS, Rung
from layers.store.deadlines import Escalation

_DIGITS = 3  # of a number of hours or days: some seconds


def calendar(sheet: CalendarSheet, year: int, words: Words) -> Json:
    """One year of the calendar: days that differ from their week, the hours, and how far it is announced."""
    whole = sheet.calendar()
    return {
        "year": year,
        "years": sorted({one.day.year for one in sheet.days}),
        "announced": whole.known_from <= date(year, 1, 1) < whole.known_until,
        "hours": [[f"{end:%H:%M}" for end in span] for span in sheet.week.hours],
        "weekdays": sheet.week.weekdays,
        "days": [calendar_day(one, words) for one in sheet.days if one.day.year == year],
        **_version(sheet),
    }


def calendar_day(one: CalendarDay, words: Words) -> Json:
    """One day; `title` is its name in the reader's language."""
    return {**asdict(one), "day": one.day.isoformat(), "title": words(one.name) if one.name else ""}


def ladders(sheet: LadderSheet, words: Words) -> Json:
    """Every ladder, and the choices for each field of a step."""
    return {
        "ladders": {key: [asdict(step) for step in steps] for key, steps in sheet.ladders.items()},
        "choices": {
            "of": _choices(OBJECTS, OBJECT_TITLES, words),
            "step": _choices(STEPS, STEP_TITLES, words),
            "clock": _choices(CLOCKS, CLOCK_TITLES, words),
            "addressed_to": _choices(ADDRESSEE_TITLES, ADDRESSEE_TITLES, words),
        },
        **_version(sheet),
    }


def deadline(one: Deadline, rules: Calendar, words: Words, now: datetime) -> Json:
    """One deadline: what is left and what share has run, in its own unit; `firm` = its days are announced ones."""
    at = one.ended_at or one.paused_at or now
    spans = [(begin, end) for begin, end in one.pauses if end is not None]
    run = elapsed(one.started_at, at, clock=one.clock, calendar=rules, pauses=spans)
    left = remaining(at, one.due_at, clock=one.clock, calendar=rules)
    return {
        "stage": one.stage, "stage_name": words(STAGE_TITLES[one.stage]), "label": one.label,
        "label_name": words(one.label) if one.label else "",
        "clock": one.clock, "clock_name": words(CLOCK_TITLES[one.clock]), "limit": one.limit,
        "started_at": plain(one.started_at), "due_at": plain(one.due_at), "ended_at": plain(one.ended_at),
        "met": one.met, "paused_at": plain(one.paused_at), "left": round(left, _DIGITS),
        "late": one.met is False or (one.runs and at > one.due_at),
        "share": round(min(1.0, run / (run + left)) if left > 0 else 1.0, _DIGITS),
        "firm": rules.is_known(one.due_at),
        "pauses": [[plain(begin), plain(end)] for begin, end in one.pauses],
        "extensions": [{name: plain(value) for name, value in asdict(e).items()} for e in one.extensions],
    }  # fmt: skip


def escalation(one: Escalation, names: Names) -> Json:
    """A step that was taken."""
    said = {"at": plain(one.at), "person": one.person or None, "person_name": names.person(one.person)}
    return {**rung_words(one, names.words), **said}


def next_step(one: Rung | None, words: Words) -> Json | None:
    """The step that comes if nothing happens."""
    return None if one is None else {**rung_words(one, words), "at": plain(one.at)}


def rung_words(one: Escalation | Rung, words: Words) -> Json:
    """Which step, for what, addressed to which role."""
    return {
        "step": one.step, "step_name": words(STEP_TITLES[one.step]), "stage": one.stage,
        "stage_name": words(STAGE_TITLES[one.stage]), "due_at": plain(one.due_at),
        "addressed_to": one.addressed_to, "addressed_to_name": words(ADDRESSEE_TITLES[one.addressed_to]),
    }  # fmt: skip


def _choices(keys: Sequence[str] | dict[str, str], titles: dict[str, str], words: Words) -> list[Json]:
    return [{"value": key, "title": words(titles[key])} for key in keys]


def _version(sheet: CalendarSheet | LadderSheet) -> dict[str, Any]:
    return {"version": sheet.version, "changed_at": plain(sheet.changed_at), "changed_by": sheet.changed_by}
