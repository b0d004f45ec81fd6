"""The areas of responsibility of the demo town: three zones, eleven communities, their grids (metres)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from shapely.geometry import Polygon

from layers.demo.partition import Blocks, blocks, district, merged
from layers.demo.streets import Edges, Street

GRIDS, VILLAGES, ZONES = 48, 11, 3
# Invented names; the real communities of Futian are called otherwise.
VILLAGE_NAMES = (
    "杉岭社区", "望榕社区", "荔坡社区", "鹭鸣社区", "棠溪社区", "晴川社区",
    "云栈社区", "竹韵社区", "椰风村", "沙洲村", "红湾社区",
)  # fmt: skip


@dataclass(frozen=True)
class Area:
    """One area: polygon in metres; `parent` is the code of the area around it, "" for a zone."""

    code: str
    name: str
    level: str
    parent: str
    polygon: Polygon


@dataclass(frozen=True)
class Areas:
    """All areas by level; each level tiles the outline, each area its parent, sharing vertices."""

    zones: Sequence[Area]
    villages: Sequence[Area]
    grids: Sequence[Area]
    outline: Polygon
    blocks: Mapping[str, Sequence[Polygon]]  # of each grid, by its code

    @property
    def all(self) -> list[Area]:
        """Zones, then villages, then grids."""
        return [*self.zones, *self.villages, *self.grids]


def draw_areas(edges: Edges, streets: Sequence[Street], rng: Generator) -> Areas:
    """Blocks between the streets, merged into grids, grids into villages, villages into zones."""
    ground = blocks(district(edges.lines), streets, rng)
    grids, blocks_of = merged(ground, GRIDS)
    villages, grids_of = merged(grids, VILLAGES)
    zones, villages_of = merged(villages, ZONES)
    outline, _ = merged(zones, 1)
    named_zones = _zones(zones)
    named_villages = _villages(villages, _parents(villages_of, [zone.code for zone in named_zones]))
    parents = _parents(grids_of, [village.code for village in named_villages])
    named_grids = _grids(grids, parents, {village.code: village.name for village in named_villages})
    members = zip(named_grids, blocks_of, strict=True)
    return Areas(
        sorted(named_zones, key=_code),
        sorted(named_villages, key=_code),
        sorted(named_grids, key=_code),
        outline.polygons[0],
        {grid.code: [ground.polygons[i] for i in group] for grid, group in members},
    )


def _code(area: Area) -> str:
    return area.code


def _parents(groups: Sequence[Sequence[int]], codes: Sequence[str]) -> dict[int, str]:
    return {member: code for code, group in zip(codes, groups, strict=True) for member in group}


def _zones(zones: Blocks) -> list[Area]:
    """Named by where they lie: the southernmost is 南片, the others 西片 and 东片."""
    centres = [polygon.centroid for polygon in zones.polygons]
    south = int(np.argmin([centre.y for centre in centres]))
    west, east = sorted((i for i in range(ZONES) if i != south), key=lambda i: centres[i].x)
    names = {west: ("Z1", "西片责任区"), east: ("Z2", "东片责任区"), south: ("Z3", "南片责任区")}
    return [Area(*names[i], "zone", "", polygon) for i, polygon in enumerate(zones.polygons)]


def _villages(villages: Blocks, zone_of: dict[int, str]) -> list[Area]:
    order = _by_position(villages.polygons)
    return [
        Area(f"V{order[i] + 1:02d}", VILLAGE_NAMES[order[i]], "village", zone_of[i], polygon)
        for i, polygon in enumerate(villages.polygons)
    ]


def _grids(grids: Blocks, village_of: dict[int, str], names: dict[str, str]) -> list[Area]:
    found = {}
    for village, name in names.items():
        members = [i for i in range(GRIDS) if village_of[i] == village]
        for i, order in zip(members, _by_position([grids.polygons[i] for i in members]), strict=True):
            code, title = f"{village}-{order + 1:02d}", f"{name}第{order + 1}网格"
            found[i] = Area(code, title, "grid", village, grids.polygons[i])
    return [found[i] for i in range(GRIDS)]


def _by_position(polygons: Sequence[Polygon]) -> list[int]:
    """The rank of each polygon, read from north to south in bands of 800 m, west to east in a band."""
    north = max(polygon.centroid.y for polygon in polygons)
    centres = [polygon.centroid for polygon in polygons]
    reading = sorted(range(len(polygons)), key=lambda i: ((north - centres[i].y) // 800, centres[i].x))
    return [reading.index(i) for i in range(len(polygons))]
