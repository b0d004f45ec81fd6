"""A small town whose areas do not fit together, as files: zone Z, villages W and E, one road of three segments.

E reaches 10 m over W in the south (5,000 m²), stays 1 m away from it in the middle (400 m²), and leaves out a field in
the north (30,000 m²). Nobody answers for E. Of the road, 20 m have two chiefs, 50 m are missing, 250 m have none.
"""

import json
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.geometry import Metres, to_geojson
from tests.conftest import Service

METRES = Metres("EPSG:4548")
CORNER = np.array([600_000.0, 4_000_000.0])
OUTLINE = shapely.box(0, 0, 2000, 2000)
WEST = shapely.box(0, 0, 1000, 2000)
EAST = shapely.Polygon(
    [(990, 0), (2000, 0), (2000, 2000), (1000, 2000), (1000, 1600), (1300, 1600), (1300, 1500), (1000, 1500),
     (1000, 1200), (1001, 1200), (1001, 800), (1000, 800), (1000, 500), (990, 500)]
)  # fmt: skip
AREAS = (
    ("Z", "中心片区", "zone", "", OUTLINE),
    ("W", "西村", "village", "Z", WEST),
    ("E", "东村", "village", "Z", EAST),
)
SEGMENTS = (("a", 0, 500), ("b", 480, 900), ("c", 950, 1200))
DUTIES = """layer,place,person,name,role
areas,Z,P1,赵建国,zone_head
areas,W,P2,钱秀英,village_head
road_segments,a,P1,赵建国,road_chief
road_segments,b,P2,钱秀英,road_chief
"""


def ground(shape: BaseGeometry) -> BaseGeometry:
    """Metres from the town's corner, in degrees."""
    return METRES.back(shapely.transform(shape, lambda xy: xy + CORNER))


def faulty_town(folder: Path, store_url: str) -> Service:
    """The town, served."""
    running = Service(folder, store_url, demo=False)
    areas = [(shape, {"code": code, "name": name, "level": level, "parent": parent})
             for code, name, level, parent, shape in AREAS]  # fmt: skip
    roads = [(shapely.LineString([(from_m, 100), (to_m, 100)]),
              {"code": code, "name": f"人民路{code}段", "road_name": "人民路", "from_m": from_m, "to_m": to_m})
             for code, from_m, to_m in SEGMENTS]  # fmt: skip
    for layer, rows in (("areas", areas), ("road_segments", roads)):
        file = folder / f"{layer}.geojson"
        features = [{"type": "Feature", "geometry": to_geojson(ground(s), 9), "properties": p} for s, p in rows]
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        running.run("import", layer, str(file))
    (folder / "duties.csv").write_text(DUTIES, "utf-8")
    running.run("import", "responsibilities", str(folder / "duties.csv"))
    return running
