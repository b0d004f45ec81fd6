"""The house's own rules, read from the sources: who imports whom, where SQL and JavaScript live."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("geo_service", "layers", "maps")
DRIVERS = {"sqlalchemy", "sqlite3", "pysqlite3", "psycopg", "alembic"}
GDAL = {"pyogrio", "osgeo", "fiona", "geopandas"}
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX|TRIGGER))\b", re.S
)
SCRIPT = re.compile(r"\b(document\.\w+|addEventListener|const\s+\w+\s*=|=>\s*[{(]|L\.(map|tileLayer|marker)\()")


def sources(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> set[str]:
    """The top-level names of everything imported, wherever in the module."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def texts(tree: ast.Module) -> Iterator[str]:
    """Every string of a module that is not a docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def users(names: set[str], *packages: str) -> set[str]:
    return {path for path, tree in sources(*packages) if imports(tree) & names}


def test_imports_go_down_only() -> None:
    assert users({"geo_service", "maps"}, "layers") == set()
    assert users({"geo_service"}, "maps") == set()


def test_only_the_store_imports_a_driver() -> None:
    outside = {path for path in users(DRIVERS, *PACKAGES) if not path.startswith("layers/store/")}
    assert outside == set()


def test_folium_stays_in_maps_and_fastapi_in_geo_service() -> None:
    assert users({"folium", "branca"}, "layers", "geo_service") == set()
    assert users({"fastapi", "starlette", "uvicorn"}, "layers", "maps") == set()


def test_gdal_is_imported_by_one_module_that_runs_in_a_process_of_its_own() -> None:
    assert users(GDAL, *PACKAGES) == {"layers/formats/gdal.py"}


def test_sql_is_written_in_the_store_only() -> None:
    written = {path for path, tree in sources(*PACKAGES) if any(SQL.search(text) for text in texts(tree))}
    assert {path for path in written if not path.startswith("layers/store/")} == set()


def test_no_javascript_in_python() -> None:
    written = {path for path, tree in sources(*PACKAGES) if any(SCRIPT.search(text) for text in texts(tree))}
    assert written - {"maps/element.py", "maps/servicemap.py"} == set()


def test_every_element_is_a_python_and_a_javascript_file_of_one_name() -> None:
    python = {path.stem for path in (ROOT / "maps/elements").glob("*.py")} - {"__init__"}
    script = {path.stem for path in (ROOT / "maps/frontend/src/elements").glob("*.js")}
    assert python == script != set()


def test_rules_know_neither_clock_nor_chance() -> None:
    hidden = {"time", "random", "secrets", "os"}
    assert users(hidden, "layers/rules") == set()


def test_no_file_is_longer_than_can_be_read() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.[pj][ys]")]
    own = [path for path in files if not {"node_modules", "static"} & set(path.parts)]
    long = {str(path.relative_to(ROOT)) for path in own if len(path.read_text("utf-8").splitlines()) > 400}
    assert long == set()


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git checkout")
def test_nothing_of_others_and_no_address_of_a_download_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]
    assert not [path for path in tracked if path.name.endswith((".min.js", ".min.css", ".mjs"))]
    option, packages, field = "-".join(("index", "url")), "|".join(("whl", "tgz")), "resolved"
    address = re.compile(rf'"{field}":|//[^ "\']+\.({packages})\b|--(extra-)?{option}')
    text = [path for path in tracked if path.suffix in (".json", ".txt", ".toml", ".md", ".yml", "")]
    assert not [path for path in text if address.search(path.read_text("utf-8", errors="ignore"))]
