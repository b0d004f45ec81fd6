"""A photo as JSON: where to fetch it, what it says, what is doubtful about it."""

from collections.abc import Collection

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names
from geo_service.schemas.unseen import seen_doubts
from layers.photos.photo import Photo
from layers.rules.lifecycle import PHOTO_TITLES
from layers.rules.photos import doubt_text

_SAID = (
    "id", "problem_id", "role", "width", "height", "bytes", "taken_at", "lon", "lat", "place_source", "added_at",
    "by", "note", "redacted", "replaced_by", "removed_at", "released_at",
)  # fmt: skip


def photo(one: Photo, names: Names, known: Collection[int]) -> Json:
    """One photo; its addresses stop working when it is redacted or removed.

    `known`: of the problems that its doubts mention, those which may be named.
    """
    return {
        **{name: plain(getattr(one, name)) for name in _SAID},
        "url": f"/api/v1/photos/{one.key}",
        "preview_url": f"/api/v1/photos/{one.key}/preview",
        "role_name": names.words(PHOTO_TITLES[one.role]),
        "by_name": names.person(one.by),
        "warnings": [
            {**doubt, "text": doubt_text(doubt).in_(names.words)} for doubt in seen_doubts(one.warnings, known)
        ],
    }
