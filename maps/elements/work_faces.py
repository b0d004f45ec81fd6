"""Faults of the seam between work faces: gaps, overlaps, stretches of road with nobody or two."""

from maps.element import MapElement


class WorkFaces(MapElement):
    """The faults of `/api/v1/analysis/work-faces`; the page's filters `kind`, `level` and `on` choose among them."""

    module = "work_faces"
