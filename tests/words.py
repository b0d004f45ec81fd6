"""Every English template that a reader can meet, found in the sources themselves.

`python -m tests.words` lists those that the Chinese catalogue lacks, as a .po fragment.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from babel.messages.extract import extract_from_file

from geo_service.pages import PAGES
from geo_service.words import words_of
from layers.imports import PHASES
from layers.rules.lifecycle import MOVES, STATE_TITLES
from layers.schema import GEOMETRY_TYPES, Kind
from maps.words import templates

ROOT = Path(__file__).parent.parent
PACKAGES = ("geo_service", "layers", "maps")


def every_template() -> set[str]:
    """All templates of Python, JavaScript, pages and tables."""
    return {
        *_in_python(),
        *_in_pages(),
        *templates(),
        *STATE_TITLES.values(),
        *(move.title for move in MOVES),
        *(page.title for page in PAGES.values()),
        *get_args(Kind),
        *(type_.removeprefix("Multi") for types in GEOMETRY_TYPES.values() for type_ in types),
        *PHASES,
    } - {""}


def missing() -> list[str]:
    """The templates without a Chinese text."""
    known = words_of("zh").entries
    return sorted(template for template in every_template() if template not in known)


def _in_python() -> Iterator[str]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "node_modules" not in path.parts:
                yield from _templates(ast.parse(path.read_text(encoding="utf-8")))


def _templates(tree: ast.AST) -> Iterator[str]:
    """The first argument of msg(…), and the kind named by NotFound(…)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("msg", "NotFound"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _in_pages() -> Iterator[str]:
    for path in (ROOT / "geo_service" / "pages").glob("*.j2"):
        for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", str(path), keywords={"_": None}):
            yield message if isinstance(message, str) else message[0]


if __name__ == "__main__":
    for template in missing():
        quoted = template.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        print(f'msgid "{quoted}"\nmsgstr ""\n')
