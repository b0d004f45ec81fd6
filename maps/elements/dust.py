"""Dust sources: construction sites, bare soil, mines, yards, roads."""

from maps.element import MapElement


class Dust(MapElement):
    """Dust sources from vector tiles, each kind with its own sign."""

    module = "dust"
