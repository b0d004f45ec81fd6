"""Photos of problems: added with what is doubtful about them, redacted by hand, removed with a reason.

The files are safe on the disk before their row is committed, and unlinked once the row says that they are gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import shapely

from layers import repeats
from layers.casework import Deed, record
from layers.errors import BadInput, Conflict, Denied, Gone
from layers.inbox import tell_of
from layers.model import Feature
from layers.people import actor
from layers.photos.files import PhotoFiles
from layers.photos.likeness import NEAR_BITS, bits_apart
from layers.photos.photo import Photo
from layers.photos.reading import Picture, read
from layers.photos.redaction import Rectangle, redacted
from layers.rules.lifecycle import FINAL_STATES, PHOTO_ROLES
from layers.rules.photos import RADIUS_M, CaseTimes, Doubt, Shot, Used, doubt_text, doubts, worth_telling
from layers.rules.roles import DISPATCHERS, LEADERS
from layers.store import Session, Store
from layers.town import metres_of
from layers.values import town_day
from layers.words import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhoto:
    """What somebody sends; `place` (longitude, latitude) and `taken_at` are the device's word, used where the
    photo itself says nothing. `request_key` is the same when a request is repeated.
    """

    data: bytes
    role: str
    by: str = ""
    note: str = ""
    place: tuple[float, float] | None = None
    taken_at: datetime | None = None
    request_key: str | None = None


def add(
    store: Store, files: PhotoFiles, problem_id: int, new: NewPhoto, *, now: datetime, radius_m: float = RADIUS_M
) -> Photo:
    """A photo for a problem; the same `request_key` gives the same photo again.

    Raises NotFound (no such problem), BadInput (role, by), UnknownFormat, BadFile, StoreFull, StoreReadOnly.
    """
    with store.reading() as session:
        if made := _made_before(session, new.request_key, problem_id):
            return made
        session.features.to_change(problem_id)
        _check(session, new, now)
    picture = read(new.data)
    photo = _photo(problem_id, new, picture, files.put(picture.jpeg, picture.preview), now)
    with store.writing() as scoped:
        if made := _made_before(scoped, new.request_key, problem_id):  # the same request came twice at once
            return made
        problem, session = scoped.features.to_change(problem_id), scoped.whole
        photo = replace(photo, warnings=tuple(_doubts(session, problem, photo, now=now, radius_m=radius_m)))
        known = {one["kind"] for other in session.photos.of(problem_id) for one in other.warnings}
        photo = session.photos.add(photo)
        said = {"act": "added", "warnings": list(photo.warnings)}
        _tell(session, problem, photo, Deed(kind="photo", by=new.by, note=new.note, payload=said), now=now)
        if (doubt := worth_telling(photo.warnings, known)) is not None:
            reason = doubt_text(doubt).to_json()
            tell_of(session, problem, "photo_warning", now=now, by=new.by, reason=reason)
        repeats.keep(session, new.request_key, "photos", photo.id, now=now)
    return photo


def redact(
    store: Store, files: PhotoFiles, id_: int, rectangles: Sequence[Rectangle], *, now: datetime, by: str = ""
) -> Photo:
    """A new photo in which the rectangles are filled; the old one's files are gone when this returns.

    Raises NotFound, Gone, BadInput (by) or Denied.
    """
    with store.reading() as session:
        old, _ = _changeable(session, id_, by, now)
    picture = redacted(files.read(old.key), rectangles)
    new = replace(old, id=0, key=files.put(picture.jpeg, picture.preview), bytes=len(picture.jpeg), redacted=True)
    with store.writing() as scoped:
        (old, problem), session = _changeable(scoped, id_, by, now), scoped.whole
        new = session.photos.add(replace(new, released_at=old.released_at))  # withdrawn meanwhile, it stays so
        session.photos.close(id_, at=now, replaced_by=new.id)
        _tell(session, problem, new, Deed(kind="photo", by=by, payload={"act": "redacted"}), now=now)
    files.remove(old.key)
    return new


def remove(store: Store, files: PhotoFiles, id_: int, *, now: datetime, note: str, by: str = "") -> None:
    """Take a photo away, with the reason; its files are gone when this returns. Errors as of `redact`."""
    if not note.strip():
        raise BadInput(msg("A photo is removed with a reason only."), field="note")
    with store.writing() as scoped:
        (photo, problem), session = _changeable(scoped, id_, by, now), scoped.whole
        session.photos.close(id_, at=now)
        _tell(session, problem, photo, Deed(kind="photo", by=by, note=note, payload={"act": "removed"}), now=now)
    files.remove(photo.key)


def release(store: Store, id_: int, released: bool, *, now: datetime, by: str = "") -> Photo:
    """Let the public see a photo, or no longer: a dispatcher decides. Raises NotFound, Gone, BadInput (by), Denied."""
    with store.writing() as scoped:
        photo, session = scoped.photos.get(id_), scoped.whole
        problem = scoped.features.to_change(photo.problem_id)
        _check_there(photo)
        if not actor(session, by, on=town_day(now)).may(DISPATCHERS):
            raise Denied(msg("A dispatcher or a supervisor decides what the public sees."))
        if released == (photo.released_at is not None):
            return photo
        session.photos.release(id_, now if released else None)
        said = {"act": "released" if released else "withdrawn"}
        _tell(session, problem, photo, Deed(kind="photo", by=by, payload=said), now=now)
        return session.photos.get(id_)


def content(store: Store, files: PhotoFiles, key: str, *, preview: bool = False) -> bytes:
    """The JPEG under a key. NotFound where there never was one, Gone where it was removed or redacted."""
    with store.reading() as session:
        photo = session.photos.by_key(key)
    _check_there(photo)
    return files.read(key, preview=preview)


def roles_present(session: Session, problem_id: int) -> frozenset[str]:
    """The roles of the photos that a problem has now, for the guards of its moves."""
    return session.photos.roles(problem_id)


def _made_before(session: Session, key: str | None, problem_id: int) -> Photo | None:
    """The photo that the request with this key has made; Conflict where it was for another problem."""
    id_ = repeats.done_before(session, key, "photos")
    if id_ is None:
        return None
    photo = session.photos.get(id_)
    while photo.replaced_by is not None:  # redacted since
        photo = session.photos.get(photo.replaced_by)
    if photo.problem_id != problem_id:
        raise Conflict(msg("This key was used for another request."))
    return photo


def _check(session: Session, new: NewPhoto, now: datetime) -> None:
    if new.role not in PHOTO_ROLES:
        choices = ", ".join(PHOTO_ROLES)
        raise BadInput(msg("“{value}” is none of: {choices}.", value=new.role[:80], choices=choices), field="role")
    actor(session, new.by, on=town_day(now))


def _photo(problem_id: int, new: NewPhoto, picture: Picture, key: str, now: datetime) -> Photo:
    """What the photo says of itself goes before what the device says."""
    place = picture.place or new.place
    source = "exif" if picture.place else "device" if new.place else "none"
    taken_at = picture.taken_at or new.taken_at
    return Photo(
        problem_id=problem_id, role=new.role, key=key, sha256=picture.sha256, phash=picture.phash,
        width=picture.width, height=picture.height, bytes=len(picture.jpeg),
        taken_at=taken_at.astimezone(UTC) if taken_at else None, place_source=source,
        lon=place[0] if place else None, lat=place[1] if place else None,
        added_at=now, by=new.by, note=new.note,
    )  # fmt: skip


def _doubts(session: Session, problem: Feature, photo: Photo, *, now: datetime, radius_m: float) -> list[Doubt]:
    found_at = problem.values["found_at"]
    assert isinstance(found_at, datetime)  # noqa: S101 (every problem has one)
    taken_in_hand = [event.at for event in session.history.events(problem.id) if event.to_state == "in_hand"]
    case = CaseTimes(found_at=found_at, in_hand_at=max(taken_in_hand, default=None), now=now)
    shot = Shot(role=photo.role, taken_at=photo.taken_at, distance_m=_distance_m(session, problem, photo))
    return doubts(shot, case, _used(session, photo), problem_id=problem.id, radius_m=radius_m)


def _distance_m(session: Session, problem: Feature, photo: Photo) -> float | None:
    if photo.lon is None or photo.lat is None or problem.geometry is None:
        return None
    metres = metres_of(session)
    return float(shapely.distance(metres.to(problem.geometry), metres.to(shapely.Point(photo.lon, photo.lat))))


def _used(session: Session, photo: Photo) -> list[Used]:
    """Photos that look the same, the likest first."""
    near = [
        (0 if other.sha256 == photo.sha256 else bits_apart(other.phash, photo.phash), other)
        for other in session.photos.alike(photo.sha256, photo.phash)
    ]
    likest = sorted(((bits, other) for bits, other in near if bits <= NEAR_BITS), key=lambda pair: pair[0])
    codes = {other.problem_id: session.features.get("problems", other.problem_id).code for _, other in likest}
    return [
        Used(problem_id=other.problem_id, code=codes[other.problem_id], role=other.role, bits=bits)
        for bits, other in likest
    ]


def _check_there(photo: Photo) -> None:
    if photo.removed_at is not None:
        raise Gone(msg("This photo was removed or redacted."))


def _changeable(session: Session, id_: int, by: str, now: datetime) -> tuple[Photo, Feature]:
    """The photo with its problem, if it is still there and the person may change it."""
    photo = session.photos.get(id_)
    _check_there(photo)
    problem = session.features.to_change(photo.problem_id)
    who = actor(session, by, on=town_day(now))
    over = problem.values["state"] in FINAL_STATES
    if not who.may(LEADERS if over else DISPATCHERS) and (over or who.person != photo.by):
        raise Denied(msg("A photo is changed by who added it, or by a dispatcher; after closing, by a supervisor."))
    return photo, problem


def _tell(session: Session, problem: Feature, photo: Photo, deed: Deed, *, now: datetime) -> None:
    """Into the history. The problem's version stays: a photo beside it does not make an edit stale."""
    payload = {**deed.payload, "photo": photo.id, "role": photo.role, "sha256": photo.sha256}
    changes = {"photo_count": session.photos.count(problem.id)}
    record(session, problem, replace(deed, changes=changes, payload=payload, derived=True), now=now)
