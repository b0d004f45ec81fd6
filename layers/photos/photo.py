"""What the store keeps of a photo, as a plain value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One photo of a problem; `lon`, `lat` in EPSG:4326 by `place_source` (exif, device, none); size in pixels.

    `sha256` and `phash` are those of the upload, also after redaction. `removed_at` is set when its files are gone:
    `replaced_by` then is the redacted photo, None where it was removed for good. `released_at` is when it was released
    to the public, None where it is not.
    """

    problem_id: int
    role: str
    key: str
    sha256: str
    phash: str
    width: int
    height: int
    bytes: int
    place_source: str
    added_at: datetime
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    by: str = ""
    note: str = ""
    warnings: Sequence[Mapping[str, object]] = ()
    redacted: bool = False
    replaced_by: int | None = None
    removed_at: datetime | None = None
    released_at: datetime | None = None
    id: int = 0
