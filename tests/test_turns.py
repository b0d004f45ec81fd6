"""Long work has turns, and nobody has all of them; how often one client asks is counted within bounds."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.routing import APIRoute

from geo_service.app import ROUTERS
from geo_service.security.rates import _MOST_CLIENTS, Buckets
from geo_service.security.rules import RULES
from geo_service.turns import LONG_WORK, LONG_WORK_OF_THE_PAST, Turns
from layers.errors import TooMany
from layers.words import msg

WHOLE_LAYERS = {  # what everybody may ask for, and reads whole layers
    "/maps/{name}.html": LONG_WORK, "/api/v1/maps/{name}/saving": LONG_WORK, "/api/v1/problems/days": LONG_WORK,
    "/api/v1/analysis/clean-zones": LONG_WORK, "/api/v1/problems/summary": LONG_WORK_OF_THE_PAST,
}  # fmt: skip


def test_so_many_at_once_the_others_wait_and_one_client_has_not_all() -> None:
    asyncio.run(_so_many())


async def _so_many() -> None:
    turns, go, working = Turns(2, most=5, of_one=3, refusal=msg("Later.")), asyncio.Event(), []

    async def work(client: str) -> None:
        async with turns.turn(client):
            working.append(client)
            await go.wait()

    begun = [asyncio.create_task(work("10.0.0.1")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await work("10.0.0.1")
    begun += [asyncio.create_task(work("10.0.0.2")) for _ in range(2)]
    await asyncio.sleep(0.05)
    assert len(working) == 2
    with pytest.raises(TooMany):
        await work("10.0.0.3")
    go.set()
    await asyncio.gather(*begun)
    await work("10.0.0.1")
    assert len(working) == 6


def test_what_everybody_may_ask_for_and_reads_whole_layers_has_turns() -> None:
    routes = {route.path: route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)}
    for path, turn in WHOLE_LAYERS.items():
        assert ("GET", path) in RULES
        assert turn in routes[path].dependencies, path


def test_buckets_bear_more_clients_than_they_keep_from_many_threads() -> None:
    buckets = Buckets(2)
    ask = lambda number: buckets.wait_s(f"client {number}", at_s=number / 1e6)  # noqa: E731
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(3 * _MOST_CLIENTS))) == {0.0}
    assert len(buckets._left) <= _MOST_CLIENTS
    busy = Buckets(2)
    assert [busy.wait_s("busy", at_s=0.0) for _ in range(2)] == [0.0, 0.0]
    for number in range(_MOST_CLIENTS):
        busy.wait_s(f"idle {number}", at_s=0.0)
    assert busy.wait_s("busy", at_s=0.0) > 0  # who asks most is not forgotten
