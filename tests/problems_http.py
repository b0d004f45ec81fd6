"""Problems over HTTP: reported and moved, as the tests of the API do it."""

from typing import Any

import httpx

ON_THE_ROAD = [114.0231918, 22.529098]


def feature(geometry: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    said = {"category": "0102", "description": "test", **properties}
    return {
        "type": "Feature",
        "geometry": geometry or {"type": "Point", "coordinates": ON_THE_ROAD},
        "properties": said,
    }


def report(api: httpx.Client, **properties: Any) -> dict[str, Any]:
    answer = api.post("/api/v1/problems", json=feature(**properties))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def move(api: httpx.Client, id_: int, to: str, **more: Any) -> httpx.Response:
    return api.post(f"/api/v1/problems/{id_}/moves", json={"to": to, **more})
