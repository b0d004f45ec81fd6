"""Elements: each Python class with its script; data reach the page as data."""

import inspect
import json
from importlib import import_module
from pathlib import Path

import pytest

import maps.elements
from maps.assets import load_assets
from maps.element import MapElement, dumps
from maps.words import dictionary, templates

PYTHON = Path(maps.elements.__file__).parent
SCRIPTS = PYTHON.parent / "frontend" / "src" / "elements"
STEMS = sorted({path.stem for path in PYTHON.glob("*.py")} - {"__init__"})


def classes(stem: str) -> list[type[MapElement]]:
    module = import_module(f"maps.elements.{stem}")
    found = [value for value in vars(module).values() if inspect.isclass(value) and value.__module__ == module.__name__]
    return [value for value in found if issubclass(value, MapElement)]


def test_every_element_has_a_script_and_every_script_an_element() -> None:
    assert {path.stem for path in SCRIPTS.glob("*.js")} == set(STEMS)


@pytest.mark.parametrize("stem", STEMS)
def test_an_element_loads_the_script_of_its_name(stem: str) -> None:
    assert [element.module for element in classes(stem)] == [stem]


@pytest.mark.parametrize("stem", STEMS)
def test_the_built_front_end_has_the_script(stem: str) -> None:
    assert f"elements/{stem}.js" in load_assets().files


@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "{% raw %}", "{# gone #}", "</script>", "`${alert(1)}`", "\u2028", "'\"\\", "😀"]
)
def test_json_keeps_any_text_as_it_is(text: str) -> None:
    assert json.loads(dumps({"name": text})) == {"name": text}


@pytest.mark.parametrize("mark", ["{{", "{%", "{#"])
def test_json_hides_what_a_template_would_act_on(mark: str) -> None:
    assert mark not in dumps({"name": mark, mark: {"x": [mark]}})


def test_json_refuses_what_is_not_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"area": float("nan")})


def test_words_of_scripts_looks_and_fields_are_templates() -> None:
    known = set(templates())
    assert {"Draw a parcel", "Being handled", "Chainage from", "Clean zones"} <= known


def test_a_dictionary_leaves_out_what_is_not_translated() -> None:
    assert dictionary(lambda text: "逾期" if text == "Overdue" else text) == {"Overdue": "逾期"}
