"""The problem categories that ship with the service, as data (data/categories.csv).

Two levels: 大类 (two digits) and 小类 (four digits, the first two those of its 大类). The groups and their members are
those of the directive; a code, once given, keeps its meaning. Every town edits its own copy.

What the directive names but is a mark of a problem and no kind of problem has no category: 反弹 is `rebound_of` and
`rebound_kind`, 督查反馈 is `source_level` with `recheck_level` and `score_effect` (0703 only takes findings that fit
no other class), 举一反三 is a new problem of the same category, 曝光 a remark or measure of the case, 脏乱丑 is `face`.

Limits follow the practice of the cities whose tables are public (rubbish one working day, dirty roads five working
hours, soil heaps two working days, rubble four, green strips five, watercourses fifteen, unauthorised building in
three milestones of four hours, seven and twenty days), sensible elsewhere. The whole case has at least as long as its
stages one after another.

`standard_code` is the class of an event in GB/T 30428.2-2013, two digits each for 大类 and 小类 (01 市容环境, 02 宣传
广告, 03 施工管理, 04 街面秩序). The text of the standard was not at hand. The codes are those of two public systems:
an event table of a city platform (01-01, 01-07, 01-10 … 01-12, 01-36, 02-01, 02-03, 03-11, 04-01, 04-05, 04-06, 04-09,
04-10), and one of GB/T 47678.5-2026, which by its own word replaces the standard from 2026-07-01 and has the same 小类
under a 大类 five higher (06010 for 0110): the two agree on all seven classes that both name. 0117 has the second
source alone. Older systems (the industry standard before 2013) count otherwise (暴露垃圾 0102). A category without a
code is an extension class (扩展).

A stage is written “name limit clock label”, the label being optional; stages are separated by semicolons.
"""

from csv import DictReader
from importlib.resources import files
from io import StringIO

from layers.model import Category, Stage


def categories() -> tuple[Category, ...]:
    """Every category, each 大类 before its 小类, in the order of the codes.

    >>> first, second = categories()[:2]
    >>> first.code, first.name_zh, second.code, second.parent, second.case_limit
    ('01', '农村人居环境', '0101', '01', Stage(name='case', clock='working_days', limit=6.0, label=''))
    """
    text = files("layers").joinpath("data/categories.csv").read_text(encoding="utf-8")
    return tuple(_category(row) for row in DictReader(StringIO(text)))


def stage(name: str, text: str) -> Stage:
    """A stage from “limit clock label”.

    >>> stage("handle", "4 working_hours Work stopped")
    Stage(name='handle', clock='working_hours', limit=4.0, label='Work stopped')
    """
    limit, clock, *label = text.split()
    return Stage(name, clock, float(limit), " ".join(label))


_LISTS = ("geometry_types", "co_departments", "open_photos", "close_photos")
_NUMBERS = ("weight", "rebound_radius_m", "rebound_days")


def _category(row: dict[str, str]) -> Category:
    values: dict[str, object] = dict(row)
    values |= {name: tuple(row[name].split()) for name in _LISTS}
    values |= {name: float(row[name]) for name in _NUMBERS}
    values |= {
        "hold_days": int(row["hold_days"]),
        "look_back_days": tuple(int(day) for day in row["look_back_days"].split()),
        "case_limit": stage("case", row["case_limit"]),
        "stages": tuple(stage(*part.strip().split(" ", 1)) for part in row["stages"].split(";")),
        "public": row["public"] == "yes",
    }
    return Category(**values)  # type: ignore[arg-type]
