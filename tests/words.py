"""Every English template that a reader can meet, found in the sources themselves.

`python -m tests.words` lists those that the Chinese catalogue lacks, as a .po fragment.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from babel.messages.extract import extract_from_file

from geo_service.pages import MENU_TITLES, PAGES
from geo_service.words import words_of
from layers.casework import KIND_TITLES
from layers.catalogue import categories
from layers.clock_data import shipped_days
from layers.imports import PHASES
from layers.rules.acts import ACTS, NEED_TITLES
from layers.rules.appeals import LEVEL_TITLES
from layers.rules.bulletin import COUNT_TITLES as BULLETIN_TITLES
from layers.rules.campaigns import TARGET_TITLES
from layers.rules.clocks import CLOCK_TITLES
from layers.rules.deadlines import STAGE_TITLES
from layers.rules.digest import SECTION_TITLES
from layers.rules.enforcement import OUTCOME_TITLES
from layers.rules.escalation import ADDRESSEE_TITLES, OBJECT_TITLES, STEP_TITLES
from layers.rules.indicators import COUNT_TITLES, RATES
from layers.rules.lifecycle import FIELD_TITLES, MOVES, PHOTO_TITLES, STATE_TITLES
from layers.rules.look_backs import RESULT_TITLES
from layers.rules.measures import KIND_TITLES as MEASURE_TITLES
from layers.rules.measures import UNIT_TITLES
from layers.rules.notices import URGENCY_TITLES
from layers.rules.progress import STATUS_TITLES
from layers.rules.roles import ROLE_TITLES, SOURCE_TITLES
from layers.rules.sending import CHANNEL_TITLES
from layers.schema import GEOMETRY_TYPES, Kind
from maps.words import templates

ROOT = Path(__file__).parent.parent
PACKAGES = ("geo_service", "layers", "maps")
TABLES = (
    COUNT_TITLES, LEVEL_TITLES, OUTCOME_TITLES, RESULT_TITLES, KIND_TITLES, NEED_TITLES, FIELD_TITLES, PHOTO_TITLES,
    SOURCE_TITLES, ROLE_TITLES, CLOCK_TITLES, STAGE_TITLES, STEP_TITLES, OBJECT_TITLES, ADDRESSEE_TITLES,
    STATUS_TITLES, TARGET_TITLES,
    MEASURE_TITLES, UNIT_TITLES, SECTION_TITLES, BULLETIN_TITLES, URGENCY_TITLES, CHANNEL_TITLES,
)  # fmt: skip


def every_template() -> set[str]:
    """All templates of Python, JavaScript, pages and tables."""
    return {
        *_in_python(),
        *_in_pages(),
        *templates(),
        *STATE_TITLES.values(),
        *(move.title for move in MOVES),
        *(act.title for act in ACTS.values()),
        *(rate.title for rate in RATES),
        *(title for table in TABLES for title in table.values()),
        *(stage.label for category in categories() for stage in category.stages),
        *(one.name for one in shipped_days()),
        *(page.title for page in PAGES.values()),
        *MENU_TITLES.values(),
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
