"""The demo town's campaign: that of 南政发〔2021〕56号, with its dates moved so that it runs.

The directive's first month (22 November to 22 December) clears what is visible, its second one builds and consolidates;
by the end of the year, 39 days after the begin, greens are to be up to their grade and bare land treated.
"""

from datetime import date, timedelta

from layers.rules.campaigns import Campaign, Phase, Target

DAYS_RUN = 23  # before today
_FIRST_DAYS, _SECOND_DAYS, _YEAR_END_DAYS = 31, 31, 39
_CLEARED = (
    "0101", "0102", "0103", "0104", "0105", "0106", "0107", "0113", "0115", "0116", "02", "03", "04", "05", "06",
)  # fmt: skip
_BUILT = ("0103", "0108", "0109", "0110", "0111", "0112", "0113", "0114")


def campaigns(today: date) -> tuple[Campaign, ...]:
    """The one campaign, which is in its first phase."""
    begin = today - timedelta(days=DAYS_RUN)

    def day(number: int) -> date:
        return begin + timedelta(days=number - 1)

    second = _FIRST_DAYS + 1
    return (
        Campaign(
            code="bottom",
            name_zh="城乡环境卫生“再清底子”攻坚行动",
            name_en="“Clear the bottom again” campaign",
            document="南政发〔2021〕56号（演示，日期已顺延）",
            programme="城乡环境大整治精细管理大提升行动",
            begin=begin,
            end=day(_FIRST_DAYS + _SECOND_DAYS),
            phases=(
                Phase(name_zh="清底子", name_en="Clearing", begin=begin, end=day(_FIRST_DAYS), categories=_CLEARED),
                Phase(
                    name_zh="巩固提升", name_en="Consolidating", begin=day(second),
                    end=day(_FIRST_DAYS + _SECOND_DAYS), categories=_BUILT,
                ),
            ),
            targets=(
                Target(name_zh="裸露土地治理", name_en="Bare land treated", by=day(_YEAR_END_DAYS),
                       what="parcel_area", aim=0.9),
                Target(name_zh="绿地一级养护问题办结", name_en="Greens up to grade 1", by=day(_YEAR_END_DAYS),
                       what="closed", categories=("0211", "0615"), aim=0.95),
                Target(name_zh="扬尘污染问题办结", name_en="Dust problems closed", by=day(_FIRST_DAYS),
                       what="closed", categories=("04", "0202"), aim=0.9),
            ),
        ),
    )  # fmt: skip
