"""Each page as a list of elements; `compose` makes the HTML of one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maps import styles
from maps.assets import Assets, load_assets
from maps.element import MapElement
from maps.elements.added import Added
from maps.elements.basemap import Basemap
from maps.elements.coverage import Coverage
from maps.elements.drawing import Drawing
from maps.elements.dust import Dust
from maps.elements.dust_samples import DustSamples
from maps.elements.frontages import Frontages
from maps.elements.ground import Ground
from maps.elements.hotspots import Hotspots
from maps.elements.legend import Legend
from maps.elements.measures import Measures
from maps.elements.parcels import Parcels
from maps.elements.past import Past
from maps.elements.problems import Problems
from maps.elements.rebounds import Rebounds
from maps.elements.roads import Roads
from maps.elements.search import Search
from maps.elements.selection import Selection
from maps.elements.stations import Stations
from maps.elements.work_faces import WorkFaces
from maps.elements.zones import Zones
from maps.servicemap import ServiceFigure, ServiceMap, page_data, shell_script, variables, words_script

Page = Mapping[str, Any]
Groups = Mapping[str, Sequence[str]]

CHINA = (73.0, 18.0, 135.0, 54.0)  # where the map of a town begins that has no data yet
NAMES = {"name", "名称", "title"}
OPEN_LOOKS = ("overdue", "open", "doing", "check", "paused")
OPEN_STATES = tuple(state for key in OPEN_LOOKS for state in styles.PROBLEMS.look(key).states)


@dataclass(frozen=True, slots=True)
class MapPage:
    """One map page: its English title, its elements, the layers that can be chosen, its legend."""

    title: str
    elements: Callable[[Page], Sequence[MapElement]]
    layers: tuple[str, ...]
    legend: Groups
    past: str = ""  # the element of which days of the past can be looked at


def open_problems(_: Page) -> list[MapElement]:
    """Problems that are not over, by state; the overdue ones stand out."""
    return [Problems(states=OPEN_STATES)]


def clean_zones(_: Page) -> list[MapElement]:
    """Where it is clean, where it is not, and where nobody knows."""
    return [Zones(), Problems(states=OPEN_STATES, min_zoom=15.5)]


def coverage(_: Page) -> list[MapElement]:
    """When both sides of the roads and the cells were last inspected, and what nobody sees."""
    return [Coverage()]


def my_road(page: Page) -> list[MapElement]:
    """One road chief's segments and what is wrong along them."""
    return [Roads(person=page["params"].get("person"))]


def parcels(page: Page) -> list[MapElement]:
    """Bare land, to look at and to draw; a saved file only shows it."""
    return [Parcels(), Measures()] if page["standalone"] else [Parcels(), Measures(), Drawing()]


def rebounds(_: Page) -> list[MapElement]:
    """What came back after it was put right, and where again and again."""
    return [Rebounds()]


def work_faces(_: Page) -> list[MapElement]:
    """Where areas and roads do not fit together."""
    return [WorkFaces()]


def hotspots(page: Page) -> list[MapElement]:
    """Where problems pile up round a station, and what may raise dust there."""
    station = page["params"].get("station")
    return [Hotspots(station=station), Stations(station=station), Dust(), Problems(states=OPEN_STATES)]


def frontages(_: Page) -> list[MapElement]:
    """Frontages by what their last check found, and samples of dust."""
    return [Frontages(), DustSamples()]


def imports(_: Page) -> list[MapElement]:
    """A plain map, on which an import shows its preview."""
    return []


def report(_: Page) -> list[MapElement]:
    """A plain map, on which somebody who has not signed in shows a place."""
    return []


