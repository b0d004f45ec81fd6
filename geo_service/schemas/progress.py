"""Campaigns and their progress as JSON."""

from collections.abc import Sequence

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names
from geo_service.words import Words
from layers.campaigns import CampaignSheet
from layers.progress import BY, Course, PhaseView, Progress, Wish
from layers.rules.back_schedule import Frame, Line
from layers.rules.campaign_rows import plain_row
from layers.rules.campaigns import TARGET_TITLES, Campaign, Phase, Target
from layers.rules.forecast import BLOCK_DAYS, LEAST_DAYS, PATHS
from layers.rules.progress import AT_RISK, DONE_DAYS, NEW_DAYS, ON_TRACK, STATUS_TITLES
from layers.targets import Reached
from layers.words import msg

_SHARE_DIGITS, _RATE_DIGITS = 4, 2


def sheet(found: CampaignSheet, words: Words) -> Json:
    """The campaigns as an administrator edits them, and the choices for a target."""
    return {
        "version": found.version, "changed_at": plain(found.changed_at), "changed_by": found.changed_by,
        "campaigns": [plain_row(one) for one in found.campaigns],
        "choices": {"what": [{"value": key, "title": words(title)} for key, title in TARGET_TITLES.items()]},
    }  # fmt: skip


def progress(found: Progress | None, wish: Wish, names: Names, cases: Sequence[Json]) -> Json:
    """A campaign at a moment with the parameters used; `campaign` null where the town has none."""
    words = names.words
    if found is None:
        return {"campaign": None, "campaigns": [], "by": wish.by}
    return {
        "as_of": plain(found.frame.at),
        "campaign": _campaign(found.campaign, words),
        "campaigns": [
            {"code": one.code, "name": _name(one, words), "begin": plain(one.begin), "end": plain(one.end)}
            for one in found.campaigns
        ],
        "phase": wish.phase,
        "phases": [_phase(n, view, found.campaign, words) for n, view in enumerate(found.phases, start=1)],
        **_frame(found.frame),
        "ahead": list(map(plain, found.frame.ahead)),
        "baseline_at": plain(found.baseline_at),
        "by": wish.by,
        "unit": wish.unit,
        "total": {**_line(found.total), "name": words("The whole town")},
        "lines": [{**_line(one), "name": _unit(one, wish.by, names)} for one in found.lines],
        "course": {**_course(found.course), "name": _unit(found.course.line, wish.by, names, whole=not wish.unit),
                   "next_day": {"day": plain(next(iter(found.frame.ahead), None)), "cases": list(cases)}},
        "targets": [_target(one, words) for one in found.targets],
        "statuses": [{"key": key, "title": words(title)} for key, title in STATUS_TITLES.items()],
        "parameters": _parameters(found),
    }  # fmt: skip


def _parameters(found: Progress) -> Json:
    return {
        "campaigns_version": found.version, "units": list(BY), "history_days": found.history_days,
        "least_history_days": LEAST_DAYS, "block_days": BLOCK_DAYS, "paths": PATHS, "seed": found.seed,
        "new_over_days": NEW_DAYS, "done_over_days": DONE_DAYS, "rates_are_per": "working day",
        "on_track_from": ON_TRACK, "at_risk_from": AT_RISK,
    }  # fmt: skip


def _campaign(one: Campaign, words: Words) -> Json:
    return {
        "code": one.code, "name": _name(one, words), "document": one.document, "programme": one.programme,
        "begin": plain(one.begin), "end": plain(one.end), "days": one.days, "baseline_of": one.baseline_of,
        "categories": list(one.categories),
    }  # fmt: skip


def _name(one: Campaign | Phase | Target, words: Words) -> str:
    return one.name_en or one.name_zh if words.language == "en" else one.name_zh


def _phase(number: int, view: PhaseView, campaign: Campaign, words: Words) -> Json:
    phase = campaign.phases[number - 1]
    said = {"number": number, "name": _name(phase, words), "categories": list(phase.categories)}
    return {**said, **_frame(view.frame), "line": _line(view.line)}


def _frame(frame: Frame) -> Json:
    return {
        "state": frame.state, "begin": plain(frame.begin), "end": plain(frame.end), "today": plain(frame.today),
        "day": frame.day, "days": frame.days, "days_left": len(frame.ahead),
        "calendar_days_left": frame.calendar_days_left,
    }  # fmt: skip


def _line(one: Line) -> Json:
    early, middle, late = map(plain, one.finish)
    return {
        "key": one.key, "status": one.status, "baseline": one.baseline, "new": one.new, "closed": one.closed,
        "rebounds": one.rebound, "net": one.net, "struck_off": one.struck, "open": one.open,
        "required_per_day": _rounded(one.required, _RATE_DIGITS), "done_per_day": _rounded(one.done, _RATE_DIGITS),
        "chance": _rounded(one.chance, _SHARE_DIGITS), "finish": {"p10": early, "p50": middle, "p90": late},
        "quota": list(one.quota),
    }  # fmt: skip


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _unit(one: Line, by: str, names: Names, *, whole: bool = False) -> str:
    if whole:
        return names.words("The whole town")
    if not one.key:
        return msg("Without").in_(names.words)
    return names.category(one.key) if by == "category" else one.name


def _course(one: Course) -> Json:
    rows = zip(one.days, one.flows.new, one.flows.closed, one.flows.rebound, one.flows.struck, one.open, strict=True)
    return {
        "line": _line(one.line),
        "start": one.start,
        "days": [
            {"day": plain(day), "new": int(new), "closed": int(closed), "rebounds": int(back), "struck_off": int(off),
             "net": int(new - closed + back), "open": left}
            for day, new, closed, back, off, left in rows
        ],
        "fan": [{"day": plain(day), "p10": low, "p50": middle, "p90": high} for day, low, middle, high in one.fan],
    }  # fmt: skip


def _target(one: Reached, words: Words) -> Json:
    target = one.target
    return {
        "name": _name(target, words), "what": target.what, "title": words(TARGET_TITLES[target.what]),
        "by": plain(target.by), "aim": target.aim, "categories": list(target.categories),
        "done": round(one.done, 1), "whole": round(one.whole, 1), "reached": _rounded(one.share, _SHARE_DIGITS),
        "days_left": one.days_left, "status": one.status,
    }  # fmt: skip
