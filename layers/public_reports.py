"""Reports of people who have not signed in, and what the link that they get for it opens.

The link is a secret of 128 bits: only its digest is kept, and nobody without it finds the report. How the reporter may
be reached is kept apart from the problem, for the office alone, and erased after a while.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shapely import Point

from layers import duplicates, repeats
from layers.casework import Deed, record
from layers.errors import BadInput
from layers.inbox import tell_of
from layers.model import Feature
from layers.passwords import digest
from layers.photo_keeping import NewPhoto, add
from layers.photos.files import PhotoFiles
from layers.problems import Draft, category_for, report_in
from layers.rules.public_reports import (
    MOST_PHOTOS,
    WORD_TITLES,
    check_text,
    contact,
    is_robot,
    lies_within,
    may_be_judged,
    may_be_reported,
    steps,
)
from layers.store import Session, Store
from layers.store.public_reports import PublicReport
from layers.words import msg

_SECRET_BYTES = 16
_RECEIPT_KIND = "public_reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody reports; `trap` is the field that people do not see, `opened_at` when they got the form."""

    place: Point
    category: str
    description: str = ""
    contact: str = field(default="", repr=False)
    duplicate_of: int | None = None
    trap: object = ""
    opened_at: datetime | None = None
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a report stands: its problem, the one that it goes on with (mostly the same), the states and their times."""

    report: PublicReport
    problem: Feature
    case: Feature
    steps: Sequence[tuple[datetime, str]]
    photos: int

    @property
    def state(self) -> str:
        """The state of the case."""
        return str(self.case.values["state"])

    @property
    def may_be_judged(self) -> bool:
        """Whether it is time to ask the reporter whether they are content."""
        return may_be_judged(self.state)


def report(store: Store, wish: Wish, *, now: datetime) -> str:
    """Take a report; its receipt. The same request again gets one more receipt for the same report.

    `store` is the public's own: only what the public sees can be added to. Raises BadInput.
    """
    if is_robot(wish.trap, wish.opened_at, now):
        raise BadInput(msg("That went too fast. Please look at the form once more and send it again."))
    said, reach = check_text(wish.description, "description"), contact(wish.contact)
    key = None if wish.request_key is None else digest(f"{wish.request_key}\n{_said(wish)}")
    with store.writing() as scoped:
        session = scoped.whole
        made = repeats.done_before(session, key, _RECEIPT_KIND)
        if made is None:
            _check(scoped, wish)
            draft = Draft(
                geometry=wish.place, category=wish.category, description=said, source_level="public",
                duplicate_of=wish.duplicate_of,
            )  # fmt: skip
            problem = report_in(session, draft, now=now)
            made = session.public_reports.add(PublicReport(problem_id=problem.id, at=now)).id
            if reach:
                session.public_reports.add_contact(made, reach, at=now)
            repeats.keep(session, key, _RECEIPT_KIND, made, now=now)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        session.public_reports.add_receipt(made, digest(secret))
    return secret


def known(session: Session, category: str, place: Point, *, now: datetime) -> list[Feature]:
    """What the public sees of problems that may be the same; the nearest first."""
    return [row for row, _ in duplicates.near(session, category, place, at=now)]


def standing(session: Session, receipt: str) -> Standing:
    """How the report that the receipt opens stands, or NotFound; `session` is whole."""
    found = session.public_reports.by_digest(digest(receipt))
    problem = session.features.get("problems", found.problem_id)
    case = _goes_on_with(session, problem)
    told = steps(session.history.events(problem.id))
    if case.id != problem.id:
        merged_at = told[-1][0] if told else found.at
        told += [(at, state) for at, state in steps(session.history.events(case.id)) if at > merged_at]
    return Standing(found, problem, case, told, len(session.photos.of(problem.id)))


def remark(store: Store, receipt: str, text: str, *, now: datetime) -> Standing:
    """A reporter's further word, put into the history of the case."""
    said = check_text(text, "text", needed=True)
    return _add_word(store, receipt, "remark", said, now=now)


def judge(store: Store, receipt: str, content: object, text: str, *, now: datetime) -> Standing:
    """Whether the reporter is content, once it is put right or over; the last word counts."""
    if not isinstance(content, bool):
        raise BadInput(msg("“{field}” is true or false.", field="content"), field="content")
    said = check_text(text, "text")
    return _add_word(store, receipt, "content" if content else "not_content", said, now=now, content=content)


def _add_word(
    store: Store, receipt: str, act: str, said: str, *, now: datetime, content: bool | None = None
) -> Standing:
    with store.writing() as scoped:
        session = scoped.whole
        found = standing(session, receipt)
        if content is not None:
            if not found.may_be_judged:
                raise BadInput(msg("Please wait until it is put right."), field="content")
            session.public_reports.judge(found.report.id, content, at=now)
        record(session, found.case, Deed(kind="reporter", note=said, payload={"act": act}, derived=True), now=now)
        if act != "content":
            tell_of(session, found.case, "reporter_word", now=now, note=said, reason=WORD_TITLES[act].to_json())
        return standing(session, receipt)


def add_photo(store: Store, files: PhotoFiles, receipt: str, new: NewPhoto, *, now: datetime) -> Standing:
    """A reporter's photo of their own report; nobody but the office sees it before it is released. `store` is whole."""
    with store.reading() as session:
        found = standing(session, receipt)
    if found.photos >= MOST_PHOTOS:
        raise BadInput(msg("A report takes {most} photos at most.", most=MOST_PHOTOS), field="file")
    role = "after" if found.may_be_judged else "before"
    key = None if new.request_key is None else digest(f"{receipt}\n{new.request_key}")
    add(store, files, found.problem.id, replace(new, role=role, by="", note="", request_key=key), now=now)
    with store.reading() as session:
        return standing(session, receipt)


def _goes_on_with(session: Session, problem: Feature) -> Feature:
    """The case that stays when it was merged into another."""
    seen = {problem.id}
    while problem.values["state"] == "duplicate" and isinstance(into := problem.values["duplicate_of"], int):
        if into in seen:
            break
        seen.add(into)
        problem = session.features.get("problems", into)
    return problem


def _check(scoped: Session, wish: Wish) -> None:
    category = category_for(scoped, wish.category, wish.place)
    if not may_be_reported(category):
        raise BadInput(msg("There is no category “{code}”.", code=wish.category[:80]), field="category")
    if not lies_within(wish.place.x, wish.place.y, scoped.town.get().bounds):
        raise BadInput(msg("The place lies outside the town."), field="geometry")
    if wish.duplicate_of is not None:
        scoped.features.get("problems", wish.duplicate_of)


def _said(wish: Wish) -> str:
    return repr((wish.place.wkt, wish.category, wish.description, wish.contact, wish.duplicate_of))
