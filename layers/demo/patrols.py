"""Patrols of the last 30 days: some communities walked thoroughly, others hardly, two never."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import shapely
from numpy.random import Generator
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layers.demo.areas import Area
from layers.demo.corners import Terrain
from layers.demo.ground import degrees
from layers.demo.land import Thing, irregular
from layers.demo.partition import random_points
from layers.demo.people import Roster
from layers.demo.rhythm import SHANGHAI
from layers.demo.walks import BY_BIKE_M_S, ON_FOOT_M_S, Track, linked, record, sweep
from layers.model import Feature

THOROUGH_SHARE = 0.5  # of the town's area
WALKED_LATELY = 0.8  # of the grids there; the others some weeks ago, as are most elsewhere
WALKED_SELDOM = 0.6
SKIPPED_BLOCKS = 0.07
SMALLEST_BLOCK_M2 = 2_500.0
NEVER_WALKED = 2  # communities
SPACING_M = (37.0, 46.0)
FRESH_DAYS = 5.6  # thoroughly walked grids were walked within so many days, well under the limit of seven
EARLIER_WALKS = 2
PERIOD_DAYS = 29.0
RIDDEN_SHARE = 0.6  # of the segments, outside the communities where nobody goes
PARCEL_VISITS, PARK_VISITS = 34, 10
PARK_M2 = (9_000.0, 30_000.0)
START_HOURS = (8.3, 9.0, 9.8, 14.1, 14.8)
HEADS_HOURS = (9.5, 15.5, 19.5)
HEADS_DAYS = (1.2, 8.0, 15.1, 22.4, 28.0)  # ago: a visit about every week
HEADS_SHARE = 0.75  # of the weeks in which a head comes
FOUND_SHARE = 0.35
NOTES = {"nothing_found": ("", "", "未发现问题", "整洁"), "found": ("发现问题，已上报", "有问题已拍照上报", "")}


@dataclass(frozen=True)
class Going:
    """How each community is walked, by its code: thorough, seldom or never."""

    of: Mapping[str, str]

    def grids(self, terrain: Terrain, how: str) -> list[Area]:
        """The grids of the communities that are walked so."""
        return [grid for grid in terrain.areas.grids if self.of[grid.parent] == how]


def decide(terrain: Terrain, rng: Generator) -> Going:
    """Two smaller communities are never walked; of the others, thorough ones until half the town is reached."""
    villages = sorted(terrain.areas.villages, key=lambda village: village.polygon.area)
    never = set(rng.choice([village.code for village in villages[: len(villages) // 2]], NEVER_WALKED, replace=False))
    of, reached = {}, 0.0
    for i in rng.permutation(len(villages)):
        village = villages[int(i)]
        fresh = village.code not in never and reached < THOROUGH_SHARE * terrain.areas.outline.area
        of[village.code] = "never" if village.code in never else "thorough" if fresh else "seldom"
        reached += village.polygon.area if fresh else 0.0
    return Going(of)


class Patrolling:
    """Sends the patrols out and writes them down."""

    def __init__(self, terrain: Terrain, roster: Roster, as_of: datetime, rng: Generator):
        self.terrain = terrain
        self.roster = roster
        self.as_of = as_of
        self.rng = rng
        self.inside = terrain.areas.outline.buffer(-12)

    def walks(self, going: Going) -> Iterator[Feature]:
        """Grids walked from end to end: most of the thorough ones lately and before, others weeks ago."""
        for grid in going.grids(self.terrain, "thorough"):
            lately = self.rng.random() < WALKED_LATELY
            last = self.rng.uniform(0.1, FRESH_DAYS) if lately else self.rng.uniform(8, 20)
            for again in range(1 + int(self.rng.integers(EARLIER_WALKS + 1))):
                yield from self._walk(grid, last + again * self.rng.uniform(4.5, 5))
        for grid in going.grids(self.terrain, "seldom"):
            if self.rng.random() < WALKED_SELDOM:
                yield from self._walk(grid, self.rng.uniform(9, 26))

    def rides(self, going: Going) -> Iterator[Feature]:
        """Segments ridden along by electric bicycle."""
        for segment in self.terrain.segments:
            grid = self.terrain.grid_at(segment.line.interpolate(0.5, normalized=True))
            if going.of[grid.parent] == "never" or self.rng.random() > RIDDEN_SHARE:
                continue
            track = record(segment.line, BY_BIKE_M_S, self.rng)
            if shapely.covers(self.inside, track.line):
                started_at = self._start(self.rng.uniform(0.1, PERIOD_DAYS), track.seconds)
                yield self._feature(track.line, grid, started_at, track)

    def visits(self, going: Going, parcels: Sequence[Thing]) -> Iterator[Feature]:
        """Places looked at and signed for: parcels as they lie, and parks or courts as areas."""
        walked = [p for p in parcels if going.of[self._grid(p.geometry).parent] != "never"]
        chosen = self.rng.choice(len(walked), min(PARCEL_VISITS, len(walked)), replace=False)
        shapes: list[BaseGeometry] = [walked[int(i)].geometry for i in chosen]
        points = [shape.representative_point() if self.rng.random() < 0.4 else shape for shape in shapes]
        for shape in [*points, *self._parks(going)]:
            yield self._visit(shapely.set_precision(shape, 0.001))

    def heads(self, rng: Generator) -> Iterator[Feature]:
        """The heads of zones and communities look at a place of their own about once a week, some evenings too."""
        for area in [*self.terrain.areas.zones, *self.terrain.areas.villages]:
            for days_ago in HEADS_DAYS:
                spot = Point(random_points(area.polygon, 1, rng)[0])
                at = _at_hour(self.as_of - timedelta(days=days_ago + rng.uniform(0, 3)), float(rng.choice(HEADS_HOURS)))
                head = self.roster.holder("areas", area.code, at.astimezone(SHANGHAI).date())
                if rng.random() < HEADS_SHARE and at < self.as_of - timedelta(hours=1):
                    yield _signed(shapely.set_precision(spot, 0.001), head, at)

    def _parks(self, going: Going) -> Iterator[Polygon]:
        seldom = going.grids(self.terrain, "seldom")
        for i in self.rng.choice(len(seldom), min(PARK_VISITS, len(seldom)), replace=False):
            centre = Point(random_points(seldom[int(i)].polygon, 1, self.rng)[0])
            shape = irregular(centre, self.rng.uniform(*PARK_M2), self.rng.uniform(0, 180), self.rng)
            if shapely.covers(self.inside, shape):
                yield shape

    def _grid(self, geometry: BaseGeometry) -> Area:
        return self.terrain.grid_at(geometry.representative_point())

    def _walk(self, grid: Area, days_ago: float) -> Iterator[Feature]:
        """The blocks of the grid one after another, on one half day."""
        ways = linked(list(self._legs(grid)), grid.polygon.buffer(15).intersection(self.inside))
        tracks = [record(way, ON_FOOT_M_S, self.rng) for way in ways if way.length > 60]
        pause_s = 240.0
        at = self._start(days_ago, sum(track.seconds + pause_s for track in tracks))
        for track in tracks:
            yield self._feature(track.line, grid, at, track)
            at += timedelta(seconds=round(track.seconds + pause_s))

    def _legs(self, grid: Area) -> Iterator[LineString]:
        for block in self.terrain.areas.blocks[grid.code]:
            if block.area > SMALLEST_BLOCK_M2 and self.rng.random() > SKIPPED_BLOCKS:
                for part in shapely.get_parts(block.intersection(self.inside)):
                    yield from sweep(part, spacing_m=self.rng.uniform(*SPACING_M), rng=self.rng)

    def _visit(self, shape: BaseGeometry) -> Feature:
        started_at = self._start(self.rng.uniform(0.1, PERIOD_DAYS), 1800)
        return self._feature(shape, self._grid(shape), started_at, None)

    def _start(self, days_ago: float, seconds: float) -> datetime:
        """A usual starting time on that day, or on the day before where it would not be over by now."""
        local = (self.as_of - timedelta(days=days_ago)).astimezone(SHANGHAI)
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        hours = float(self.rng.choice(START_HOURS)) + self.rng.uniform(0, 0.6)
        started_at = day + timedelta(seconds=round(hours * 3600))
        over = started_at + timedelta(seconds=seconds) > self.as_of
        return (started_at - timedelta(days=int(over))).astimezone(UTC)

    def _feature(self, shape: BaseGeometry, grid: Area, started_at: datetime, track: Track | None) -> Feature:
        result = "found" if self.rng.random() < FOUND_SHARE else "nothing_found"
        lasted = track.seconds if track else float(self.rng.integers(300, 1700))
        values = {
            "inspector": self._inspector(grid, started_at),
            "kind": "track" if track else "visit",
            "result": result,
            "started_at": started_at,
            "ended_at": started_at + timedelta(seconds=round(lasted)),
            "fixes": [list(fix) for fix in track.fixes] if track else [],
            "note": str(self.rng.choice(NOTES[result])),
        }
        return Feature(code="", geometry=degrees(shape), values=values)

    def _inspector(self, grid: Area, at: datetime) -> str:
        """Mostly the grid's own worker; now and then the inspection office."""
        if self.rng.random() < 0.25:
            return str(self.rng.choice(self.roster.staff["inspector"]))
        return self.roster.holder("areas", grid.code, at.astimezone(SHANGHAI).date())


