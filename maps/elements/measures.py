"""Measures that treat a parcel, hatched by what was done."""

from maps.element import MapElement


class Measures(MapElement):
    """Measures from vector tiles that are in effect now; a saved file holds those of its moment only."""

    module = "measures"
