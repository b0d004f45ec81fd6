"""The demo town as plain values: `build(as_of)`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import Polygon

from layers.catalogue import categories
from layers.demo.areas import Area, draw_areas
from layers.demo.campaigns import campaigns
from layers.demo.corners import Terrain, neglected
from layers.demo.faults import with_faults
from layers.demo.frontages import DemoCheck, checks, dust_samples, frontages
from layers.demo.ground import TOWN_CRS, degrees
from layers.demo.histories import DemoHistory
from layers.demo.land import FreeGround, Thing, dust_sources, parcels, stations
from layers.demo.measures import measures
from layers.demo.patrols import patrols
from layers.demo.people import Roster, hire
from layers.demo.problems import Life, problems, read_words
from layers.demo.rhythm import SHANGHAI, rhythm, stream
from layers.demo.segments import Segment, cut_segments
from layers.demo.streets import read_edges, streets
from layers.errors import BadInput
from layers.model import Category, Feature, Person, Responsibility, Town
from layers.rules.campaigns import Campaign
from layers.words import msg

ATTRIBUTION = (
    "道路 © OpenStreetMap 贡献者，ODbL 1.0",
    "监测站点 1358A：中国环境监测总站（CNEMC）站点名单，位置 ±0.5 公里",
    "责任区、人员、地块、问题、巡查均为演示虚构",
)
INVENTED: Mapping[str, object] = {"invented": True}
REAL_STATION_SAYS: Mapping[str, object] = {"source": "CNEMC", "position_error_m": 500}
DEFAULT_SEED = 20211122


@dataclass(frozen=True)
class DemoTown:
    """A town to look at: real streets, everything else invented.

    `layers` maps a layer's name to its features (EPSG:4326), problems and patrols oldest first;
    `histories` holds one entry for each problem; `staff` maps a role without a place (dispatcher,
    inspector, contractor) to the codes of the persons who have it; `checks` are those of the frontages.
    """

    town: Town
    layers: Mapping[str, list[Feature]]
    people: list[Person]
    responsibilities: list[Responsibility]
    categories: tuple[Category, ...]
    histories: list[DemoHistory]
    staff: Mapping[str, tuple[str, ...]]
    checks: list[DemoCheck]
    campaigns: tuple[Campaign, ...] = ()


def build(as_of: datetime, seed: int = DEFAULT_SEED) -> DemoTown:
    """The demo town as it stands at `as_of`; the same time and seed give the same town.

    Raises BadInput where `as_of` has no time zone.
    """
    if as_of.tzinfo is None:
        raise BadInput(msg("The time {value} has no time zone.", value=as_of.isoformat()), field="as_of")
    today = as_of.astimezone(SHANGHAI).date()
    edges = read_edges()
    roads = streets(edges)
    areas = draw_areas(edges, roads, stream(seed, "areas"))
    segments = cut_segments(roads, areas.outline)
    roster = hire(areas, segments, neglected(segments), today, stream(seed, "people"))
    ground = FreeGround(areas.outline, edges, segments)
    dust = dust_sources(ground, segments, stream(seed, "dust_sources"))
    villages = {village.name: village.polygon for village in areas.villages}
    land = parcels(ground, villages, segments, today, stream(seed, "parcels"))
    terrain = Terrain(areas, segments, edges.lines, dust)
    life = Life(roster, rhythm(as_of), read_words())
    found, histories = problems(terrain, life, categories(), stream(seed, "problems"))
    shops = frontages(segments, as_of, stream(seed, "frontages"))
    layers = {
        "areas": [_area(area) for area in with_faults(areas.all)],
        "road_segments": [_segment(segment) for segment in segments],
        "parcels": [_thing(parcel) for parcel in land],
        "measures": measures(land, as_of, stream(seed, "measures")),
        "stations": _stations(),
        "dust_sources": [_thing(source) for source in dust],
        "problems": found,
        "patrols": patrols(terrain, roster, land, as_of, stream(seed, "patrols")),
        "frontages": shops,
        "dust_samples": dust_samples(segments, roster, as_of, stream(seed, "dust_samples")),
    }
    return DemoTown(
        _town(areas.outline, roster, as_of),
        layers,
        list(roster.people),
        list(roster.responsibilities),
        categories(),
        histories,
        roster.staff,
        checks(shops, roster, as_of, stream(seed, "frontage_checks")),
        campaigns(today),
    )


def _town(outline: Polygon, roster: Roster, as_of: datetime) -> Town:
    return Town(
        code="futian-demo",
        name="福田演示街道",
        demo=True,
        crs=TOWN_CRS,
        bounds=degrees(outline).bounds,
        fallback_person=roster.staff["dispatcher"][0],
        attribution=ATTRIBUTION,
        as_of=as_of,
    )


def _area(area: Area) -> Feature:
    values = {"name": area.name, "level": area.level, "parent": area.parent}
    return Feature(code=area.code, geometry=degrees(area.polygon), values=values, extra=INVENTED)


def _segment(segment: Segment) -> Feature:
    fields = ("name", "road_name", "road_class", "from_m", "to_m", "corridor_m")
    values = {name: getattr(segment, name) for name in fields}
    return Feature(code=segment.code, geometry=degrees(segment.line), values=values)


def _thing(thing: Thing) -> Feature:
    return Feature(code=thing.code, geometry=degrees(thing.geometry), values=thing.values, extra=INVENTED)


def _stations() -> list[Feature]:
    extra = (REAL_STATION_SAYS, INVENTED)
    return [
        Feature(code=code, geometry=point, values=values, extra=says)
        for (code, point, values), says in zip(stations(), extra, strict=True)
    ]
