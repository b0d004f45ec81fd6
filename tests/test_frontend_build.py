"""The front end's build: what it leaves behind, and that it stays the same."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import brotli
import pytest

from maps.assets import STATIC, Assets, load_assets
from maps.frontend import build

LOCK = json.loads((build.FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
PACKAGE = json.loads((build.FRONTEND / "package.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def assets() -> Assets:
    build.build()
    return load_assets()


def test_the_address_changes_with_the_sources(assets: Assets) -> None:
    assert assets.base == f"/static/{build.source_hash()}/"


def test_a_second_build_does_nothing(assets: Assets) -> None:
    before = {path: path.stat().st_mtime_ns for path in STATIC.rglob("*")}
    build.build()
    assert {path: path.stat().st_mtime_ns for path in STATIC.rglob("*")} == before


def test_the_manifest_tells_the_hash_of_every_file(assets: Assets) -> None:
    told = json.loads((assets.folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    real = {name: hashlib.sha256((assets.folder / name).read_bytes()).hexdigest() for name in told}
    assert told == real


def test_every_text_lies_there_compressed_both_ways(assets: Assets) -> None:
    for name in assets.files:
        plain = (assets.folder / name).read_bytes()
        assert gzip.decompress((assets.folder / f"{name}.gz").read_bytes()) == plain, name
        assert brotli.decompress((assets.folder / f"{name}.br").read_bytes()) == plain, name


def test_what_a_module_imports_is_there(assets: Assets) -> None:
    assert {other for others in assets.imports.values() for other in others} <= assets.files


def test_every_package_that_ships_comes_with_its_licence(assets: Assets) -> None:
    licences = assets.text("licences.txt")
    for name in PACKAGE["dependencies"]:
        version = LOCK["packages"][f"node_modules/{name}"]["version"]
        assert re.search(rf"^{re.escape(name)} {re.escape(version)} \(.+\)$", licences, re.MULTILINE), name
    assert "Volodymyr Agafonkin" in licences


def test_the_lock_names_no_registry() -> None:
    assert "resolved" not in json.dumps(LOCK)


def test_versions_are_exact() -> None:
    wanted = {**PACKAGE["dependencies"], **PACKAGE["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_the_first_visit_of_a_map_weighs_little(assets: Assets) -> None:
    glayer = assets.matching("chunks/glayer-")
    elements = [name for name in assets.files if name.startswith("elements/") and name != "elements/drawing.js"]
    visit = assets.with_imports(["leaflet.js", "loader.js", "surface/surface.js", *elements, *glayer])
    names = [
        *visit,
        "styles/map.css",
        "maplibre-worker.mjs",
        *(n for n in ("shell/app.js", "styles/shell.css") if n in assets.files),
    ]
    weight = sum((assets.folder / f"{name}.br").stat().st_size for name in names)
    assert weight <= 600_000


def test_scripts_point_nowhere_outside(assets: Assets) -> None:
    theirs = ("chunks/glayer-", "elements/drawing.js")  # MapLibre and Geoman name their makers
    ours = [name for name in assets.files if name.endswith(".js") and not name.startswith(theirs)]
    found = {name: set(re.findall(r"https?://[\w.-]+", assets.text(name))) for name in ours}
    assert {address for addresses in found.values() for address in addresses} <= {"http://www.w3.org"}


def test_words_of_the_sources_are_found() -> None:
    assert {"Draw a parcel", "Use this", "Tap along the line, then “Use this”"} <= set(build.words())


def test_templates_in_all_quotes_are_words_and_other_calls_are_not() -> None:
    source = """t('one'); geo.t("two {n}", { n }); t(`three`); tell('four'); format.t2('five'); at('six')"""
    assert [hit["text"] for hit in build.WORDS.finditer(source)] == ["one", "two {n}", "three"]


def test_a_script_loses_the_address_of_its_map() -> None:
    assert build._without_source_map(b"a()\n//# sourceMappingURL=a.js.map\n") == b"a()\n"


def test_a_package_without_a_licence_file_gives_an_empty_text(tmp_path: Path) -> None:
    assert build._licence_text(tmp_path) == ""


def test_a_saved_file_carries_every_element_that_needs_no_service() -> None:
    """A page whose element the standalone script lacks would be saved without its data."""
    sources = Path(__file__).parent.parent / "maps" / "frontend" / "src"
    elements = {path.stem for path in (sources / "elements").glob("*.js")} - {"basemap", "drawing", "past", "search"}
    carried = set(re.findall(r"from './elements/(\w+)\.js'", (sources / "standalone.js").read_text("utf-8")))
    assert carried == elements
