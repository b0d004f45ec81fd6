"""People who work with a running service as fast as they can, and remember what they were told."""

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.pictures import jpeg, scene
from tests.problems_http import feature


@dataclass
class Case:
    """What one of them has done with one problem; the keys make every step repeatable."""

    key: str
    id: int = 0
    code: str = ""
    told: set[str] = field(default_factory=set)

    def steps(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(name, address, what is sent)."""
        problem = f"/api/v1/problems/{self.id}"
        return [
            ("moved", f"{problem}/moves", {"json": {"to": "filed"}}),
            ("act", f"{problem}/acts", {"json": {"act": "remark", "note": self.key}}),
            ("photo", f"{problem}/photos?role=before", {"content": PICTURE, "headers": {"content-type": "image/jpeg"}}),
        ]


PICTURE = jpeg(scene(7, (64, 48)))


class Writer(threading.Thread):
    """One of them, until told to stop or until the service does not answer."""

    def __init__(self, url: str):
        super().__init__(daemon=True)
        self.url = url
        self.cases: list[Case] = []
        self.refused: list[str] = []
        self._enough = threading.Event()
        self.start()

    def run(self) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            try:
                while not self._enough.is_set():
                    case = Case(str(uuid.uuid4()))
                    self.cases.append(case)
                    self.refused += work(client, case)
            except httpx.TransportError:
                return

    def end(self) -> list[Case]:
        self._enough.set()
        self.join(30)
        assert self.refused == []
        return self.cases


def work(client: httpx.Client, case: Case) -> list[str]:
    """All steps of a case, each under its key; what was refused."""
    body = feature(description=case.key)
    made = client.post("/api/v1/problems", json=body, headers={"Idempotency-Key": case.key})
    if made.status_code != 201:
        return [made.text]
    assert case.id in (0, made.json()["id"])
    case.id, case.code = made.json()["id"], made.json()["properties"]["code"]
    case.told.add("reported")
    for name, address, sent in case.steps():
        headers = {**sent.get("headers", {}), "Idempotency-Key": f"{case.key}-{name}"}
        answer = client.post(address, **{**sent, "headers": headers})
        if not answer.is_success:
            return [answer.text]
        case.told.add(name)
    return []
