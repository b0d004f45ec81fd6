"""The pages' own HTML: Jinja templates, filled with data that is always escaped.

`render` gives the fragment round a map (`<!--map-->` marks where the map goes), for
`maps.compose.compose`; `plain_document` gives the whole document of a page without a map. Both
languages share one template: words go through `_`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from maps.compose import plain_assets

TEMPLATES = Environment(
    loader=PackageLoader("geo_service", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, its English title (the key of the translation), whether it holds a map."""

    name: str
    path: str
    title: str
    icon: str
    has_map: bool = True


_PAGES = (
    Page("home", "/", "Home", "home", has_map=False),
    Page("open-problems", "/maps/open-problems", "Problems", "alert"),
    Page("clean-zones", "/maps/clean-zones", "Clean zones", "check"),
    Page("my-road", "/maps/my-road", "My road", "road"),
    Page("parcels", "/maps/parcels", "Parcels", "area"),
    Page("hotspots", "/maps/hotspots", "Hotspots", "target"),
    Page("import", "/admin/import", "Import", "upload"),
    Page("help", "/help", "Help", "help", has_map=False),
)

PAGES: dict[str, Page] = {page.name: page for page in _PAGES}


def render(name: str, **context: object) -> str:
    """The HTML of the page `name`; KeyError when there is none.

    `context` holds `_` (translate: English template → text), `lang` ("zh" or "en"), `theme` ("light",
    "dark" or "auto"), `town` (name, demo, bounds, attribution), `query` (the address's query as a dict,
    which the switches keep) and `standalone`. A name that is missing raises `jinja2.UndefinedError`.
    """
    template = TEMPLATES.get_template(name.replace("-", "_") + ".html.j2")
    return template.render(page=PAGES[name], pages=PAGES, **context)


def plain_document(name: str, *, page: Mapping[str, Any], nonce: str, **context: object) -> str:
    """The document of a page without a map: `page` and `nonce` as for `maps.compose.compose`."""
    head, scripts = plain_assets(name, page=page, nonce=nonce)
    return render(name, head=Markup(head), scripts=Markup(scripts), **context)  # noqa: S704 (our own markup)
