"""Holding what was put right (巩固): when to look back, what can be seen then, and whether a closure has held."""

from datetime import datetime, timedelta

RESULTS = ("held", "rebound", "unable")  # what somebody saw: it holds, it is back, nobody could get there
CANCELLED = "cancelled"
RESULT_TITLES = {
    "held": "Still in order",
    "rebound": "It is back",
    "unable": "Could not be looked at",
    "cancelled": "No longer needed",
}
RETRY_DAYS = 1.0  # after a look-back in vain


def schedule(verified_at: datetime, look_back_days: tuple[int, ...], hold_days: float) -> list[datetime]:
    """When to look back at a verified closure: within its hold period, the earliest first.

    >>> schedule(datetime(2021, 11, 1, 9), (30, 7, 60), 30)
    [datetime.datetime(2021, 11, 8, 9, 0), datetime.datetime(2021, 12, 1, 9, 0)]
    """
    return [verified_at + timedelta(days=day) for day in sorted(set(look_back_days)) if 0 < day <= hold_days]


def hold_state(verified_at: datetime, hold_days: float, *, came_back: bool, as_of: datetime) -> str:
    """What a verified closure counts as: "rebound" where it came back, "held" after its hold period, else "holding".

    >>> closed = datetime(2021, 11, 1)
    >>> [hold_state(closed, 30, came_back=False, as_of=datetime(2021, 11, day)) for day in (2, 30)]
    ['holding', 'holding']
    >>> hold_state(closed, 30, came_back=False, as_of=datetime(2021, 12, 1))
    'held'
    """
    if came_back:
        return "rebound"
    return "held" if as_of >= verified_at + timedelta(days=hold_days) else "holding"
