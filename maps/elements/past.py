"""Looking back: a day of the past, the days one after the other, two days side by side."""

from maps.element import MapElement


class Past(MapElement):
    """The slider over the days (`as_of` in the address) and the comparison of two (`compare`); of `element`."""

    module = "past"

    def __init__(self, element: str):
        super().__init__(element=element)
