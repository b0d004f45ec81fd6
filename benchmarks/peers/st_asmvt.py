"""The most that the database itself can do: one prepared ST_AsMVT for each request, and no framework round it.

An ASGI application of the peers' environment: `uvicorn benchmarks.peers.st_asmvt:app`, the database in DATABASE_URL.
"""

import json
import os

import asyncpg

STATEMENT = """
WITH tile AS (SELECT ST_TileEnvelope($1, $2, $3) AS box, ST_TileEnvelope($1, $2, $3, margin => 16.0 / 4096) AS wider)
SELECT ST_AsMVT(row, '{layer}', 4096, 'shape', 'id') FROM (
  SELECT id, {fields}, ST_AsMVTGeom(geom, tile.box, 4096, 16, true) AS shape
  FROM {layer}_3857, tile WHERE geom && tile.wider
) AS row
"""
STATEMENTS = {
    layer: STATEMENT.format(layer=layer, fields=", ".join(fields))
    for layer, fields in json.loads(os.environ.get("TILE_FIELDS", "{}")).items()
}


class App:
    """Answers /LAYER/Z/X/Y."""

    async def __call__(self, scope, receive, send):
        """One tile; or the beginning and the end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        _, layer, *numbers = scope["path"].split("/")
        body = await self._pool.fetchval(STATEMENTS[layer], *map(int, numbers))
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive, send):
        while True:
            kind = (await receive())["type"]
            if kind == "lifespan.startup":
                self._pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=4)
            else:
                await self._pool.close()
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return


app = App()
