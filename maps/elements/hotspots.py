"""Where problems pile up round a station, beyond chance."""

from maps.element import MapElement


class Hotspots(MapElement):
    """The cells of `/api/v1/analysis/hotspots`; the address's `station` and `as_of` come first."""

    module = "hotspots"

    def __init__(self, *, station: str | None = None, as_of: str | None = None):
        super().__init__(station=station, as_of=as_of)
