"""The table of attacks names tests that are there."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs/decisions/0012-attacks.md"
NAMED = re.compile(r"`((?:browser/)?test_\w+\.py)::(test_\w+)`")


def functions(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_every_row_has_tests_that_are_there():
    rows = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ") and "| tests |" not in line]
    assert len(rows) >= 20 and all(NAMED.search(row) for row in rows)
    missing = [(file, name) for row in rows for file, name in NAMED.findall(row) if name not in functions(TESTS / file)]
    assert missing == []
