"""The pages' own HTML: Jinja templates, filled with data that is always escaped.

`render` gives the fragment round a map (`<!--map-->` marks where the map goes), for
`maps.compose.compose`; `plain_document` gives the whole document of a page without a map. Both
languages share one template: words go through `_`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from geo_service import help_tables
from layers.personal_data import PERSONAL_DATA
from layers.rules.clean_zones import Parameters
from maps.compose import plain_assets

TEMPLATES = Environment(
    loader=PackageLoader("geo_service", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["personal_data"] = PERSONAL_DATA
TEMPLATES.globals["tables"] = help_tables
TEMPLATES.globals["clean"] = Parameters()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, its English title (the key of the translation), whether it holds a map.

    `menu` says where the bar offers it: "main" in its row; "more", "maps", "office" and "administration" under
    "More" (the last three by name, "more" by its address); "public" in the row of who has not signed in, under "More"
    for others; "" nowhere.
    """

    name: str
    path: str
    title: str
    icon: str
    has_map: bool = True
    menu: str = "main"


_PAGES = (
    Page("home", "/", "Home", "home", has_map=False),
    Page("open-problems", "/maps/open-problems", "Problems", "alert"),
    Page("report", "/report", "Report a problem", "plus", menu="public"),
    Page("clean-zones", "/maps/clean-zones", "Clean zones", "check"),
    Page("my-road", "/maps/my-road", "My road", "road"),
    Page("parcels", "/maps/parcels", "Parcels", "area"),
    Page("hotspots", "/maps/hotspots", "Hotspots", "target"),
    Page("coverage", "/maps/coverage", "Patrol coverage", "line", menu="more"),
    Page("frontages", "/maps/frontages", "Frontages", "list", menu="more"),
    Page("rebounds", "/maps/rebounds", "Rebounds", "undo", menu="more"),
    Page("work-faces", "/maps/work-faces", "Work faces", "seam", menu="more"),
    Page("dashboard", "/dashboard", "Indicators", "chart", has_map=False, menu="office"),
    Page("progress", "/progress", "Progress", "flag", has_map=False, menu="office"),
    Page("inbox", "/inbox", "Inbox", "bell", has_map=False, menu="more"),
    Page("bulletin", "/bulletin", "Bulletin", "report", has_map=False, menu="more"),
    Page("admin", "/admin", "Overview", "gear", has_map=False, menu="administration"),
    Page("import", "/admin/import", "Import", "upload", menu="administration"),
    Page("rules", "/admin/rules", "Categories and rules", "rules", has_map=False, menu="administration"),
    Page("calendar", "/admin/calendar", "Calendar and escalation", "calendar", has_map=False, menu="administration"),
    Page("campaigns", "/admin/campaigns", "Campaigns", "flag", has_map=False, menu="administration"),
    Page("basemaps", "/admin/basemaps", "Basemaps", "layers", has_map=False, menu="administration"),
    Page("channels", "/admin/channels", "Subscriptions", "send", has_map=False, menu="more"),
    Page("accounts", "/admin/accounts", "Accounts", "person", has_map=False, menu="administration"),
    Page("audit", "/admin/audit", "Audit", "list", has_map=False, menu="administration"),
    Page("account", "/account", "My account", "person", has_map=False, menu=""),
    Page("login", "/login", "Sign in", "person", has_map=False, menu=""),
    Page("privacy", "/admin/privacy", "Privacy", "lock", has_map=False, menu="administration"),
    Page("help", "/help", "Help", "help", has_map=False),
)

PAGES: dict[str, Page] = {page.name: page for page in _PAGES}
UNLISTED = {
    "receipt": Page("receipt", "", "My report", "file", has_map=False, menu=""),  # reached by a link alone
    "refused": Page("refused", "", "Not allowed", "lock", has_map=False, menu=""),  # instead of a page for others
}
MENU_TITLES = {"maps": "Maps", "office": "Office", "administration": "Administration"}


def _menu_of(page: Page) -> str:
    """The group under "More"; a page that names none is grouped by its address."""
    by_address = {"/maps/": "maps", "/admin": "administration"}
    found = next((group for start, group in by_address.items() if page.path.startswith(start)), "office")
    return found if page.menu in ("more", "public") else page.menu


def _menu(shown: Iterable[Page]) -> list[tuple[str, list[Page]]]:
    """What is offered under "More": the title of each group with its pages."""
    offered = list(shown)
    groups = [(title, [page for page in offered if _menu_of(page) == name]) for name, title in MENU_TITLES.items()]
    return [(title, pages) for title, pages in groups if pages]


def render(name: str, **context: object) -> str:
    """The HTML of the page `name`; KeyError when there is none.

    `context` holds `_` (translate: English template → text), `lang` ("zh" or "en"), `theme` ("light",
    "dark" or "auto"), `town` (name, demo, bounds, attribution), `query` (the address's query as a dict,
    which the switches keep), `standalone`, `caller` (who has asked for it) and `may` (whether they may open an
    address). A name that is missing raises `jinja2.UndefinedError`.
    """
    shown = {one.name: one for one in _PAGES if one.path and context["may"](one.path)}  # type: ignore[operator]
    template = TEMPLATES.get_template(name.replace("-", "_") + ".html.j2")
    return template.render(page={**PAGES, **UNLISTED}[name], pages=shown, more=_menu(shown.values()), **context)


def plain_document(name: str, *, page: Mapping[str, Any], nonce: str, **context: object) -> str:
    """The document of a page without a map: `page` and `nonce` as for `maps.compose.compose`."""
    head, scripts = plain_assets(name, page=page, nonce=nonce)
    return render(name, head=Markup(head), scripts=Markup(scripts), **context)  # noqa: S704 (our own markup)
