"""A folium map as a page of ours: our own assets, a CSP nonce, stable ids, rendered once."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink

from maps import styles
from maps.assets import Assets
from maps.element import MapElement, dumps_for_html
from maps.looks import THEMES

MAP_PLACE = "<!--map-->"
HTML_LANG = {"zh": "zh-CN", "en": "en"}
VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover"

# folium's link by name → our file; None: not needed here. A name that is not listed is an error.
LINKS: dict[str, str | None] = {
    "leaflet": "leaflet.js",
    "leaflet_css": None,  # part of styles/map.css
    "jquery": None,
    "bootstrap": None,
    "bootstrap_css": None,
    "glyphicons_css": None,
    "awesome_markers": None,
    "awesome_markers_css": None,
    "awesome_markers_font_css": None,
    "awesome_rotate_css": None,
}


class UnknownLink(LookupError):
    """A folium element asks for a file of which we serve no copy."""


class ServiceFigure(Figure):
    """The document round a map. `page` is what the scripts read as `geo.page`."""

    def __init__(self, *, page: Mapping[str, Any], title: str, assets: Assets, nonce: str):
        super().__init__(title=title)
        self.page, self.assets, self.nonce = page, assets, nonce
        self.header._children.clear()
        self._rendered: str | None = None

    def document(self, shell: str) -> str:
        """The page with the map where `shell` (trusted HTML of our own) holds `<!--map-->`.

        Without that mark the map comes after the shell. Rendered once:
        a second call gives the same text.
        """
        if self._rendered is None:
            number(self)
            for child in self._children.values():
                child.render()
            self._rendered = self._standalone(shell) if self.page["standalone"] else self._online(shell)
        return self._rendered

    def _online(self, shell: str) -> str:
        links = self._links()
        sheets = [*self._style_sheets(), *(name for name in links if name.endswith(".css"))]
        scripts = ["leaflet.js", "loader.js", *(name for name in links if name.endswith(".js"))]
        head = [
            *(f'<link rel="stylesheet" href="{self.assets.url(name)}">' for name in dict.fromkeys(sheets)),
            variables(),
            page_data(self.page),
            words_script(self.page, self.nonce),
            *(
                f'<script defer nonce="{self.nonce}" src="{self.assets.url(name)}"></script>'
                for name in dict.fromkeys(scripts)
            ),
            *(f'<link rel="modulepreload" href="{self.assets.url(name)}">' for name in self._early()),
            *self._snippets(),
        ]
        body = [
            place(shell, self.html.render()),
            f'<script type="module" nonce="{self.nonce}">{self.script.render()}</script>',
            shell_script(self.assets, self.nonce) if shell else "",
        ]
        return document(self.page, str(self.title), head, body)

    def _standalone(self, shell: str) -> str:
        """One file that needs no other and no network: every script, sheet and datum is inside."""
        self._links()
        names = ["standalone.js", "classic/shell/app.js"] if shell else ["standalone.js"]
        texts = [self.assets.text(name) for name in names if name in self.assets.files]
        scripts = [inline(text, "script") for text in (texts[0], self.script.render(), *texts[1:])]
        head = [
            f'<meta http-equiv="Content-Security-Policy" content="{file_policy(scripts)}">',
            *(f"<style>{inline(self.assets.text(name), 'style')}</style>" for name in self._style_sheets()),
            variables(),
            page_data(self.page),
        ]
        body = [place(shell, self.html.render()), *(f"<script>{script}</script>" for script in scripts)]
        return document(self.page, str(self.title), head, body)

    def _style_sheets(self) -> list[str]:
        """The map's sheet, those of its elements, and the shell's."""
        elements = [f"styles/{module}.css" for module in self._modules()]
        return [n for n in ("styles/map.css", *elements, "styles/shell.css") if n in self.assets.files]

    def _modules(self) -> list[str]:
        return [element.module for element in walk(self) if isinstance(element, MapElement)]

    def _links(self) -> list[str]:
        """The files of ours that folium's elements need; UnknownLink for one that we do not have."""
        needed = []
        for name, element in self.header._children.items():
            if isinstance(element, JavascriptLink | CssLink):
                if name not in LINKS:
                    raise UnknownLink(f"{name} ({element.url}) has no copy of ours; see maps.servicemap.LINKS")
                needed.append(LINKS[name])
        return [name for name in needed if name]

    def _snippets(self) -> list[str]:
        """What else folium's elements put into the head; their scripts get the nonce."""
        others = (el for el in self.header._children.values() if not isinstance(el, JavascriptLink | CssLink))
        return [element.render().replace("<script>", f'<script nonce="{self.nonce}">') for element in others]

    def _early(self) -> tuple[str, ...]:
        """The modules that the page asks for at once instead of one after the other."""
        elements = [f"elements/{module}.js" for module in self._modules()]
        roots = ["surface/surface.js", *elements, *self.assets.matching("chunks/glayer-")]
        return self.assets.with_imports(dict.fromkeys(roots))


