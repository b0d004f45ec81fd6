"""Air-monitoring stations and the rings round them."""

from maps.element import MapElement


class Stations(MapElement):
    """Stations with names; with `rings`, those of the station with that code, or of all."""

    module = "stations"

    def __init__(self, *, rings: bool = True, station: str | None = None):
        super().__init__(rings=rings, station=station)
