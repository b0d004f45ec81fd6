"""Answers of a running service: bytes as they come, refusals in words, what becomes of an import."""

import json
import socket
import time
from typing import Any

import httpx

from tests.conftest import Service


def raw(service: Service | str, text: bytes, *, wait_s: float = 10) -> bytes:
    """Bytes sent as they are, and all that comes back until the end."""
    port = int(service.rsplit(":", 1)[1]) if isinstance(service, str) else service.port
    with socket.create_connection(("127.0.0.1", port), timeout=wait_s) as line:
        line.sendall(text)
        answer = b""
        while part := line.recv(65536):
            answer += part
    return answer


def is_problem(answer: httpx.Response, status: int, *, echo: str = "") -> dict[str, object]:
    """A refusal in words that tells nothing of how we are built; it may repeat what was sent."""
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status and said["title"] and said["detail"]
    told = json.dumps(said).replace(json.dumps(echo)[1:-1], "") if echo else answer.text
    assert not any(word in told for word in ("Traceback", "SELECT", "sqlite", "psycopg", ".py", "/work", "/tmp"))
    return dict(said)


def outcome(api: httpx.Client, job: str) -> dict[str, Any]:
    """What became of an import, once it is over."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        status: dict[str, Any] = api.get(f"/api/v1/imports/{job}").json()
        if status["state"] != "running":
            return status
        time.sleep(0.1)
    raise AssertionError(status)
