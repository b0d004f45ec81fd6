"""How much faster than each peer the service is to be; ratios of requests a second in one run."""

from collections.abc import Mapping

_POINTS = "problems"
_AREAL = ("road_segments", "parcels")


def _tiles(points: Mapping[int, int], others: Mapping[int, int]) -> dict[str, int]:
    return {f"{_POINTS} z{z}": ratio for z, ratio in points.items()} | {
        f"{layer} z{z}": ratio for layer in _AREAL for z, ratio in others.items()
    }


TARGETS: Mapping[str, Mapping[str, int]] = {
    "ST_AsMVT": _tiles({8: 40, 12: 40, 14: 15, 16: 10}, {8: 10, 12: 10, 14: 2, 16: 2}),
    "tipg": _tiles({8: 40, 12: 40, 14: 25, 16: 25}, {8: 15, 12: 15, 14: 15, 16: 15}) | {"items": 30},
    "MapServer": _tiles({8: 70, 12: 70, 14: 40, 16: 20}, {8: 20, 12: 20, 14: 8, 16: 8}) | {"items": 10},
    "MapServer on our GeoPackage": {f"{_POINTS} z12": 100},
    "pygeoapi": {"items": 25},
    "pygeoapi on our GeoPackage": {"items": 80},
}


def told(peer: str, subject: str, ratio: float) -> str:
    """A ratio beside its target, in bold where the target is missed."""
    target = TARGETS.get(peer, {}).get(subject)
    if target is None:
        return f"{ratio:,.1f}×"
    said = f"{ratio:,.1f}× / {target}×"
    return said if ratio >= target else f"**{said}**"
