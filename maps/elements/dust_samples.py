"""Samples of dust by the gram."""

from maps.element import MapElement


class DustSamples(MapElement):
    """What `/api/v1/dust-samples` says; the page's filter `segment` chooses among them."""

    module = "dust_samples"
