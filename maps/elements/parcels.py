"""Bare-land parcels by state."""

from maps.element import MapElement


class Parcels(MapElement):
    """Parcels from vector tiles; the page's filters `state` and `treatment` choose among them."""

    module = "parcels"