class ServiceMap(folium.Map):
    """A folium map that lives in a ServiceFigure; `bounds` is (west, south, east, north) in EPSG:4326."""

    def __init__(self, figure: ServiceFigure, *, bounds: Sequence[float], min_zoom: int = 6, max_zoom: int = 20):
        west, south, east, north = bounds
        super().__init__(
            location=((south + north) / 2, (west + east) / 2),
            zoom_start=13,
            tiles=None,
            zoom_control=False,
            min_zoom=min_zoom,
            max_zoom=max_zoom,
            zoom_snap=0.25,
            attribution_control=False,
        )
        self.figure = figure
        figure.add_child(self)
        self.bounds = tuple(bounds)
        self.options.update(min_zoom=min_zoom, max_zoom=max_zoom)

    def render(self, **kwargs: Any) -> str:
        """Render map, then `geo.start`, then the elements: a script must find what it names."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        name, script = self.get_name(), self.figure.script
        start = Element(f"geo.start({name}, {dumps_for_html(self.bounds)});")
        script.add_child(start, name=f"start_{name}", index=list(script._children).index(name) + 1)
        self.figure.header._children.pop(name, None)  # sizes, and a viewport that forbids zooming
        return ""


def walk(element: Element) -> Iterator[Element]:
    """The element and all below it, parents first."""
    yield element
    for child in element._children.values():
        yield from walk(child)


def number(root: Element) -> None:
    """Give every element an id by its place in the tree, so that equal maps are equal texts."""
    for count, element in enumerate(walk(root)):
        element._id = str(count)


def document(page: Mapping[str, Any], title: str, head: Sequence[str], body: Sequence[str]) -> str:
    """A whole HTML document of the parts, which are trusted markup; title and language are escaped."""
    lang = escape(HTML_LANG.get(str(page["lang"]), str(page["lang"])))
    theme, name = escape(str(page["theme"])), escape(str(page["name"]))
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{lang}" data-theme="{theme}">',
        "<head>",
        '<meta charset="utf-8">',
        f"<title>{escape(title)}</title>",
        f'<meta name="viewport" content="{VIEWPORT}">',
        '<link rel="icon" href="data:,">',
        *head,
        "</head>",
        f'<body data-page="{name}">',
        *body,
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines)


def place(shell: str, map_html: str) -> str:
    """The shell with the map in its place."""
    if MAP_PLACE in shell:
        return shell.replace(MAP_PLACE, map_html, 1)
    return f"{shell}\n{map_html}"


def inline(text: str, element: str) -> str:
    """The text of a script or sheet so that it can stand inside its element without ending it.

    >>> inline("a = '</script>'", "script")
    "a = '\\\\x3C/script>'"
    """
    return re.sub(rf"<(?=/{element}|!--)", r"\\x3C" if element == "script" else "", text, flags=re.IGNORECASE)


def file_policy(scripts: Sequence[str]) -> str:
    """The content security policy of a standalone file: its own scripts by hash, and no network at all."""
    hashes = (b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    sources = " ".join(f"'sha256-{value}'" for value in hashes)
    return f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data: blob:"


def shell_script(assets: Assets, nonce: str) -> str:
    """The script of the page round the map, when there is one."""
    if "shell/app.js" not in assets.files:
        return ""
    return f'<script type="module" nonce="{nonce}" src="{assets.url("shell/app.js")}"></script>'


def page_data(page: Mapping[str, Any]) -> str:
    """What the scripts read as `geo.page`: data, not code."""
    elsewhere = {"words"} if page.get("words_src") else set()
    said = {name: value for name, value in page.items() if name not in elsewhere}
    return f'<script type="application/json" id="geo-page">{dumps_for_html(said)}</script>'


def words_script(page: Mapping[str, Any], nonce: str) -> str:
    """The script that brings the words of the page's language, before any script that says one."""
    source = page.get("words_src")
    return f'<script defer nonce="{nonce}" src="{escape(str(source))}"></script>' if source else ""


def variables() -> str:
    """The style table's colours as CSS variables, by theme."""
    light, dark = (styles.css_variables(theme) for theme in THEMES)
    return (
        f"<style>:root{{{light}}}:root[data-theme=dark]{{{dark}}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}</style>"
    )
