"""The search box of a map."""

from maps.element import MapElement


class Search(MapElement):
    """Asks `/api/v1/search`; what is chosen stands in the address as `find`."""

    module = "search"
