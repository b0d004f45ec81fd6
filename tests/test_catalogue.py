"""The shipped table of categories."""

from datetime import datetime

import pytest

from layers.catalogue import categories
from layers.clock_data import shipped_calendar, shipped_ladders
from layers.model import CLOCKS, FACES, STAGES, Category
from layers.rules.clocks import due
from layers.rules.lifecycle import PHOTO_ROLES
from layers.values import TOWN_TIME

DIRECTIVE = (
    "四大堆", "生活垃圾", "生活污水", "残垣断壁", "弱电线路", "畜禽养殖", "河道", "村内道路", "旱厕", "污水管网",
    "村内绿化", "村容村貌", "亮化", "扬尘", "设施破损", "绿量不足", "沿线可视范围", "道路不洁", "平交道口", "建筑立面",
    "广告牌匾", "机动车乱停乱放", "占压人行道", "裸露土地", "空闲土地", "裸露树池", "建设工地", "企业物料", "矿山",
    "生态修复", "移动污染源", "洒水喷雾", "裸土未覆盖", "湿法作业", "渣运", "市容秩序", "公共厕所", "停车秩序",
    "门前五包", "以克论净", "占道", "卫生死角", "盲点盲区", "督查反馈", "破坏环境行为",
)  # fmt: skip
ORDER = ("confirm", "file", "assign", "handle", "check")


@pytest.fixture(scope="module")
def table() -> tuple[Category, ...]:
    return categories()


@pytest.fixture(scope="module")
def minors(table) -> list[Category]:
    return [category for category in table if category.parent]


def handling(table, code) -> list[tuple[float, str]]:
    category = next(c for c in table if c.code == code)
    return [(stage.limit, stage.clock) for stage in category.stages if stage.name == "handle"]


# ---------------------------------------------------------------- codes and names


def test_codes_are_unique_and_in_order(table):
    codes = [category.code for category in table]
    assert codes == sorted(set(codes))


def test_a_minor_code_is_its_major_code_and_two_digits(table, minors):
    majors = {category.code for category in table if not category.parent}
    assert all(len(code) == 2 and code.isdigit() for code in majors)
    assert all(c.code[:2] == c.parent in majors and len(c.code) == 4 and c.code.isdigit() for c in minors)


def test_every_major_category_has_minor_ones(table):
    assert {c.code for c in table if not c.parent} == {c.parent for c in table if c.parent}


@pytest.mark.parametrize("term", DIRECTIVE)
def test_the_words_of_the_directive_are_there(minors, term):
    assert any(term in category.name_zh for category in minors)


def test_names_are_given_in_both_languages_and_differ(table):
    assert all(c.name_zh and c.name_en and c.name_en.isascii() for c in table)
    assert len({c.name_zh for c in table}) == len({c.name_en for c in table}) == len(table)


def test_geometry_types_are_some_of_the_three(table):
    for category in table:
        assert category.geometry_types
        assert set(category.geometry_types) <= {"Point", "LineString", "Polygon"}


def test_codes_of_the_standard_are_well_formed_and_used_once(minors):
    codes = [c.standard_code for c in minors if c.standard_code]
    assert len(codes) == len(set(codes)) >= 12
    assert all(len(code) == 4 and code.isdigit() and code[:2] in {"01", "02", "03", "04"} for code in codes)


# ---------------------------------------------------------------- conditions and proof


@pytest.mark.parametrize("side", ["open", "close"])
def test_every_minor_category_has_its_conditions_in_both_languages(minors, side):
    for category in minors:
        zh, en = getattr(category, f"{side}_when_zh"), getattr(category, f"{side}_when_en")
        assert zh.endswith("。") and en.endswith("."), category.code
    assert len({getattr(c, f"{side}_when_zh") for c in minors}) == len(minors)


def test_no_two_categories_open_on_the_same_condition_in_english(minors):
    assert len({c.open_when_en for c in minors}) == len(minors)


def test_photos_have_known_roles_and_every_closure_is_proven(minors):
    for category in minors:
        assert set(category.open_photos) | set(category.close_photos) <= set(PHOTO_ROLES)
        assert "after" in category.close_photos


def test_treated_land_is_proven_by_before_and_after(minors):
    land = [c for c in minors if c.parent == "03"]
    assert all(c.close_photos == ("before", "after") for c in land)
    assert "95 %" in next(c.close_when_zh for c in land if c.code == "0301")


# ---------------------------------------------------------------- limits


def test_every_category_has_all_stages_in_order(table):
    for category in table:
        names = [stage.name for stage in category.stages]
        assert set(names) == set(STAGES)
        assert names == sorted(names, key=ORDER.index)


def test_clocks_are_known_and_limits_positive(table):
    for category in table:
        for stage in (category.case_limit, *category.stages):
            assert stage.clock in CLOCKS
            assert stage.limit > 0
        assert category.case_limit.name == "case"


def test_only_milestones_are_told_apart_by_labels(table):
    for category in table:
        for name in STAGES:
            labels = [stage.label for stage in category.stages if stage.name == name]
            assert labels == [""] or (len(set(labels)) == len(labels) and all(labels)), category.code


PUBLISHED = {
    "0102": [(1, "working_days")],
    "0201": [(5, "working_hours")],
    "0101": [(2, "working_days")],
    "0609": [(4, "working_days")],
    "0211": [(5, "working_days")],
    "0107": [(15, "working_days")],
    "0608": [(4, "working_hours"), (7, "working_days"), (20, "working_days")],
}


@pytest.mark.parametrize(("code", "limits"), PUBLISHED.items())
def test_limits_that_cities_have_published(table, code, limits):
    assert handling(table, code) == limits


# A Monday morning, a Wednesday noon, a Friday evening, a Saturday; the eve of the National Day; a make-up Saturday.
STARTS = ("11-22T08:30", "11-24T12:30", "11-26T17:20", "11-27T10:00", "09-30T16:00", "10-09T09:00")


@pytest.mark.parametrize("start", STARTS)
def test_a_case_may_take_as_long_as_its_stages_one_after_another(table, start):
    calendar = shipped_calendar()
    began = datetime.fromisoformat(f"2021-{start}:00").replace(tzinfo=TOWN_TIME)
    for category in table:
        at = began
        for name in STAGES:
            limits = [stage for stage in category.stages if stage.name == name]
            at = max(due(at, stage.limit, clock=stage.clock, calendar=calendar) for stage in limits)
        limit = category.case_limit
        assert due(began, limit.limit, clock=limit.clock, calendar=calendar) >= at, category.code


def test_weights_are_positive(table):
    assert all(category.weight > 0 for category in table)


# ---------------------------------------------------------------- after the closing


def test_look_backs_fall_into_the_hold_period(minors):
    for category in minors:
        days = category.look_back_days
        assert days == tuple(sorted(set(days)))
        assert 0 < days[0] <= days[-1] <= category.hold_days


def test_a_rebound_is_looked_for_as_long_as_the_hold_period(minors):
    assert all(c.rebound_days == c.hold_days and 0 < c.rebound_radius_m <= 100 for c in minors)


def test_ladders_and_faces_are_known(table):
    assert {c.ladder for c in table} <= set(shipped_ladders())
    assert {c.face for c in table} == set(FACES)
