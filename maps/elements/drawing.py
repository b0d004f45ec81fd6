"""Tools to draw parcels: new ones, their corners, holes, their end."""

from maps.element import MapElement


class Drawing(MapElement):
    """The drawing tools; they write to `/api/v1/parcels`, each change with the version it changes."""

    module = "drawing"
