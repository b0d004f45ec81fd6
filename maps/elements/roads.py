"""A road chief's segments, the land seen from them, and the problems on it."""

from maps.element import MapElement


class Roads(MapElement):
    """What `/api/v1/my-road` says of the person with that code; the address's `person` comes first."""

    module = "roads"

    def __init__(self, *, person: str | None = None):
        super().__init__(person=person)
