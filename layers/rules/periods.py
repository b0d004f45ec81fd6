"""The periods that a period is compared with: 环比, the one of the same length before it; 同比, the same a year ago."""

from datetime import datetime

from layers.values import TOWN_TIME

Span = tuple[datetime, datetime]  # half-open


def just_before(start: datetime, end: datetime) -> Span:
    """The period of the same length that ends where this one begins.

    >>> begin, over = just_before(datetime(2021, 12, 1), datetime(2021, 12, 8))
    >>> begin.isoformat(), over.isoformat()
    ('2021-11-24T00:00:00', '2021-12-01T00:00:00')
    """
    return start - (end - start), start


def a_year_ago(start: datetime, end: datetime) -> Span:
    """The same days of the town's calendar one year before; 29 February becomes the 28th.

    >>> day = datetime(2024, 2, 29, tzinfo=TOWN_TIME)
    >>> a_year_ago(day, day.replace(month=3, day=1))[0].isoformat()
    '2023-02-28T00:00:00+08:00'
    """
    return _year_before(start), _year_before(end)


def _year_before(moment: datetime) -> datetime:
    here = moment.astimezone(TOWN_TIME)
    day = 28 if (here.month, here.day) == (2, 29) else here.day
    return here.replace(year=here.year - 1, day=day)
