"""What holds for reports of people who have not signed in: who may be reached how, and what they are told.

The words of a receipt are the service's own: nothing that anybody wrote in a case is repeated there, and no name.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from layers.errors import BadInput
from layers.model import Category, Event
from layers.rules.lifecycle import FINAL_STATES
from layers.words import Message, msg

LONGEST_TEXT = 1000
LONGEST_CONTACT = 100
QUICKEST = timedelta(seconds=3)  # nobody shows a place, chooses a kind and reads what is known in less
MOST_PHOTOS = 9
ROOM_DEG = 0.02  # beyond the box round the town (about 2 km)

PUBLIC_WORDS: dict[str, Message] = {
    "reported": msg("Your report has arrived."),
    "confirmed": msg("Somebody has looked at the place."),
    "filed": msg("It was taken up as a case."),
    "declined": msg("It was not taken up as a case."),
    "assigned": msg("It was given to those who answer for the place."),
    "in_hand": msg("Work has begun."),
    "fixed": msg("It was put right and will be checked."),
    "closed": msg("It was checked and closed."),
    "returned": msg("The check was not passed: it is put right once more."),
    "deferred": msg("It was put off to a later day."),
    "void": msg("The case was ended: there was nothing to put right."),
    "duplicate": msg("It was known already and goes on with the earlier report."),
}
"""What a state means to somebody who reported."""

WORD_TITLES: dict[str, Message] = {
    "remark": msg("Remark of the reporter"),
    "content": msg("The reporter is content"),
    "not_content": msg("The reporter is not content"),
}
"""What the history says of a reporter's later word, by the "act" of its event."""

_MAIL = re.compile(r"[^\s@<>\"']{1,64}@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d[\d \-]{4,18}\d")


def contact(text: str) -> str:
    """A telephone number or a mail address, as it is kept; "" for none. BadInput for anything else.

    >>> contact(" 0755-8765 4321 "), contact("lin@example.org"), contact("")
    ('0755-8765 4321', 'lin@example.org', '')
    """
    said = text.strip()
    known = len(said) <= LONGEST_CONTACT and (_MAIL.fullmatch(said) or _PHONE.fullmatch(said))
    if said and not known:
        raise BadInput(msg("A telephone number or a mail address was expected."), field="contact")
    return said


def check_text(text: str, field: str, *, needed: bool = False) -> str:
    """What somebody writes, cut of its blanks. BadInput where it is too long, or missing."""
    said = text.strip()
    if len(said) > LONGEST_TEXT:
        raise BadInput(msg("At most {most} characters are taken here.", most=LONGEST_TEXT), field=field)
    if needed and not said:
        raise BadInput(msg("Please write something."), field=field)
    return said


def is_robot(trap: object, opened_at: datetime | None, now: datetime) -> bool:
    """Whether a form was filled in by no person: its hidden field has a value, or it was quicker than any person.

    >>> noon = datetime(2021, 11, 22, 12)
    >>> is_robot("", noon, noon + timedelta(seconds=40)), is_robot("", noon, noon + timedelta(seconds=1))
    (False, True)
    >>> is_robot("http://spam.example", noon, noon + timedelta(seconds=40)), is_robot("", None, noon)
    (True, True)
    """
    return bool(trap) or opened_at is None or now - opened_at < QUICKEST


def lies_within(lon: float, lat: float, bounds: tuple[float, float, float, float] | None) -> bool:
    """Whether a place lies in the town's box (west, south, east, north) or near it; everywhere where it has none.

    >>> box = (114.0, 22.5, 114.1, 22.6)
    >>> lies_within(114.05, 22.55, box), lies_within(116.4, 39.9, box), lies_within(116.4, 39.9, None)
    (True, False, True)
    """
    if bounds is None:
        return True
    west, south, east, north = bounds
    return west - ROOM_DEG <= lon <= east + ROOM_DEG and south - ROOM_DEG <= lat <= north + ROOM_DEG


def may_be_reported(category: Category) -> bool:
    """Whether somebody who has not signed in may report problems of this category, as a point."""
    return bool(category.parent) and category.public and not category.retired and "Point" in category.geometry_types


def may_be_judged(state: str) -> bool:
    """Whether it is time to ask the reporter whether they are content."""
    return state in FINAL_STATES or state == "fixed"


def steps(events: Iterable[Event]) -> list[tuple[datetime, str]]:
    """The moments at which a case came into another state, oldest first, with the state."""
    return [(event.at, event.to_state) for event in events if event.to_state in PUBLIC_WORDS]
