"""What a check or a sample says of the problem that it is to open: whether, and which known one is the same."""

from geo_service.bodies import whole_number
from geo_service.schemas.features import Json
from layers import duplicates
from layers.errors import BadInput
from layers.store import Session
from layers.words import msg


def opening(said: object) -> tuple[bool, int | None]:
    """Whether a problem is to be opened, and the known one into which it is merged; BadInput for anything else.

    >>> opening(None), opening(True), opening({"duplicate_of": 7})
    ((False, None), (True, None), (True, 7))
    """
    if said is None or isinstance(said, bool):
        return bool(said), None
    if not isinstance(said, dict):
        raise BadInput(msg("“{field}” is true, false or an object.", field="problem"), field="problem")
    return True, whole_number(said, "duplicate_of")


def duplicates_json(session: Session, id_: int) -> list[Json]:
    """The known problems that may be the same as the one that was opened, as far as they may be seen."""
    one = session.whole.features.get("problems", id_)
    if one.geometry is None:
        return []
    at, category = one.values["found_at"], str(one.values["category"])
    found, _ = duplicates.near_of(session, category, one.geometry, at=at)  # type: ignore[arg-type]
    return [
        {"id": row.id, "code": row.code, "distance_m": how.distance_m, "age_days": how.age_days}
        for row, how in found
        if row.id != id_
    ]
