"""Rebounds: what came back after a verified closing, and the places that come back again and again."""

from maps.element import MapElement


class Rebounds(MapElement):
    """The rebounds of `/api/v1/analysis/rebounds`; the filters `category`, `area` and `since` choose among them."""

    module = "rebounds"
