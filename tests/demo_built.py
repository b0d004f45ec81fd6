"""The demo town as it is built, without a store; once in a process."""

from collections import defaultdict
from datetime import datetime
from functools import cache

import numpy as np

from layers.demo import DemoTown, build
from layers.geometry import Metres

AS_OF = datetime.fromisoformat("2021-12-15T16:00:00+08:00")
METRES = Metres("EPSG:4547")


@cache
def demo_town() -> DemoTown:
    return build(AS_OF)


def in_metres(features) -> np.ndarray:
    return METRES.to(np.array([feature.geometry for feature in features], dtype=object))


def area_levels(demo) -> dict[str, list]:
    levels = defaultdict(list)
    for area in demo.layers["areas"]:
        levels[area.values["level"]].append(area)
    return levels
