"""What a campaign may be: every refusal names the campaign, the part and the field."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadInput
from layers.rules.campaign_rows import campaigns_of, plain_row
from layers.rules.campaigns import baseline_begin, running

CLEAR = {
    "code": "bottom-2021", "name_zh": "“再清底子”攻坚行动", "name_en": "Clear the bottom again",
    "document": "南政发〔2021〕56号", "programme": "城乡环境大整治", "begin": "2021-11-22", "end": "2022-01-22",
    "phases": [
        {"name_zh": "清底子", "begin": "2021-11-22", "end": "2021-12-22", "categories": ["01", "0201"]},
        {"name_zh": "巩固提升", "begin": "2021-12-23", "end": "2022-01-22", "categories": ["0108", "0201"]},
    ],
    "targets": [{"name_zh": "裸土治理", "by": "2021-12-31", "what": "parcel_area", "aim": 0.9}],
}  # fmt: skip
CATEGORIES = ("01", "0108", "02", "0201")


def changed(path, value):
    """The campaign with one field changed: `phases.1.end`."""

    def copy(part, keys):
        key, *rest = keys
        old = part[int(key)] if isinstance(part, list) else part.get(key)
        new = copy(old, rest) if rest else value
        return (
            [new if i == int(key) else one for i, one in enumerate(part)]
            if isinstance(part, list)
            else part | {key: new}
        )

    return copy(CLEAR, path.split("."))


def test_the_directives_campaign_is_read_and_written_as_it_was():
    (one,) = campaigns_of([CLEAR], CATEGORIES)
    assert (one.days, one.categories) == (62, ("01", "0201", "0108"))
    assert campaigns_of([plain_row(one)], CATEGORIES) == (one,)
    assert [one.phase_at(date(2021, 12, day)) for day in (22, 23)] == [0, 1]


def test_a_phase_without_categories_takes_every_problem():
    assert campaigns_of([changed("phases.0.categories", [])], CATEGORIES)[0].categories == ()
    assert campaigns_of([CLEAR | {"phases": []}])[0].categories == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "no blanks"), ("code", ""), ("name_zh", " "), ("begin", "22.11.2021"), ("end", "2021-11-21"),
        ("end", "2031-11-21"), ("begin", "0001-01-01"), ("document", "x" * 121), ("document", 56), ("phases", {}),
        ("phases.1.begin", "2021-12-22"), ("phases.0.begin", "2021-11-21"), ("phases.1.end", "2022-01-23"),
        ("phases.0.end", "2021-11-01"), ("phases.0.categories", ["99"]), ("phases.0.categories", "01"),
        ("phases.1.name_zh", ""), ("targets.0.by", "2021-11-21"), ("targets.0.aim", 0), ("targets.0.aim", 90),
        ("targets.0.aim", True), ("targets.0.what", "area"), ("targets.0.categories", ["01"]),
        ("baseline_of", "bottom-2020"), ("baseline_of", "bottom-2021"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_campaign_part_and_field(field, value):
    with pytest.raises(BadInput) as refused:
        campaigns_of([changed(field, value)], CATEGORIES)
    assert refused.value.field == f"campaigns.0.{field}"
    said = str(refused.value.message)
    part, *rest = field.split(".")
    named = {"phases": ("清底子", "巩固提升"), "targets": ("裸土治理",)}.get(part, ())
    assert field in ("name_zh",) or CLEAR["name_zh"] in said
    assert not rest or field == "phases.1.name_zh" or named[int(rest[0])] in said


@pytest.mark.parametrize("rows", [None, {}, [3], [CLEAR] * 51, [CLEAR | {"phases": [3]}]])
def test_what_is_no_list_of_campaigns_is_refused(rows):
    with pytest.raises(BadInput):
        campaigns_of(rows)


def test_two_campaigns_have_two_codes():
    with pytest.raises(BadInput) as refused:
        campaigns_of([CLEAR, CLEAR])
    assert refused.value.field == "campaigns.1.code"


def test_a_baseline_is_carried_over_from_campaign_to_campaign():
    rows = [CLEAR]
    for year, older in ((2022, "bottom-2021"), (2023, "bottom-2022")):
        rows.append({"code": f"bottom-{year}", "name_zh": "第二轮", "begin": f"{year}-11-01", "end": f"{year}-12-01",
                     "baseline_of": older})  # fmt: skip
    made = campaigns_of(rows)
    assert baseline_begin(made[2], made) == date(2021, 11, 22)
    assert baseline_begin(made[0], made) == date(2021, 11, 22)
    assert running(made, date(2022, 11, 1)) == [made[1]]
    assert running(made, date(2022, 12, 2)) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2021-12-01"),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=3), some, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from([*CLEAR, *(f"phases.0.{name}" for name in CLEAR["phases"][0]), "targets.0.aim", "targets.0.what"]),
    VALUES,
)
def test_anything_else_is_refused_in_words_or_taken(field, value):
    try:
        made = campaigns_of([changed(field, value)], CATEGORIES)
    except BadInput:
        return
    assert campaigns_of([plain_row(one) for one in made], CATEGORIES) == made
