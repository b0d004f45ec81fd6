"""Who sees what in the demo town, worked out from what its administrator sees: what the tests of scope compare with."""

from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import product
from typing import Any

import httpx
import mapbox_vector_tile
import orjson

from layers.values import TOWN_TIME
from maps.tiles.grid import tile_at
from tests.conftest import CERTIFICATES, Service

SCOPED = ("road_chief", "grid_worker", "village_head", "zone_head", "contractor")
PLACE_LAYERS = ("areas", "road_segments")


class Eyes(httpx.Client):
    """The service as one account sees it."""

    def __init__(self, service: Service, name: str, role: str = ""):
        self.address = service.address_of(name, role)
        headers = {"accept-language": "en"}
        super().__init__(base_url=self.address, headers=headers, timeout=60, verify=CERTIFICATES)

    def ids(self, **asked: object) -> set[int]:
        """The problems that the list tells of, page by page."""
        found: set[int] = set()
        after = 0
        while True:
            page = self.read("/problems", **{"limit": 1000, "after": after, **asked})["features"]
            found |= {row["id"] for row in page}
            if len(page) < 1000:
                return found
            after = page[-1]["id"]

    def read(self, path: str, **asked: object) -> Any:
        """The JSON at a path of the API."""
        return self.get(f"/api/v1{path}", params=asked).raise_for_status().json()

    def total(self, **asked: object) -> int:
        """How many there are, as the counts say."""
        return int(self.read("/problems/summary", **asked)["total"])

    def exported(self, layer: str = "problems") -> set[str]:
        """The codes in an export."""
        file = self.get(f"/api/v1/layers/{layer}/export", params={"format": "geojson"}).raise_for_status()
        return {row["properties"]["code"] for row in orjson.loads(file.content)["features"]}

    def tile(self, z: int, x: int, y: int, layer: str = "problems") -> list[dict[str, Any]]:
        """The features of a tile."""
        answer = self.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt").raise_for_status()
        return mapbox_vector_tile.decode(answer.content)[layer]["features"] if answer.content else []

    def tile_ids(self, z: int = 13, layer: str = "problems") -> set[int]:
        """The features in all tiles of the town."""
        west, south, east, north = self.read("/town")["bounds"]
        low, high = tile_at(west - 0.01, north + 0.01, z), tile_at(east + 0.01, south - 0.01, z)
        tiles = product(range(low.x, high.x + 1), range(low.y, high.y + 1))
        return {row["id"] for x, y in tiles for row in self.tile(z, x, y, layer)}

    @cached_property
    def person(self) -> str:
        """The code of the account's person."""
        return str(self.read("/inbox")["person"])


class Town:
    """Everything, as an administrator sees it at this moment."""

    def __init__(self, eyes: Eyes):
        self.eyes = eyes
        rows: list[dict[str, Any]] = []
        while not rows or len(rows) % 1000 == 0:
            page = self.eyes.read("/problems", limit=1000, after=rows[-1]["id"] if rows else 0)["features"]
            rows += page
            if not page:
                break
        self.problems = {row["id"]: row for row in rows}
        self.duties = self.eyes.read("/responsibilities")

    def seen_by(self, person: str, *, on: date | None = None) -> set[int]:
        """The problems that somebody with a scope of their own may see."""
        return {id_ for id_, row in self.problems.items() if self._sees(person, row["properties"], on or today())}

    def held_by(self, person: str, *, on: date | None = None) -> set[tuple[str, str]]:
        """The places that somebody answers for."""
        duties = [duty for duty in self.duties if duty["person"] == person]
        return {(duty["layer"], duty["place"]) for duty in duties if _holds(duty, on or today())}

    def _sees(self, person: str, one: dict[str, Any], on: date) -> bool:
        places = {(place["layer"], place["code"]) for place in one["places"]}
        own = (one["reported_by"], one["handled_by"], one["responsible"]["person"])
        if person in own or places & self.held_by(person, on=on):
            return True
        once = [d for d in self.duties if d["person"] == person and d["valid_to"] and d["valid_to"] <= str(on)]
        return any((d["layer"], d["place"]) in places and _stood_open(one, d) for d in once)


def _holds(duty: dict[str, Any], on: date) -> bool:
    return duty["valid_from"] <= str(on) and (duty["valid_to"] is None or duty["valid_to"] > str(on))


def _stood_open(one: dict[str, Any], duty: dict[str, Any]) -> bool:
    """At some time while the duty held, whose days are the town's."""
    begin, end = (
        datetime.combine(date.fromisoformat(duty[name]), time(), TOWN_TIME) for name in ("valid_from", "valid_to")
    )
    found, closed = datetime.fromisoformat(one["found_at"]), one["closed_at"]
    return found < end and (closed is None or datetime.fromisoformat(closed) >= begin)


def today() -> date:
    return datetime.now(UTC).astimezone(TOWN_TIME).date()


def account(role: str) -> str:
    """The demo town's account of a role."""
    return f"demo-{role.replace('_', '-')}"
