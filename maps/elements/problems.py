"""The problems: cells with counts from far, marks by state from near."""

from collections.abc import Sequence

from maps.element import MapElement


class Problems(MapElement):
    """Problems from vector tiles, only those of `states` when some are given.

    The page's own filters (its address, `filter` events) come on top. `min_zoom` (of Leaflet) keeps
    them off the map further out, where another layer already tells of them.
    """

    module = "problems"

    def __init__(self, *, states: Sequence[str] = (), min_zoom: float = 0):
        super().__init__(filters={"state": ",".join(states)} if states else {}, min_zoom=min_zoom)
