"""Clean zones: cells that are clean, have a problem, or of which nobody knows."""

from maps.element import MapElement


class Zones(MapElement):
    """The cells of `/api/v1/analysis/clean-zones`, as of the time given (RFC 3339) or now."""

    module = "zones"

    def __init__(self, *, as_of: str | None = None):
        super().__init__(as_of=as_of)
