"""A person's own data: everything that is held of them, and their erasure. The history keeps the act, not the name."""

import json
import secrets
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import IO, Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.accounts import check_administrator_stays, refuse_demo
from layers.audit import By, enter
from layers.errors import BadInput, Conflict, Denied, NotFound
from layers.handing_over import Held, hand_over, held
from layers.model import Person
from layers.photos.files import PhotoFiles
from layers.rules.erasure import PREFIX, Traces, disclosed, telling_name, telling_phone
from layers.store import Session, Store
from layers.values import town_day
from layers.words import msg

_PSEUDONYM_BYTES = 4
_OF_OTHERS = frozenset({"deliveries"})  # what was sent, to whomever


@dataclass(frozen=True, slots=True)
class Erased:
    """What stands for a person now, in how many rows of the history, and what somebody else has taken over."""

    pseudonym: str
    rows: int
    handed_over: Held


def write_data(
    store: Store, files: PhotoFiles, code: str, out: IO[bytes], *, now: datetime, by: By, eyes: Store | None = None
) -> int:
    """Everything that is held of a person as a zip: one JSON file a table, and their photos; how many rows.

    Secrets (hashes, digests) are not in it. `eyes` is the store as the person themself sees it: then what is about
    a case that is hidden from them, and whom else a row names, is left out. NotFound for a stranger. The export is
    entered in the audit.
    """
    with store.reading() as session, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        who = traces(session, session.duties.person(code), pseudonym="")
        found = _rows(session, who) if eyes is None else _own_rows(session, who, _cases_seen(eyes))
        count = 0
        for table, rows in groupby(found, key=itemgetter(0)):
            some = [row for _, row in rows]
            count += len(some)
            archive.writestr(f"{table}.json", json.dumps(some, ensure_ascii=False, indent=1, default=_plain))
            if table == "photos":
                _add_photos(archive, files, some, code)
    with store.writing() as session:
        enter(session, "export", code, by=by, now=now, what="person", rows=count)
    return count


def erase(store: Store, code: str, *, now: datetime, by: By, to: str = "") -> Erased:
    """Take a person out of everything. What they answer for goes to the person `to` first.

    NotFound for a stranger; Conflict where they still answer for places or open cases and `to` is "" (the message
    says for how many); BadInput for a `to` that cannot take it; Denied for oneself, for the last administrator, and
    for whom the demo town shows. What was overwritten does not stay in the store's file either.
    """
    with store.writing() as session:
        person = session.duties.person(code)
        who = traces(session, person, pseudonym=f"{PREFIX}{secrets.token_hex(_PSEUDONYM_BYTES)}")
        _check_may_go(session, who, by)
        taken = _hand_over(session, person, to, now=now, by=by)
        session.personal.remove_own(who)
        rows = session.personal.replace(who)
        enter(session, "erased", who.pseudonym, by=by, now=now, rows=rows, to=to)
    store.scrub()
    return Erased(who.pseudonym, rows, taken)


def traces(session: Session, person: Person, *, pseudonym: str) -> Traces:
    """What a person can be known by here."""
    accounts = frozenset(one.name for one in session.accounts.all() if one.person == person.code)
    others = [one.name for one in session.duties.people() if one.code != person.code]
    name = telling_name(person.name, person.code, others)
    return Traces(
        code=person.code, pseudonym=pseudonym, accounts=accounts, name=name, phone=telling_phone(person.phone),
        longer=tuple(sorted(session.personal.texts_with(name))) if name else (),
        called=telling_name(person.name, person.code, ()),
    )  # fmt: skip


def _rows(session: Session, who: Traces) -> Iterator[tuple[str, dict[str, Any]]]:
    """All that is held of somebody, the rows of a table together."""
    yield from session.personal.own(who)
    yield from session.personal.named(who)


def _own_rows(session: Session, who: Traces, seen: Collection[int] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a person themself may read of it; a name in a text tells of others as well, and is not followed."""
    narrow = replace(who, name="", phone="", longer=(), called="")
    yield from session.personal.own(narrow)
    for table, row in session.personal.named(narrow):
        case = row["id"] if table == "problems" else row.get("problem_id")
        if table not in _OF_OTHERS and (seen is None or case is None or case in seen):
            yield table, disclosed(row, narrow)


def _cases_seen(eyes: Store) -> set[int] | None:
    """The keys of the problems that are seen; None where that is all of them."""
    with eyes.reading() as session:
        return None if session.scope.sees_all else {id_ for (id_,) in session.features.columns("problems", ("id",))}


def _add_photos(archive: zipfile.ZipFile, files: PhotoFiles, rows: list[dict[str, Any]], code: str) -> None:
    for row in rows:
        if row["by"] == code and row["removed_at"] is None and files.has(row["key"]):
            archive.writestr(f"photos/{row['id']}.jpg", files.read(row["key"]), zipfile.ZIP_STORED)


def _check_may_go(session: Session, who: Traces, by: By) -> None:
    if who.code == by.identity.person:
        raise Denied(msg("Nobody erases themself."))
    refuse_demo(session, who.accounts)
    check_administrator_stays(session, who.code, lambda account: account.person == who.code)


def _hand_over(session: Session, person: Person, to: str, *, now: datetime, by: By) -> Held:
    """What they held, which is somebody else's now."""
    on = town_day(now)
    has = held(session, person.code, on=on)
    if not has:
        return has
    if not to:
        raise Conflict(
            msg("{name} still answers for {places} places and {cases} open cases: say who takes them over.",
                name=person.name, places=len(has.duties) + has.is_fallback, cases=len(has.cases))
        )  # fmt: skip
    hand_over(session, has, _successor(session, person.code, to), now=now, by=by.identity.person)
    return has


def _successor(session: Session, code: str, to: str) -> str:
    try:
        session.duties.person(to)
    except NotFound as error:
        raise BadInput(error.message, field="to") from error
    if to == code:
        raise BadInput(msg("Somebody else must take it over."), field="to")
    return to


def _plain(value: object) -> object:
    """What JSON does not know: moments and days as text, a geometry as GeoJSON."""
    if isinstance(value, BaseGeometry):
        return shapely.geometry.mapping(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not data: {value!r}")
