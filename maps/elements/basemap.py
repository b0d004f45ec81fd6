"""The choice of what the map lies on: the town's own layers alone, or a basemap of others."""

from collections.abc import Mapping, Sequence

from maps.element import MapElement


class Basemap(MapElement):
    """The basemaps that are offered, with what is needed to draw each; `base` in the address is the chosen one's key.

    A saved file and a picture have none: they show the town's own layers.
    """

    module = "basemap"

    def __init__(self, basemaps: Sequence[Mapping[str, object]]):
        super().__init__(basemaps=list(basemaps))
