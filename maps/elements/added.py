"""Layers that somebody added by import."""

from collections.abc import Mapping, Sequence

from maps.element import MapElement


class Added(MapElement):
    """Own layers from vector tiles; `labels` maps a layer's name to the field that labels its features."""

    module = "added"

    def __init__(self, layers: Sequence[str], labels: Mapping[str, str] | None = None):
        named = labels or {}
        super().__init__(layers=[{"name": name, "label": named.get(name, "code")} for name in layers])
