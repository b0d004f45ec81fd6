"""The sheet below everything: the town's own areas and roads in grey."""

from maps.element import MapElement


class Ground(MapElement):
    """Areas and roads from vector tiles; `labels` writes their names where there is room."""

    module = "ground"

    def __init__(self, *, labels: bool = True):
        super().__init__(labels=labels)
