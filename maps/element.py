"""The one template we own: it names an ES module of the front end and hands it JSON.

What a user wrote travels as JSON only. Branca renders a rendered script once more as a
template, so the JSON also hides the marks that a template would act on.
"""

import json
from collections.abc import Mapping

from branca.element import MacroElement
from jinja2 import Environment

TEMPLATE_MARKS = ("{{", "{%", "{#")  # never part of JSON's own signs, only of texts


def dumps(value: object, **_: object) -> str:
    """Compact JSON that no template acts on; ValueError for NaN and infinities.

    >>> dumps({"name": "{{ 7 * 7 }}"})
    '{"name":"{\\\\u007b 7 * 7 }}"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in TEMPLATE_MARKS:
        text = text.replace(mark, f"{mark[0]}\\u{ord(mark[1]):04x}")
    return text


def dumps_for_html(value: object) -> str:
    """JSON that can stand inside a <script> element: without <, > and &."""
    text = dumps(value)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _environment() -> Environment:
    environment = Environment(autoescape=False)  # noqa: S701 (the only values are JSON, by tojson)
    environment.policies["json.dumps_function"] = dumps
    return environment


class MapElement(MacroElement):
    """Something on a map: `module` is the stem of its script, `options` what the script is told.

    The script is `frontend/src/elements/MODULE.js`; its default export is called with
    `{geo, map, surface, options, data}`.
    """

    module = ""
    _template = _environment().from_string(
        "{% macro script(this, kwargs) %}geo.mount({{ this.module|tojson }}, {{ this.options|tojson }});{% endmacro %}"
    )

    def __init__(self, **options: object):
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = type(self).__name__
        self.options: Mapping[str, object] = options
