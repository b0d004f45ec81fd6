"""Coverage of the patrols: both sides of the roads by age, cells, blind spots."""

from maps.element import MapElement


class Coverage(MapElement):
    """What `/api/v1/analysis/coverage` says; the address's `days`, `area` and `person` narrow it."""

    module = "coverage"
