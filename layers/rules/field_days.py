"""Days that the head of an area spends on site (负责人每周不少于1天), by ISO week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class FieldWeek:
    """One week of one head: `begins` is its Monday; `passed` is None while the week still runs and may be passed."""

    week: str
    begins: date
    days: int
    passed: bool | None


def field_weeks(on_site: Iterable[date], *, today: date, weeks: int, required_days: int = 1) -> list[FieldWeek]:
    """The last `weeks` ISO weeks up to that of `today`, the oldest first; days after `today` do not count.

    >>> [(w.week, w.days, w.passed) for w in field_weeks([date(2021, 11, 23)], today=date(2021, 12, 1), weeks=2)]
    [('2021-W47', 1, True), ('2021-W48', 0, None)]
    """
    known = {day for day in on_site if day <= today}
    monday = today - timedelta(days=today.weekday())
    return [_week(monday - timedelta(weeks=back), known, today, required_days) for back in reversed(range(weeks))]


def _week(begins: date, known: set[date], today: date, required_days: int) -> FieldWeek:
    days = sum(begins + timedelta(days=n) in known for n in range(7))
    over = begins + timedelta(days=7) <= today
    passed = True if days >= required_days else False if over else None
    year, number, _ = begins.isocalendar()
    return FieldWeek(f"{year}-W{number:02d}", begins, days, passed)