def _at_hour(day: datetime, hour: float) -> datetime:
    midnight = day.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(seconds=round(hour * 3600))).astimezone(UTC)


def _signed(spot: BaseGeometry, person: str, at: datetime) -> Feature:
    """A visit of twenty minutes that found nothing."""
    values = {
        "inspector": person, "kind": "visit", "result": "nothing_found", "started_at": at,
        "ended_at": at + timedelta(minutes=20), "fixes": [], "note": "现场查看",
    }  # fmt: skip
    return Feature(code="", geometry=degrees(spot), values=values)


def patrols(
    terrain: Terrain, roster: Roster, parcels: Sequence[Thing], as_of: datetime, rng: Generator
) -> list[Feature]:
    """All patrols in the order in which they began, coded XC0001 …"""
    office = Patrolling(terrain, roster, as_of, rng)
    going = decide(terrain, rng)
    (of_heads,) = rng.spawn(1)  # of their own, so that nothing else in the demo changes with them
    found = [*office.walks(going), *office.rides(going), *office.visits(going, parcels), *office.heads(of_heads)]
    found.sort(key=lambda feature: str(feature.values["started_at"]))
    return [
        Feature(code=f"XC{number:04d}", geometry=feature.geometry, values=feature.values)
        for number, feature in enumerate(found, start=1)
    ]
