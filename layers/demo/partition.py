"""The district cut into blocks along its streets, and blocks merged into areas that nest exactly (metres)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Polygon

from layers.demo.ground import GRID_M
from layers.demo.streets import Street

LARGEST_BLOCK_M2 = 260_000.0
MAIN_ROAD_RANK = 3  # trunk, primary, secondary
CROSSING_COST = {"main": 0.05, "street": 0.45, "open": 1.0}  # what a shared border counts when merging
Edge = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Blocks:
    """Blocks that tile the district; `border[i, j]` is how much keeps blocks i and j together."""

    polygons: Sequence[Polygon]
    border: dict[tuple[int, int], float]


def district(lines: Sequence[LineString]) -> Polygon:
    """A smooth hull round the road network."""
    points = MultiPoint(shapely.get_coordinates(shapely.segmentize(shapely.union_all(lines), 40.0)))
    hull = shapely.concave_hull(points, ratio=0.16)
    smooth = hull.buffer(420).buffer(-620).buffer(330)
    return shapely.set_precision(Polygon(smooth.simplify(4.0).exterior), GRID_M)


def blocks(outline: Polygon, streets: Sequence[Street], rng: Generator) -> Blocks:
    """The faces between the streets; a face larger than 26 ha is cut by wobbling lines."""
    lines = [street.line for street in streets]
    cuts = [
        line for face in _faces(outline, lines) if face.area > LARGEST_BLOCK_M2 for line in wobbling_cuts(face, rng)
    ]
    polygons = _faces(outline, [*lines, *cuts])
    return Blocks(polygons, _borders(polygons, streets))


def _faces(outline: Polygon, lines: Sequence[LineString]) -> list[Polygon]:
    drawn = shapely.union_all([outline.exterior, *lines], grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(drawn)))
    inside = [face for face in faces if outline.contains(face.representative_point())]
    return sorted(inside, key=lambda face: face.bounds)


def wobbling_cuts(face: Polygon, rng: Generator) -> list[LineString]:
    """Voronoi borders between points strewn in the face, drawn as wobbling lines."""
    count = int(np.ceil(face.area / (0.6 * LARGEST_BLOCK_M2)))
    seeds = MultiPoint(spread_points(face, count, rng))
    borders = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=face, only_edges=True))
    return [wobble(LineString(pair), rng) for line in borders for pair in pairwise(line.coords)]


def spread_points(face: Polygon, count: int, rng: Generator) -> NDArray[np.float64]:
    """Points in the face, far from one another: the centres of k-means groups of random points."""
    strewn = random_points(face, 60 * count, rng)
    centres = strewn[:count]
    for _ in range(12):
        nearest = np.argmin(np.hypot(*(strewn[:, None] - centres[None]).T).T, axis=1)
        centres = np.array([strewn[nearest == k].mean(axis=0) for k in range(count)])
    return centres


def random_points(face: Polygon, count: int, rng: Generator) -> NDArray[np.float64]:
    """`count` uniformly random points inside the face."""
    west, south, east, north = face.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        xy = rng.uniform((west, south), (east, north), (2 * count, 2))
        found = np.vstack([found, xy[shapely.contains_xy(face, xy)]])
    return found[:count]


def wobble(line: LineString, rng: Generator, *, step_m: float = 60.0, size_m: float = 14.0) -> LineString:
    """The line with its inner vertices moved sideways by a smooth random wave; the ends stay."""
    steps = max(int(line.length / step_m), 1)
    share = np.linspace(0, 1, steps + 1)
    wave = np.cumsum(rng.normal(0, size_m, steps + 1)) * np.sin(np.pi * share)
    xy = shapely.get_coordinates(line.interpolate(share, normalized=True))
    ahead = (xy[-1] - xy[0]) / line.length
    moved = xy + np.outer(wave * 0.8, [-ahead[1], ahead[0]])
    moved[[0, -1]] = xy[[0, -1]]
    return LineString(moved)


def _borders(polygons: Sequence[Polygon], streets: Sequence[Street]) -> dict[tuple[int, int], float]:
    owners: dict[Edge, list[int]] = defaultdict(list)
    for index, polygon in enumerate(polygons):
        for ring in (polygon.exterior, *polygon.interiors):
            for a, b in pairwise(ring.coords):
                owners[min(a, b), max(a, b)].append(index)
    shared = {edge: pair for edge, pair in owners.items() if len(pair) == 2}
    middles = shapely.points([np.mean(edge, axis=0) for edge in shared])
    border: dict[tuple[int, int], float] = defaultdict(float)
    for (edge, (i, j)), kind in zip(shared.items(), _kinds(middles, streets), strict=True):
        border[min(i, j), max(i, j)] += CROSSING_COST[kind] * float(np.hypot(*np.subtract(*edge)))
    return dict(border)


def _kinds(points: NDArray[np.object_], streets: Sequence[Street]) -> list[str]:
    main = shapely.union_all([street.line for street in streets if street.rank < MAIN_ROAD_RANK])
    every = shapely.union_all([street.line for street in streets])
    on_main = shapely.dwithin(points, main, 0.05)
    on_any = shapely.dwithin(points, every, 0.05)
    return ["main" if m else "street" if s else "open" for m, s in zip(on_main, on_any, strict=True)]


def merged(blocks: Blocks, count: int) -> tuple[Blocks, list[list[int]]]:
    """The blocks merged into `count` areas, and which blocks each is made of.

    Again and again the smallest area joins the neighbour with which it shares most border for its
    size; borders along main streets count little, so areas come to end at main streets.
    """
    members = {i: [i] for i in range(len(blocks.polygons))}
    area = {i: polygon.area for i, polygon in enumerate(blocks.polygons)}
    border = _neighbours(blocks.border)
    while len(members) > count:
        small = min((i for i in members if border[i]), key=lambda i: area[i])
        into = max(border[small], key=lambda j: border[small][j] / area[j] ** 0.75)
        members[into] += members.pop(small)
        area[into] += area.pop(small)
        _join(border, small, into)
    groups = sorted(members.values(), key=lambda group: group[0])
    return _as_blocks(blocks, groups), groups


def _neighbours(border: dict[tuple[int, int], float]) -> dict[int, dict[int, float]]:
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for (i, j), length in border.items():
        found[i][j] = found[j][i] = length
    return found


def _join(border: dict[int, dict[int, float]], small: int, into: int) -> None:
    for other, length in border.pop(small).items():
        del border[other][small]
        if other != into:
            border[into][other] = border[other][into] = border[into].get(other, 0.0) + length


def _as_blocks(blocks: Blocks, groups: Sequence[Sequence[int]]) -> Blocks:
    group_of = {member: g for g, group in enumerate(groups) for member in group}
    border: dict[tuple[int, int], float] = defaultdict(float)
    for (i, j), length in blocks.border.items():
        a, b = sorted((group_of[i], group_of[j]))
        if a != b:
            border[a, b] += length
    polygons = [shapely.coverage_union_all([blocks.polygons[i] for i in group]) for group in groups]
    return Blocks(polygons, dict(border))
