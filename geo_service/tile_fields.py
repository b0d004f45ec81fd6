"""Which fields of each layer the column cache holds, and which of them a tile carries."""

from collections.abc import Iterator, Mapping

from layers.errors import NotFound
from layers.store import Store

# tile attribute → field of the layer
TILE_FIELDS: dict[str, dict[str, str]] = {
    "problems": {"code": "code", "state": "state", "category": "category", "due": "due_at"},
    "road_segments": {n: n for n in ("code", "name", "road_name", "road_class")},
    "areas": {n: n for n in ("code", "name", "level")},
    "parcels": {n: n for n in ("code", "name", "state", "treatment", "area_m2")},
    "stations": {n: n for n in ("code", "name", "grade", "invented")},
    "station_buffers": {n: n for n in ("station", "inner_m", "outer_m")},
    "dust_sources": {n: n for n in ("code", "name", "kind")},
    "measures": {n: n for n in ("code", "kind", "problem", "parcel", "valid_to")},
    "frontages": {n: n for n in ("code", "name", "segment", "side", "checked_at", "failed")},
    "dust_samples": {n: n for n in ("code", "segment", "part", "grams_m2", "limit_g_m2", "passed", "sampled_at")},
    "patrols": {n: n for n in ("code", "kind", "result", "started_at")},
}
# fields that a tile may be filtered by, or features be counted by, without carrying them
FILTER_FIELDS: dict[str, tuple[str, ...]] = {
    "problems": (
        "lead_person", "lead_layer", "lead_code", "lead_name", "found_at", "closed_at", "source_level", "flags",
    )
}  # fmt: skip


class LayerFields(Mapping[str, tuple[str, ...]]):
    """The fields that the column cache reads of each layer; a layer of the town's own: its code and its values."""

    def __init__(self, store: Store):
        self._store = store
        self._own: dict[str, dict[str, str]] = {}
        self._all: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, layer: str) -> tuple[str, ...]:
        if layer not in self._all:
            self._all[layer] = (*self.of_tile(layer).values(), *FILTER_FIELDS.get(layer, ()))
        return self._all[layer]

    def __iter__(self) -> Iterator[str]:
        return iter((*TILE_FIELDS, *self._own))

    def __len__(self) -> int:
        return len(TILE_FIELDS) + len(self._own)

    def of_tile(self, layer: str) -> dict[str, str]:
        """Tile attribute → field; KeyError for an unknown layer."""
        known = TILE_FIELDS.get(layer) or self._own.get(layer)
        if known is None:
            known = self._own[layer] = self._of_own(layer)
        return known

    def _of_own(self, layer: str) -> dict[str, str]:
        try:
            with self._store.reading() as session:
                schema = session.layers.get(layer)
        except NotFound as error:
            raise KeyError(layer) from error
        values = [field.name for field in schema.fields if field.kind in ("text", "integer", "real")]
        return {name: name for name in ("code", *values)}
