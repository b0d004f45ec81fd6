"""Problems and photos of them: what the tests of keeping photos and of doubting them share."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import shapely
from shapely.geometry import Point

from layers import photo_keeping, problems
from layers.model import Person
from layers.photo_keeping import NewPhoto
from layers.photos.files import PhotoFiles
from layers.photos.photo import Photo
from layers.store import Store
from layers.town import furnish, put_people
from tests.pictures import exif, jpeg, scene

NOW = datetime(2021, 11, 22, 4, 0, tzinfo=UTC)  # noon in the town
HERE = (118.17, 36.185)
FOUND_AT = NOW - timedelta(hours=4)


def with_people(store: Store) -> Store:
    """A dispatcher, a supervisor and two grid workers."""
    furnish(store)
    people = [("D", "dispatcher"), ("S", "supervisor"), ("G", "grid_worker"), ("H", "grid_worker")]
    put_people(store, [Person(code=code, name=code, roles=(role,)) for code, role in people])
    return store


def reported(store: Store, geometry: shapely.Geometry | None = None) -> int:
    draft = problems.Draft(geometry=geometry or Point(*HERE), category="0102", found_at=FOUND_AT)
    return problems.report(store, draft, now=NOW).id


def taken(text: str = "2021:11:22 09:00:00", place: tuple[float, float] = HERE, seed: int = 1) -> bytes:
    return jpeg(scene(seed), exif=exif(place, text, "+08:00"))


def added(store: Store, files: PhotoFiles, id_: int, data: bytes, role: str = "before", **said: object) -> Photo:
    now = said.pop("now", NOW)
    assert isinstance(now, datetime)
    return photo_keeping.add(store, files, id_, NewPhoto(data=data, role=role, **said), now=now)  # type: ignore[arg-type]


def kinds(photo: Photo) -> list[object]:
    return [warning["kind"] for warning in photo.warnings]


def live(store: Store, id_: int) -> list[Photo]:
    with store.reading() as session:
        return session.photos.of(id_)


def events(store: Store, id_: int) -> list[Mapping[str, object]]:
    with store.reading() as session:
        return [event.payload for event in session.history.events(id_) if event.kind == "photo"]


def on_disk(files: PhotoFiles) -> list[Path]:
    return [path for path in files.folder.rglob("*") if path.is_file()]
