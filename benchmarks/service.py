"""The service in a process of its own, as it is really run."""

import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks.clock import milliseconds, process_cpu_s
from benchmarks.table import Row
from layers import accounts, tokens
from layers.store import open_store

READY_WITHIN_S = 120.0
PATIENCE_S = 300.0
ACCOUNT = "benchmarks"


class Running:
    """`with Running(store, folder) as service:` a served store; `ready_s` says how long the cold start took."""

    def __init__(self, store_url: str, folder: Path):
        self._store_url = store_url
        self._environment = {**os.environ, "GEO_SERVICE_STORE": store_url, "GEO_SERVICE_DATA_DIR": str(folder)}
        self._log = folder / "service.log"

    def __enter__(self) -> "Running":
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = self.command(port)
        begun = time.perf_counter()
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        self._wait(begun + READY_WITHIN_S)
        self.ready_s = time.perf_counter() - begun
        return self

    def key(self) -> dict[str, str]:
        """The header of an administrator, who sees all."""
        return key_to(self._store_url)

    def command(self, port: int) -> list[str]:
        """What is started."""
        return [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def cpu_s(self) -> float:
        """The processor time that the process has used."""
        return process_cpu_s(self.process.pid)

    def _wait(self, until: float) -> None:
        while time.perf_counter() < until and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=30).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise RuntimeError(self._log.read_text())


def key_to(store_url: str) -> dict[str, str]:
    """The header of an administrator of that store."""
    store, now = open_store(store_url), datetime.now(UTC)
    with store.reading() as session:
        known = session.accounts.find(ACCOUNT)
    if known is None:
        accounts.create(store, accounts.NewAccount(name=ACCOUNT, role="administrator"), now=now)
    with store.writing() as session:
        session.accounts.change(ACCOUNT, {"must_change": False})
    token = tokens.create(store, tokens.NewToken(account=ACCOUNT, scope="write"), now=now)
    store.close()
    return {"authorization": f"Bearer {token.secret}"}


class Asked:
    """`with Asked(service) as asked:` asks addresses as a browser does (gzip), and says how long each takes."""

    def __init__(self, service: Running):
        self.service = service

    def __enter__(self) -> "Asked":
        headers = {"accept-encoding": "gzip", **self.service.key()}
        self._client = httpx.Client(base_url=self.service.url, timeout=PATIENCE_S, headers=headers)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def row(self, name: str, path: str, **query: str) -> Row:
        """The median of several answers; a refusal is told, not measured."""
        answer = self._client.get(path, params=query)
        if answer.status_code not in (200, 204):
            return Row(name, "", f"{answer.status_code}: {answer.json().get('detail', '')}")
        before_s, runs = self.service.cpu_s(), 0

        def ask() -> None:
            nonlocal runs
            runs += 1
            self._client.get(path, params=query)

        taken_ms = milliseconds(ask)
        cpu_ms = 1000 * (self.service.cpu_s() - before_s) / runs
        return Row(name, f"{_sent_kb(answer):,.0f} kB sent", f"{taken_ms:,.1f} ms", f"{cpu_ms:,.1f} ms")

    def once(self, name: str, path: str) -> Row:
        """One answer, which is never so slow again."""
        before_s, begun = self.service.cpu_s(), time.perf_counter()
        answer = self._client.get(path).raise_for_status()
        taken_s = time.perf_counter() - begun
        return Row(
            name, f"{_sent_kb(answer):,.0f} kB sent", f"{taken_s:.2f} s", f"{self.service.cpu_s() - before_s:.2f} s"
        )


def _sent_kb(answer: httpx.Response) -> float:
    return answer.num_bytes_downloaded / 1000


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
