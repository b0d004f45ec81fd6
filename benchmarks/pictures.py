"""How long the service takes for a picture or a sheet of every map of the demo town: `python -m benchmarks.pictures`.

The budget is one second for a picture. The processor's time holds that of the press, a process of its own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.service import Asked, Running
from benchmarks.table import Row, heading, table

MAPS = ("open-problems", "clean-zones", "parcels", "hotspots", "coverage", "rebounds", "work-faces")
SIZE = {"width": "1280", "height": "800"}


def drawn(asked: Asked) -> Iterator[Row]:
    """Every map as a picture; one as sheets of paper, one as large as can be."""
    for name in MAPS:
        yield asked.row(f"{name}.png, 1280 × 800", f"/maps/{name}.png", **SIZE)
    yield asked.row("open-problems.png, 4000 × 4000", "/maps/open-problems.png", width="4000", height="4000")
    for size in ("A4", "A3"):
        yield asked.row(f"open-problems.pdf, {size}", "/maps/open-problems.pdf", size=size)


def main() -> None:
    """Plant the demo town, serve it, print the table."""
    with TemporaryDirectory(prefix="geo-service-bench-") as name:
        folder = Path(name)
        url = f"gpkg://{folder}/town.gpkg"
        own = {"GEO_SERVICE_STORE": url, "GEO_SERVICE_DATA_DIR": name}
        subprocess.run([sys.executable, "-m", "geo_service", "demo"], env={**os.environ, **own}, check=True)
        with Running(url, folder) as service, Asked(service) as asked:
            print(heading("Pictures of the demo town") + "\n" + table(list(drawn(asked))))


if __name__ == "__main__":
    main()
