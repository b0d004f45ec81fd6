"""The legend: words and marks of the style table for what is on the map."""

from collections.abc import Mapping, Sequence

from maps.element import MapElement


class Legend(MapElement):
    """The boxes of the named groups of `maps.styles`, in that order.

    `groups` maps a group's key to the keys of the looks to show; none means all of them.
    `added` maps layers of the town's own to their titles.
    """

    module = "legend"

    def __init__(self, groups: Mapping[str, Sequence[str]], *, added: Mapping[str, str] | None = None):
        boxes = [{"group": key, "looks": list(looks)} for key, looks in groups.items()]
        super().__init__(groups=boxes, added=list((added or {}).values()))
