"""The problem categories that ship with the service, as data (data/categories.csv).

Two levels: 大类 (two digits) and 小类 (four digits, the first two those of its 大类), as in the
classes of GB/T 30428.2. The groups and their members are those of the directive; the limits are
calendar days, by the practice of the cities whose tables are public (rubbish and dirty roads one day,
rubble four, green strips five, watercourses fifteen, unauthorised building twenty), sensible elsewhere.
"""

from csv import DictReader
from importlib.resources import files
from io import StringIO

from layers.model import Category


def categories() -> tuple[Category, ...]:
    """Every category, each 大类 before its 小类, in the order of the codes.

    >>> first, second = categories()[:2]
    >>> first.code, first.name_zh, second.code, second.parent, second.limit_days
    ('01', '农村人居环境', '0101', '01', 3)
    """
    text = files("layers").joinpath("data/categories.csv").read_text(encoding="utf-8")
    return tuple(_category(row) for row in DictReader(StringIO(text)))


def _category(row: dict[str, str]) -> Category:
    return Category(
        code=row["code"],
        parent=row["parent"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        geometry_types=tuple(row["geometry_types"].split()),
        limit_days=int(row["limit_days"]),
        weight=float(row["weight"]),
    )
