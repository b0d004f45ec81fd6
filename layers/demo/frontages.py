"""Shops along three streets of the demo town with the checks of their frontages, and samples of dust on its roads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from layers.demo.ground import degrees
from layers.demo.people import Roster
from layers.demo.rhythm import SHANGHAI
from layers.demo.segments import Segment
from layers.model import Feature

STREETS = ("沙嘴路", "上沙椰树路", "福强路")
SHOPS_EACH = 20
DOORS_M = 11.0  # from the centre line to the doors
SHORTEST_SEGMENT_M = 200.0
WIDTH_M = (6.0, 17.0)
GAPS_M = (1.0, 14.0)
FIRST_M = 45.0  # from a corner
NAMES: Mapping[str, Sequence[str]] = {
    "catering": ("家常菜馆", "牛肉面馆", "早茶店", "烧腊饭店", "奶茶店", "包子铺"),
    "retail": ("便利店", "水果店", "烟酒行", "五金店", "文具店", "服装店", "药店"),
    "services": ("理发店", "干洗店", "快递驿站", "照相馆", "洗衣店"),
    "repair": ("修车行", "手机维修", "裁缝铺", "电动车行"),
    "other": ("物业服务点", "培训中心", "彩票站"),
}
TRADE_SHARES = (0.3, 0.36, 0.18, 0.1, 0.06)
BRANDS = "福兴旺盛和顺吉祥康乐美佳"
SURNAMES = "陈林黄张李王吴刘蔡杨许郑"
FAIL_SHARES = {"cleanliness": 0.1, "order": 0.17, "greenery": 0.05, "fittings": 0.06, "lighting": 0.05}
NO_GREENERY = 0.4  # of the shops: the duty does not apply there
NOTES = {
    "order": "店外摆放商品", "cleanliness": "门前有烟头、纸屑", "greenery": "花池内有杂物", "fittings": "卷闸门破损",
    "lighting": "招牌灯不亮",
}  # fmt: skip
NEVER_SHARE, OVERDUE_SHARE = 0.14, 0.16
SAMPLES = 42
GRAMS = {"carriageway": (3.9, 0.38), "footway": (11.5, 0.36)}  # median, spread of the logarithm
OFF_M = {"carriageway": 4.0, "footway": 9.0}
CONTRACTORS = ("清洁演示环卫有限公司", "绿城演示保洁有限公司")
FINE_CNY = 200.0
FINED_FROM_G_M2 = {"carriageway": 8.0, "footway": 20.0}  # above every limit

Floats = NDArray[Any]


@dataclass(frozen=True, slots=True)
class DemoCheck:
    """One check of the frontage of that code."""

    frontage: str
    at: datetime
    by: str
    results: Mapping[str, str]
    note: str


def frontages(segments: Sequence[Segment], as_of: datetime, rng: Generator) -> list[Feature]:
    """The shops, street by street, coded MQ001 …"""
    doors = [door for street in STREETS for door in _doors(street, segments, rng)]
    return [_shop(number, door, as_of, rng) for number, door in enumerate(doors, 1)]


def checks(shops: Sequence[Feature], roster: Roster, as_of: datetime, rng: Generator) -> list[DemoCheck]:
    """Up to three checks of most shops: some lie too long ago, some shops were never checked."""
    made = [check for shop in shops for check in _checks_of(shop, roster, as_of, rng)]
    return sorted(made, key=lambda check: (check.at, check.frontage))


def dust_samples(segments: Sequence[Segment], roster: Roster, as_of: datetime, rng: Generator) -> list[Feature]:
    """Samples of the last weeks on the shopping streets and elsewhere, in the order of their times, coded KZ001 …"""
    shopping = [segment for street in STREETS for segment in _road(segments, street)]
    elsewhere = [s for s in segments if s.road_class != "street" and s.line.length > SHORTEST_SEGMENT_M]
    picked = rng.choice(len(elsewhere), SAMPLES - SAMPLES // 3, replace=False)
    places = [shopping[i % len(shopping)] for i in range(SAMPLES // 3)] + [elsewhere[int(i)] for i in picked]
    made = [_sample(segment, roster, as_of, rng) for segment in places]
    made.sort(key=lambda one: str(one.values["sampled_at"]))
    return [Feature(code=f"KZ{n:03d}", geometry=one.geometry, values=one.values) for n, one in enumerate(made, 1)]


def _road(segments: Sequence[Segment], street: str) -> list[Segment]:
    """The long segments of a street."""
    return [s for s in segments if s.road_name == street and s.line.length > SHORTEST_SEGMENT_M]


def _doors(street: str, segments: Sequence[Segment], rng: Generator) -> Iterator[LineString]:
    """Lines before shops that stand side by side, on one side of each segment of a street."""
    road = _road(segments, street)
    lines = np.array([segment.line for segment in segments], dtype=object)
    for number, segment in enumerate(road):
        side_m = DOORS_M if number % 2 else -DOORS_M
        free = (door for door in _row(segment.line, side_m, rng) if _is_beside(door, segment.line, lines))
        yield from islice(free, -(-SHOPS_EACH // len(road)))


def _row(line: LineString, side_m: float, rng: Generator) -> Iterator[LineString]:
    """Doors along the whole line, each as straight as the street is in its middle."""
    at = FIRST_M
    while True:
        width = rng.uniform(*WIDTH_M)
        if at + width > line.length - FIRST_M:
            return
        middle, ahead = _along(line, at + width / 2)
        doors = middle + np.array([-ahead[1], ahead[0]]) * side_m
        yield shapely.set_precision(LineString([doors - ahead * width / 2, doors + ahead * width / 2]), 0.001)
        at += width + rng.uniform(*GAPS_M)


def _is_beside(door: LineString, line: LineString, lines: Floats) -> bool:
    """Whether it stands at that line, and on no road: in a bend or at a corner there is no shop."""
    return bool(shapely.distance(door, lines).min() >= shapely.distance(door, line) > 0.8 * DOORS_M)


def _along(line: LineString, at: float) -> tuple[Floats, Floats]:
    """The point at a measure along the line, and the unit vector of the way there."""
    before, here, after = (np.array(line.interpolate(at + step).coords[0]) for step in (-1.0, 0.0, 1.0))
    way = after - before
    return here, way / np.hypot(*way)


def _shop(number: int, door: LineString, as_of: datetime, rng: Generator) -> Feature:
    trade = str(rng.choice(list(NAMES), p=TRADE_SHARES))
    brand = "".join(rng.choice(list(BRANDS), 2, replace=False))
    values: dict[str, object] = {
        "name": f"{brand}{rng.choice(NAMES[trade])}（演示）", "trade": trade, "address": f"演示门牌 {number} 号",
        "keeper": f"{rng.choice(list(SURNAMES))}某", "pledged_on": None,
    }  # fmt: skip
    if rng.random() < 0.85:
        values["pledged_on"] = as_of.astimezone(SHANGHAI).date() - timedelta(days=int(rng.integers(40, 300)))
    return Feature(code=f"MQ{number:03d}", geometry=degrees(door), values=values, extra={"invented": True})


def _checks_of(shop: Feature, roster: Roster, as_of: datetime, rng: Generator) -> Iterator[DemoCheck]:
    fate, has_greenery = rng.random(), rng.random() > NO_GREENERY
    if fate < NEVER_SHARE:
        return
    days_ago = rng.uniform(33, 60) if fate < NEVER_SHARE + OVERDUE_SHARE else rng.uniform(0.5, 26)
    for _ in range(1 + int(rng.integers(3))):
        at = _by_day(as_of - timedelta(days=days_ago), as_of, rng)
        results = {duty: "fail" if rng.random() < share else "pass" for duty, share in FAIL_SHARES.items()}
        if not has_greenery:
            results["greenery"] = "na"
        note = "；".join(NOTES[duty] for duty, result in results.items() if result == "fail")
        yield DemoCheck(shop.code, at, str(rng.choice(roster.staff["inspector"])), results, note)
        days_ago += rng.uniform(18, 32)


def _sample(segment: Segment, roster: Roster, as_of: datetime, rng: Generator) -> Feature:
    part = "footway" if rng.random() < 0.35 else "carriageway"
    median, spread = GRAMS[part]
    line, off_m = segment.line, float(rng.choice([-1, 1])) * OFF_M[part]
    at = float(rng.uniform(0.15, 0.85)) * line.length
    middle, ahead = _along(line, at)
    spot = middle + np.array([-ahead[1], ahead[0]]) * off_m
    grams = round(float(median * np.exp(spread * rng.standard_normal())), 1)
    values = {
        "part": part, "grams_m2": grams,
        "litter_minutes": None if rng.random() < 0.4 else float(rng.choice([2, 3, 4, 4, 5, 7])),
        "sampled_at": _by_day(as_of - timedelta(days=rng.uniform(0.3, 40)), as_of, rng),
        "by": str(rng.choice(roster.staff["inspector"])), "contractor": str(rng.choice(CONTRACTORS)), "fine": None,
    }  # fmt: skip
    if grams > FINED_FROM_G_M2[part]:
        values["fine"] = FINE_CNY
    return Feature(code="", geometry=degrees(shapely.set_precision(Point(spot), 0.001)), values=values)


def _by_day(moment: datetime, as_of: datetime, rng: Generator) -> datetime:
    """That day between 9 and 17 o'clock; never after `as_of`."""
    day = moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    at = day + timedelta(minutes=int(rng.integers(9 * 60, 17 * 60)))
    return (at if at < as_of else at - timedelta(days=1)).astimezone(UTC)
