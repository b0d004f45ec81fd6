"""Real reports of a city's sanitation department, as cases for the rule and as a file that can be imported."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import shapely
from pyproj import Transformer

from layers.rules.rebound import DAY_S, Cases

METRES = "EPSG:32616"
# Which category each nature of violation comes nearest to.
CATEGORY_OF = {
    "": "0799", "Other": "0799", "Garbage in alley": "0102", "Garbage in yard": "0101", "Dog feces in yard": "0106",
    "Dumpster not being emptied": "0602", "Overflowing carts": "0601", "Construction Site Cleanliness/Fence": "0401",
    "Standing water": "0103", "Graffiti Commercial Vehicle": "0603",
}  # fmt: skip


def chicago_cases(path: Path) -> Cases:
    """A completion verifies, "- Dup" is a duplicate, the nature of the violation is the category."""
    table = _placed(path)
    ended = _seconds(table["Completion_Date"])
    x, y = Transformer.from_crs("EPSG:4326", METRES, always_xy=True).transform(table["Longitude"], table["Latitude"])
    return Cases(
        id=np.arange(1, len(ended) + 1), category=_objects(table["Nature"]), geometry=shapely.points(x, y),
        found_at=_seconds(table["Creation_Date"]), closed_at=ended, verified_at=ended.copy(),
        duplicate=np.array(["Dup" in status for status in table["Status"]], dtype=bool),
    )  # fmt: skip


def chicago_csv(path: Path, target: Path) -> int:
    """The same as a file of problems with the town's categories and states; how many rows."""
    table = _placed(path)
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "category", "found_at", "closed_at", "state", "longitude", "latitude"])
        columns = (table[n] for n in ("Nature", "Creation_Date", "Completion_Date", "Status", "Longitude", "Latitude"))
        for number, (nature, found, ended, status, x, y) in enumerate(zip(*columns, strict=True), start=1):
            state = "duplicate" if "Dup" in status else "closed" if ended else "reported"
            writer.writerow([f"C{number:06d}", CATEGORY_OF[nature], found, ended or "", state, x, y])
    return len(table["Status"])


def _placed(path: Path) -> dict[str, list[Any]]:
    """The columns of the reports that have coordinates."""
    columns: dict[str, list[Any]] = pq.read_table(path).to_pydict()
    columns["Nature"] = columns.pop("What_is_the_Nature_of_this_Code_Violation", None) or columns["Nature"]
    rows = [i for i, latitude in enumerate(columns["Latitude"]) if latitude is not None]
    return {name: [values[i] for i in rows] for name, values in columns.items()}


def _seconds(days: Sequence[date | None]) -> Any:
    return np.array([np.nan if day is None else day.toordinal() * DAY_S for day in days])


def _objects(values: Sequence[object]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
