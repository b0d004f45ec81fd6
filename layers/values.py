"""Values that come from outside, checked against a layer's schema."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone

from layers.errors import BadInput
from layers.schema import Field, LayerSchema
from layers.words import msg

TOWN_AHEAD_S = 8 * 3600  # of UTC; China keeps one time, and no summer time since 1991
TOWN_TIME = timezone(timedelta(seconds=TOWN_AHEAD_S), "Asia/Shanghai")
_LONGEST_TEXT = 10_000
_LARGEST_NUMBER = 2**53 - 1  # beyond it a browser would round
_YEARS = range(1900, 2200)


def town_day(moment: datetime) -> date:
    """The day in the town at a moment.

    >>> town_day(datetime.fromisoformat("2021-11-22T17:00:00+00:00"))
    datetime.date(2021, 11, 23)
    """
    return moment.astimezone(TOWN_TIME).date()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in the town.

    >>> midnight(date(2021, 11, 22)).isoformat()
    '2021-11-22T00:00:00+08:00'
    """
    return datetime.combine(day, time(), TOWN_TIME)


def to_millisecond(moment: datetime) -> datetime:
    """The moment without what is finer than a millisecond, which neither store keeps.

    >>> to_millisecond(datetime.fromisoformat("2021-11-22T08:00:00.123987+08:00")).isoformat()
    '2021-11-22T08:00:00.123000+08:00'
    """
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def checked(schema: LayerSchema, values: Mapping[str, object]) -> dict[str, object]:
    """The values of known fields, each of its field's kind; BadInput names the field otherwise."""
    return {
        field.name: None if values[field.name] in (None, "") else checked_value(field, values[field.name])
        for field in schema.fields
        if field.name in values
    }


def checked_value(field: Field, value: object) -> object:
    """One value of the field's kind, or BadInput."""
    try:
        made = _KINDS[field.kind](value)
    except (TypeError, ValueError) as error:
        raise BadInput(
            msg("“{value}” is no {kind}.", value=str(value)[:80], kind=msg(field.kind)), field=field.name
        ) from error
    if field.choices and made not in field.choices:
        choices = ", ".join(field.choices)
        raise BadInput(
            msg("“{value}” is none of: {choices}.", value=str(value)[:80], choices=choices), field=field.name
        )
    return made


def as_time(value: object, field: str) -> datetime | None:
    """A time with a zone (or a day, in the town's time) from text; None stays None; BadInput names the field."""
    if value is None or value == "":
        return None
    try:
        made = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadInput(msg("“{value}” is no time (RFC 3339).", value=str(value)[:40]), field=field) from error
    if made.year not in _YEARS:
        raise BadInput(msg("“{value}” is no time (RFC 3339).", value=str(value)[:40]), field=field)
    if made.tzinfo is None and len(str(value)) > len("2026-11-23"):
        raise BadInput(msg("The time “{value}” has no zone.", value=str(value)[:40]), field=field)
    return made if made.tzinfo is not None else made.replace(tzinfo=TOWN_TIME)


def _text(value: object) -> str:
    if not isinstance(value, str | int | float) or len(str(value)) > _LONGEST_TEXT:
        raise ValueError(value)
    text = str(value)
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("a character that no text may hold")
    return text


def _integer(value: object) -> int:
    number = _real(value)
    if abs(number) > _LARGEST_NUMBER or number != int(number):
        raise ValueError(value)
    return int(number)


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        raise TypeError(value)
    number = float(value)
    if number != number or abs(number) == float("inf"):
        raise ValueError(value)
    return number


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _date(value: object) -> date:
    made = value if type(value) is date else date.fromisoformat(str(value)[:10])
    if made.year not in _YEARS:
        raise ValueError(value)
    return made


def _time(value: object) -> datetime:
    made = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if made.tzinfo is None or made.year not in _YEARS:
        raise ValueError("a time without a zone, or of another age")
    return made


_KINDS: dict[str, Callable[[object], object]] = {
    "text": _text,
    "integer": _integer,
    "real": _real,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "json": lambda value: value,
}
