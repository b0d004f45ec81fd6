"""Who answers for what in the demo town: invented people, with dated responsibilities."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice

from numpy.random import Generator
from shapely import STRtree

from layers.demo.areas import Areas
from layers.demo.segments import Segment
from layers.model import Person, Responsibility

SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢郭洪曾周叶徐罗何高梁邓"
GIVEN_NAMES = (
    "建军", "秀兰", "志强", "海燕", "文斌", "晓梅", "国栋", "丽华", "伟民",
    "玉珍", "俊杰", "春花", "永福", "美玲", "家豪", "淑芬", "振华", "小红",
    "泽宇", "慧敏", "嘉欣", "明辉", "桂英", "子轩", "雅婷", "立新", "凤霞",
    "少华", "思远", "佩珊", "耀东", "倩文", "宏伟", "静怡", "志成", "月娥",
)  # fmt: skip
# role: how many, and what they are called; these answer for no single place
STAFF = {
    "dispatcher": (2, "福田演示街道综合指挥中心"),
    "inspector": (4, "福田演示街道督查室（演示）"),
    "contractor": (2, "清洁演示环卫有限公司"),
    "supervisor": (1, "福田演示街道办事处"),
}
# named last, so that the others keep their codes
OFFICE = {"administrator": (1, "福田演示街道综合指挥中心"), "planner": (1, "福田演示街道规划建设办公室（演示）")}
SPONSORED, SPONSORED_BY = 3, "福田演示街道办事处"  # villages that a cadre stands beside for
LONGEST_RUN = 4  # segments of one road that one chief answers for
LARGEST_BUNDLE = 6  # short streets of one community that one chief answers for
HANDED_OVER = 5  # segments, in the past month


@dataclass(frozen=True)
class Roster:
    """The people and their responsibilities; `staff` maps a role without a place to persons' codes."""

    people: Sequence[Person]
    responsibilities: Sequence[Responsibility]
    staff: Mapping[str, tuple[str, ...]]
    _by_place: dict[tuple[str, str], list[Responsibility]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_place: dict[tuple[str, str], list[Responsibility]] = defaultdict(list)
        for duty in self.responsibilities:
            by_place[duty.layer, duty.place].append(duty)
        object.__setattr__(self, "_by_place", by_place)

    def holder(self, layer: str, place: str, day: date) -> str:
        """The person who answers for the place on that day, "" for nobody."""
        duties = self._by_place.get((layer, place), [])
        return next((duty.person for duty in duties if duty.holds_on(day)), "")


class _Hiring:
    """Gives out names and codes while the roster is written."""

    def __init__(self, today: date, rng: Generator):
        self.today = today
        self.rng = rng
        self.people: list[Person] = []
        self.duties: list[Responsibility] = []
        names = [surname + given for surname in SURNAMES for given in GIVEN_NAMES]
        self._names = iter(rng.permutation(names).tolist())

    def person(self, organisation: str, *roles: str) -> str:
        number = len(self.people) + 1
        person = Person(
            code=f"R{number:03d}",
            name=next(self._names),
            organisation=organisation,
            phone=f"000-0000-{number:04d}",
            roles=roles,
        )
        self.people.append(person)
        return person.code

    def appoint(self, layer: str, place: str, person: str, role: str) -> None:
        since = self.today - timedelta(days=int(self.rng.integers(200, 420)))
        source = f"福街演示〔{since.year}〕{self.rng.integers(1, 30)}号"
        self.duties.append(
            Responsibility(layer=layer, place=place, person=person, role=role, valid_from=since, source=source)
        )


def hire(areas: Areas, segments: Sequence[Segment], neglected: Sequence[str], today: date, rng: Generator) -> Roster:
    """The roster of the town as it stands on the day `today`.

    Of the segments `neglected` (codes) the last has a chief whose time is over, the others none.
    """
    hiring = _Hiring(today, rng)
    staff = _posts(hiring, STAFF)
    for zone in areas.zones:
        hiring.appoint("areas", zone.code, hiring.person(f"{zone.name}（演示）"), "zone_head")
    for village in areas.villages:
        hiring.appoint("areas", village.code, hiring.person(f"{village.name}居委会（演示）"), "village_head")
    _appoint_grid_workers(hiring, areas)
    _appoint_chiefs(hiring, areas, segments)
    staff |= _posts(hiring, OFFICE)
    sponsors = _sponsors(hiring, areas)
    duties = _changed(hiring.duties, neglected, today, rng) + sponsors
    return Roster(hiring.people, duties, staff)


def _posts(hiring: _Hiring, posts: Mapping[str, tuple[int, str]]) -> dict[str, tuple[str, ...]]:
    return {
        role: tuple(hiring.person(organisation, role) for _ in range(count))
        for role, (count, organisation) in posts.items()
    }


def _sponsors(hiring: _Hiring, areas: Areas) -> list[Responsibility]:
    """A cadre of the office for each of the first villages."""
    since = date(hiring.today.year, 1, 1)
    return [
        Responsibility(layer="areas", place=village.code, person=hiring.person(SPONSORED_BY), role="sponsor",
                       valid_from=since, source="包保责任分工（演示）")
        for village in areas.villages[:SPONSORED]
    ]  # fmt: skip


def _appoint_grid_workers(hiring: _Hiring, areas: Areas) -> None:
    """One grid worker for one or two neighbouring grids of a community."""
    for village in areas.villages:
        grids = [grid.code for grid in areas.grids if grid.parent == village.code]
        while grids:
            worker = hiring.person(f"{village.name}网格站（演示）")
            for grid in _take(grids, int(hiring.rng.integers(1, 3))):
                hiring.appoint("areas", grid, worker, "grid_worker")


def _take(items: list[str], count: int) -> list[str]:
    taken, items[:] = items[:count], items[count:]
    return taken


def _appoint_chiefs(hiring: _Hiring, areas: Areas, segments: Sequence[Segment]) -> None:
    for organisation, bundle in _bundles(areas, segments):
        chief = hiring.person(organisation)
        for segment in bundle:
            hiring.appoint("road_segments", segment.code, chief, "road_chief")


def _bundles(areas: Areas, segments: Sequence[Segment]) -> Iterator[tuple[str, list[Segment]]]:
    """What each chief answers for: a run of a long road, or short streets of one community."""
    roads: dict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        roads[segment.road_name].append(segment)
    tree = STRtree([village.polygon for village in areas.villages])
    streets: dict[str, list[Segment]] = defaultdict(list)
    for name, road in roads.items():
        if len(road) > 2:
            yield from ((f"{name}路长办（演示）", part) for part in _even_parts(road, LONGEST_RUN))
        else:
            middle = road[0].line.interpolate(0.5, normalized=True)
            streets[areas.villages[int(tree.nearest(middle))].name] += road
    for village, members in streets.items():
        yield from ((f"{village}街长办（演示）", part) for part in _even_parts(members, LARGEST_BUNDLE))


def _even_parts(segments: Sequence[Segment], largest: int) -> Iterator[list[Segment]]:
    count = -(-len(segments) // largest)
    items = iter(segments)
    for part in range(count):
        yield list(islice(items, (len(segments) * (part + 1)) // count - (len(segments) * part) // count))


def _changed(
    duties: Sequence[Responsibility], neglected: Sequence[str], today: date, rng: Generator
) -> list[Responsibility]:
    """The rows without the chiefs of neglected segments, and some segments handed over in the past month."""
    *dropped, expired = neglected
    kept = [duty for duty in duties if duty.layer == "areas" or duty.place not in dropped]
    chiefs = [i for i, duty in enumerate(kept) if duty.layer == "road_segments" and duty.place != expired]
    changed = {i: _handed_over(kept[i], {kept[j].person for j in chiefs}, today, rng)
               for i in rng.choice(chiefs, HANDED_OVER, replace=False).tolist()}  # fmt: skip
    over = today - timedelta(days=int(rng.integers(25, 40)))
    return [
        replace(new, valid_to=over) if new.place == expired else new
        for i, duty in enumerate(kept)
        for new in changed.get(i, [duty])
    ]


def _handed_over(duty: Responsibility, chiefs: AbstractSet[str], today: date, rng: Generator) -> list[Responsibility]:
    day = today - timedelta(days=int(rng.integers(4, 28)))
    heir = str(rng.choice(sorted(chiefs - {duty.person})))
    return [
        replace(duty, valid_to=day),
        replace(duty, person=heir, valid_from=day, source="路长变更通知（演示）"),
    ]
