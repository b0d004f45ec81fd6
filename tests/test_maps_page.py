"""Pages: our own assets, a nonce on every script, small, stable, and safe with any text."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import folium
import pytest
from branca.element import JavascriptLink

from maps.assets import STATIC, Assets, load_assets
from maps.compose import PAGES, compose, page_of, plain_assets
from maps.servicemap import ServiceFigure, ServiceMap, UnknownLink
from maps.words import templates

NONCE = "abc123"
EVIL = "</script><script>alert(1)</script><!-- {{ 7*7 }} ${1} ' \" `"
ADDRESS = re.compile(r"(?:https?:)?//[\w.-]+\.\w+")
TOWN = {"name": "南麻街道", "bounds": [118.1, 36.1, 118.3, 36.3], "attribution": ["© 某某"]}


def page(**changes: Any) -> dict[str, Any]:
    said = {"lang": "zh", "theme": "auto", "now": "2021-12-20T02:00:00Z", "api": "/api/v1", "words": {}, "town": TOWN}
    return {**said, "params": {}, **changes}


def page_json(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="geo-page">(.*?)</script>', html, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.fixture
def figure() -> Callable[[], ServiceFigure]:
    def make() -> ServiceFigure:
        assets = load_assets()
        return ServiceFigure(page=page_of("test", page(), assets), title="t", assets=assets, nonce=NONCE)

    return make


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_no_other_host(name: str) -> None:
    assert ADDRESS.findall(compose(name, page=page(), nonce=NONCE)) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_script_bears_the_nonce_or_is_data(name: str) -> None:
    html = compose(name, page=page(), nonce=NONCE)
    openings = re.findall(r"<script\b[^>]*>", html)
    code = [opening for opening in openings if "application/json" not in opening]
    assert code
    assert all(f'nonce="{NONCE}"' in opening for opening in code)


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    html = compose(name, page=page(), nonce=NONCE)
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    assert named
    assert [path for path in named if not (STATIC / path).is_file()] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small_in_any_language(name: str) -> None:
    words = {template: f"{template}（译文）" for template in templates()}
    html = compose(name, page=page(words=words), nonce=NONCE)
    assert len(gzip.compress(html.encode())) <= 30_000


@pytest.mark.parametrize("name", PAGES)
def test_the_same_page_is_the_same_text(name: str) -> None:
    assert compose(name, page=page(), nonce=NONCE) == compose(name, page=page(), nonce=NONCE)


def test_people_may_zoom_the_page() -> None:
    html = compose("parcels", page=page(), nonce=NONCE)
    assert html.count('name="viewport"') == 1
    assert "user-scalable" not in html
    assert "maximum-scale" not in html


@pytest.mark.parametrize(("lang", "said"), [("zh", "zh-CN"), ("en", "en")])
def test_the_document_says_its_language(lang: str, said: str) -> None:
    assert f'<html lang="{said}"' in compose("parcels", page=page(lang=lang), nonce=NONCE)


def test_the_page_tells_scripts_what_they_need() -> None:
    told = page_json(compose("hotspots", page=page(params={"station": "NM01"}), nonce=NONCE))
    assert told["name"] == "hotspots"
    assert told["params"] == {"station": "NM01"}
    assert told["styles"]["groups"]["problems"]
    assert told["standalone"] is False


def test_text_of_users_stays_data() -> None:
    town = {**TOWN, "name": EVIL, "attribution": [EVIL]}
    layer = {"name": "own_x", "title": EVIL, "own": True, "fields": [{"name": "f", "title": EVIL}]}
    html = compose("parcels", page=page(town=town, layers=[layer], params={"q": EVIL}), nonce=NONCE)
    assert "<script>alert" not in html
    assert "49" not in re.findall(r"<title>(.*?)</title>", html)[0]
    assert page_json(html)["town"]["name"] == EVIL
    assert page_json(html)["layers"][0]["title"] == EVIL


def test_a_template_in_a_layers_title_is_not_run() -> None:
    layer = {"name": "own_x", "title": "{{ 7 * 7 }}{% set a = 1 %}", "own": True, "fields": []}
    mounts = re.findall(r"geo\.mount\(.legend.*?\);\n?", compose("parcels", page=page(layers=[layer]), nonce=NONCE))
    assert len(mounts) == 1
    assert json.loads('"' + re.findall(r'"added":\["(.*?)"\]', mounts[0])[0] + '"') == layer["title"]


def test_the_map_stands_where_the_shell_says() -> None:
    html = compose("parcels", page=page(), shell="<header>a</header><!--map--><aside>b</aside>", nonce=NONCE)
    assert html.index("<header>a") < html.index('class="folium-map"') < html.index("<aside>b")


def test_a_folium_link_that_we_have_no_copy_of_is_an_error(figure: Callable[[], ServiceFigure]) -> None:
    made = figure()
    ServiceMap(made, bounds=(0, 0, 1, 1))
    made.header.add_child(JavascriptLink("https://cdn.example.org/x.js"), name="some_plugin")
    with pytest.raises(UnknownLink, match="some_plugin"):
        made.document("")


def test_every_link_of_a_folium_map_is_known(figure: Callable[[], ServiceFigure]) -> None:
    made = figure()
    folium.FeatureGroup("x").add_to(ServiceMap(made, bounds=(0, 0, 1, 1)))
    assert ADDRESS.findall(made.document("")) == []


def test_a_figure_is_rendered_once(figure: Callable[[], ServiceFigure]) -> None:
    made = figure()
    ServiceMap(made, bounds=(0, 0, 1, 1))
    first = made.document("")
    folium.FeatureGroup("later").add_to(made)
    assert made.document("") == first


def test_ids_follow_the_order_in_the_tree(figure: Callable[[], ServiceFigure]) -> None:
    made = figure()
    ServiceMap(made, bounds=(0, 0, 1, 1))
    assert 'id="map_1"' in made.document("")


def test_a_page_without_a_map_has_the_bus_and_the_sheets() -> None:
    head, scripts = plain_assets("home", page=page(), nonce=NONCE)
    assert page_json(head)["name"] == "home"
    assert "loader.js" in scripts
    assert "leaflet.js" not in scripts + head


def test_without_a_build_the_error_says_what_to_run(tmp_path: Any) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m maps\.frontend\.build"):
        load_assets(tmp_path)


def test_a_file_that_was_not_built_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.js"):
        load_assets().url("nothing.js")


def test_imports_are_found_to_the_last() -> None:
    assets: Assets = replace(load_assets(), imports={"a": ("b", "c"), "b": ("d", "a"), "d": ("c",)})
    assert assets.with_imports(["a"]) == ("a", "b", "c", "d")