PAGES: dict[str, MapPage] = {
    "open-problems": MapPage("Open problems", open_problems, ("problems",), {"problems": OPEN_LOOKS}, past="problems"),
    "clean-zones": MapPage(
        "Clean zones",
        clean_zones,
        ("zones", "problems"),
        {"zones": (), "zone_proof": (), "problems": OPEN_LOOKS},
        past="zones",
    ),
    "coverage": MapPage("Patrol coverage", coverage, ("coverage", "coverage_cells", "blind_spots"), {"coverage": ()}),
    "my-road": MapPage("My road", my_road, ("roads", "problems"), {"road_load": (), "corridor": (), "problems": ()}),
    "parcels": MapPage("Bare-land parcels", parcels, ("parcels",), {"parcels": (), "measures": ()}),
    "rebounds": MapPage("Rebounds", rebounds, ("rebounds", "chronic"), {"rebounds": ()}),
    "work-faces": MapPage("Work faces", work_faces, ("work_faces",), {"work_faces": ()}),
    "hotspots": MapPage(
        "Hotspots",
        hotspots,
        ("hotspots", "stations", "dust_sources", "problems"),
        {"hotspots": (), "stations": (), "dust_sources": (), "problems": OPEN_LOOKS},
    ),
    "frontages": MapPage(
        "Frontages and dust by the gram",
        frontages,
        ("frontages", "dust_samples"),
        {"frontages": (), "dust_samples": ("clean", "dusty")},
    ),
    "import": MapPage("Import", imports, (), {}),
    "report": MapPage("Report a problem", report, (), {}),
}


def compose(
    name: str,
    *,
    page: Page,
    shell: str = "",
    nonce: str = "",
    standalone_data: Mapping[str, Any] | None = None,
) -> str:
    """The HTML of the page `name`; KeyError when there is no such page.

    `page` holds lang, theme, now, api, words, town, params and, when the town has layers of its own,
    layers (as `/api/v1/layers` gives them); the rest of `geo.page` is filled in here. `shell` is
    trusted HTML of our own templates, with `<!--map-->` where the map belongs.

    With `standalone_data` (by element: GeoJSON, or what the element's own address answers) the page
    is one file that opens without any network.
    """
    described = PAGES[name]
    assets = load_assets()
    whole = page_of(name, page, assets, standalone_data)
    figure = ServiceFigure(page=whole, title=page_title(described.title, whole), assets=assets, nonce=nonce)
    made = ServiceMap(figure, bounds=page["town"].get("bounds") or CHINA)
    for element in _elements(described, whole):
        made.add_child(element)
    return figure.document(shell)


def _elements(described: MapPage, page: Page) -> list[MapElement]:
    """The ground, the page's own elements, the town's own layers, choosing, and the legend."""
    own = [layer for layer in page.get("layers", ()) if layer.get("own") and layer.get("show", True)]
    fields = {layer["name"]: [(f["name"], f["title"]) for f in layer.get("fields", ())] for layer in own}
    made: list[MapElement] = [Ground(), *described.elements(page)]
    if page.get("basemaps") and not page["standalone"]:
        made.append(Basemap(page["basemaps"]))
    if own:
        made.append(Added(list(fields), {layer: label_of(names) for layer, names in fields.items()}))
    made.append(Selection(described.layers, own_fields=fields))
    if described.legend or own:
        made.append(Legend(described.legend, added={layer["name"]: layer["title"] for layer in own}))
    if not page["standalone"]:
        made.append(Search())
        made += [Past(described.past)] if described.past else []
    return made


def label_of(fields: Sequence[tuple[str, str]]) -> str:
    """The field that labels an own layer's features: one that is called a name, else the code."""
    return next((name for name, title in fields if {name.lower(), title.lower()} & NAMES), "code")


def page_of(name: str, page: Page, assets: Assets, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the scripts read as `geo.page`: the given page, its name, the looks, the address of the assets."""
    whole = {**page, "name": name, "styles": styles.table(), "assets": assets.base, "standalone": data is not None}
    whole.setdefault("params", {})
    return {**whole, "data": data} if data is not None else whole


def page_title(title: str, page: Page) -> str:
    """The window's title: the page's and the town's."""
    said = page.get("words", {}).get(title, title)
    town = page["town"].get("name", "")
    return f"{said} · {town}" if town else str(said)


def plain_assets(name: str, *, page: Page, nonce: str) -> tuple[str, str]:
    """For a page without a map: the markup of its head, and of the scripts at the end of its body."""
    assets = load_assets()
    sheets = [n for n in ("styles/map.css", "styles/shell.css") if n in assets.files]
    head = [
        '<link rel="icon" href="data:,">',
        *(f'<link rel="stylesheet" href="{assets.url(sheet)}">' for sheet in sheets),
        variables(),
        page_data(page_of(name, page, assets)),
    ]
    loader = f'<script defer nonce="{nonce}" src="{assets.url("loader.js")}"></script>'
    return "\n".join(head), words_script(page, nonce) + loader + shell_script(assets, nonce)
