"""The shipped table of categories."""

import pytest

from layers.catalogue import categories
from layers.model import Category

DIRECTIVE = (
    "四大堆", "生活垃圾", "生活污水", "残垣断壁", "弱电线路", "畜禽养殖", "河道", "旱厕",
    "亮化", "扬尘", "设施破损", "绿量不足", "沿线可视范围", "平交道口", "建筑立面", "广告牌匾",
    "机动车乱停乱放", "占压人行道", "裸露土地", "空闲土地", "建设工地", "矿山", "洒水喷雾", "裸土未覆盖",
    "湿法作业", "渣运", "公共厕所", "停车秩序", "门前五包", "以克论净", "卫生死角", "盲点盲区",
    "督查反馈",
)  # fmt: skip


@pytest.fixture(scope="module")
def table() -> tuple[Category, ...]:
    return categories()


def test_codes_are_unique(table):
    assert len({category.code for category in table}) == len(table)


def test_a_minor_code_is_its_major_code_and_two_digits(table):
    majors = {category.code for category in table if not category.parent}
    minors = [category for category in table if category.parent]
    assert all(len(code) == 2 and code.isdigit() for code in majors)
    assert all(c.code[:2] == c.parent in majors and len(c.code) == 4 and c.code.isdigit() for c in minors)


def test_every_major_category_has_minor_ones(table):
    assert {c.code for c in table if not c.parent} == {c.parent for c in table if c.parent}


@pytest.mark.parametrize("term", DIRECTIVE)
def test_the_words_of_the_directive_are_there(table, term):
    assert any(term in category.name_zh for category in table)


def test_names_are_given_in_both_languages_and_differ(table):
    assert all(c.name_zh and c.name_en and c.name_en.isascii() for c in table)
    assert len({c.name_zh for c in table}) == len({c.name_en for c in table}) == len(table)


def test_geometry_types_are_some_of_the_three(table):
    for category in table:
        assert category.geometry_types
        assert set(category.geometry_types) <= {"Point", "LineString", "Polygon"}


@pytest.mark.parametrize(("code", "days"), [("0102", 1), ("0609", 4), ("0211", 5), ("0107", 15), ("0608", 20)])
def test_limits_that_cities_have_published(table, code, days):
    assert next(c.limit_days for c in table if c.code == code) == days


def test_limits_and_weights_are_positive(table):
    assert all(c.limit_days >= 1 and c.weight > 0 for c in table)
