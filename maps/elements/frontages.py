"""Frontages by state."""

from maps.element import MapElement


class Frontages(MapElement):
    """What `/api/v1/frontages` says; the page's filters `state` and `segment` choose among them."""

    module = "frontages"
