"""Daily reports and the bulletin: pure rules first, then people and villages on both stores, then the words."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geo_service import report_texts
from geo_service.problem_answers import names_of
from geo_service.report_texts import Writer
from geo_service.settings import Settings
from geo_service.words import words_of
from geo_service.workers import daily
from layers import channels, digests, moves, problems
from layers.campaigns import put_campaigns
from layers.channels import Subscription
from layers.errors import NotFound
from layers.model import Category, Feature, Person, Responsibility, Stage
from layers.moves import MoveWish
from layers.rules import bulletin as bulletins
from layers.rules.bulletin import Figure
from layers.rules.digest import SECTION_TITLES, SECTIONS, Case, Span, digest
from layers.schema import PROBLEM_STATES
from layers.store import Store
from layers.values import TOWN_TIME

DAY = date(2021, 12, 3)
NOW = datetime(2021, 12, 3, 18, 0, tzinfo=TOWN_TIME)
HOUR, DAYS = timedelta(hours=1), timedelta(days=1)
TODAY = Span.of(DAY, now=NOW)


def case(id_: int = 1, state: str = "assigned", **said: Any) -> Case:
    values = {"found_at": NOW - 3 * DAYS, "due_at": NOW + 9 * DAYS, **said}
    return Case(id=id_, code=f"P{id_}", category="0102", state=state, **values)


def sections(one: Case, span: Span = TODAY) -> set[str]:
    return {name for name, holds in SECTIONS.items() if holds(one, span)}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (case(), {"open"}),
        (case(found_at=NOW - HOUR), {"open", "new"}),
        (case(due_at=NOW - HOUR), {"open", "overdue"}),
        (case(due_at=NOW + HOUR), {"open", "due_today"}),
        (case(due_at=NOW + 6 * HOUR), {"open", "due_tomorrow"}),  # midnight belongs to the day that begins
        (case(due_at=NOW + 30 * HOUR), {"open"}),
        (case(due_at=None), {"open"}),
        (case(state="returned"), {"open", "returned"}),
        (case(state="fixed"), {"open", "to_check"}),
        (case(state="closed", closed_at=NOW - HOUR), {"closed"}),
        (case(state="closed", closed_at=NOW - 2 * DAYS), set()),
        (case(state="void", found_at=NOW - HOUR), set()),
        (case(found_at=NOW - HOUR, rebound_kind="rebound"), {"open", "new", "rebounds"}),
        (case(rebound_kind="rebound"), {"open"}),
        (case(found_at=NOW + HOUR), set()),
    ],
)
def test_each_case_stands_in_its_sections(one: Case, expected: set[str]) -> None:
    assert sections(one) == expected


def test_a_day_that_is_past_is_told_as_it_was_at_its_end() -> None:
    yesterday = Span.of(DAY - DAYS, now=NOW)
    assert yesterday.at == yesterday.end == TODAY.start
    closed_today = case(state="closed", closed_at=NOW - HOUR, due_at=NOW - 2 * DAYS)
    assert sections(closed_today, yesterday) == {"open", "overdue"}
    assert sections(case(found_at=NOW - HOUR), yesterday) == set()


cases_of_any_kind = st.builds(
    case,
    st.integers(1, 99),
    st.sampled_from(PROBLEM_STATES),
    found_at=st.integers(-200, 20).map(lambda hours: NOW + hours * HOUR),
    due_at=st.none() | st.integers(-200, 200).map(lambda hours: NOW + hours * HOUR),
    closed_at=st.none() | st.integers(-100, 0).map(lambda hours: NOW + hours * HOUR),
)


@given(st.lists(cases_of_any_kind, max_size=20))
def test_what_is_late_or_due_is_open_and_nothing_is_both_late_and_due(found: list[Case]) -> None:
    made = digest(found, TODAY).sections
    ids = {name: Counter(id(one) for one in cases) for name, cases in made.items()}
    for part in ("overdue", "returned", "due_today", "due_tomorrow", "to_check"):
        assert ids[part] <= ids["open"]
    assert not ids["overdue"] & ids["due_today"] and not ids["due_today"] & ids["due_tomorrow"]
    dues = [one.due_at for one in made["open"] if one.due_at]
    assert dues == sorted(dues)


def test_look_backs_are_told_until_the_day_after() -> None:
    due = [(TODAY.end + 23 * HOUR, case(1)), (TODAY.end + DAYS, case(2)), (NOW - DAYS, case(3))]
    assert [one.id for _, one in digest([], TODAY, look_backs=due).look_backs] == [3, 1]


def test_every_section_has_a_title() -> None:
    assert set(digest([], TODAY).counts) == set(SECTION_TITLES) == {*SECTIONS, "look_backs"}
    assert digest([], TODAY).is_empty


def test_the_bulletin_compares_with_the_period_before() -> None:
    found = [
        case(1, found_at=NOW - HOUR), case(2, found_at=NOW - 2 * HOUR, due_at=NOW - HOUR),
        case(3, found_at=NOW - DAYS), case(4, state="closed", closed_at=NOW - HOUR),
        case(5, state="closed", closed_at=NOW - HOUR, due_at=NOW - DAYS),
        case(6, state="closed", closed_at=NOW - DAYS), case(7, state="void", found_at=NOW - HOUR),
    ]  # fmt: skip
    villages = {"V1": "东村", "V2": "西村", "V3": "南村"}
    where = {1: "V1", 2: "V1", 3: "V2", 4: "V2", 5: "V3"}
    made = bulletins.bulletin(found, TODAY, villages=villages, village_of=where, returned=Figure(0, 2))
    values = {name: (figure.value, figure.previous) for name, figure in made.figures.items()}
    assert values == {
        "reported": (2, 1), "closed": (2, 1), "closed_on_time": (1, 1), "open": (3, 3), "overdue": (1, 1),
        "rebounds": (0, 0), "returned": (0, 2),
    }  # fmt: skip
    assert [(line.code, line.open, line.overdue) for line in made.villages] == [("V1", 2, 1), ("V2", 1, 0)]
    assert [line.code for line in made.praised] == ["V3", "V2"]
    assert made.categories == [("0102", Figure(2, 1))]
    assert [one.id for one in made.overdue] == [2]


# ---------------------------------------------------------------- with a store

RUBBISH = Category(code="0102", parent="01", name_zh="暴露垃圾", name_en="Rubbish", ladder="none", look_back_days=(1,),
                   case_limit=Stage("case", "natural_days", 1))  # fmt: skip


@pytest.fixture
def town(store: Store) -> Store:
    """Two villages, a grid in each, with their people; a dispatcher."""
    area = [
        ("V1", "village", None, box(118, 36, 118.02, 36.02)), ("V2", "village", None, box(118.02, 36, 118.04, 36.02)),
        ("G1", "grid", "V1", box(118, 36, 118.02, 36.02)), ("G2", "grid", "V2", box(118.02, 36, 118.04, 36.02)),
    ]  # fmt: skip
    heads = {"V1": ("HEAD1", "village_head"), "V2": ("HEAD2", "village_head"),
             "G1": ("GRID1", "grid_worker"), "G2": ("GRID2", "grid_worker")}  # fmt: skip
    with store.writing() as session:
        session.town.put_categories([RUBBISH])
        session.features.insert_many("areas", [
            Feature(code=code, geometry=shape, values={"name": code, "level": level, "parent": parent})
            for code, level, parent, shape in area
        ], now=NOW)  # fmt: skip
        session.duties.put_people([
            *(Person(code=code, name=f"{code}之名") for code, _ in heads.values()),
            Person(code="DISPATCH", name="值班员", roles=("dispatcher",)), Person(code="IDLE", name="闲人"),
            Person(code="CHECK", name="督查员", roles=("inspector",)),
        ])  # fmt: skip
        session.duties.put_responsibilities([
            Responsibility(layer="areas", place=code, person=person, role=role, valid_from=date(2021, 1, 1))
            for code, (person, role) in heads.items()
        ])  # fmt: skip
    return store


def reported(store: Store, at: datetime, east: float = 118.01) -> int:
    return problems.report(store, problems.Draft(geometry=Point(east, 36.01), category="0102"), now=at).id


def closed(store: Store, id_: int, at: datetime, by: str = "") -> None:
    for to in ("assigned", "in_hand", "fixed", "closed"):
        moves.move(store, id_, MoveWish(to=to, by=by if to == "closed" else ""), now=at)


def filled(store: Store) -> None:
    """In the first village one late and one new, in the second one closed today; a look-back for who closed it."""
    reported(store, NOW - 3 * DAYS)
    reported(store, NOW - HOUR)
    closed(store, reported(store, NOW - 2 * HOUR, 118.03), NOW - HOUR, by="CHECK")


def counts(store: Store, person: str, on: date = DAY) -> dict[str, int]:
    with store.reading() as session:
        found = digests.person_day(session, person, on, now=NOW).counts
    return {name: n for name, n in found.items() if n}


def test_each_person_reads_what_is_theirs(town: Store) -> None:
    filled(town)
    mine = {"overdue": 1, "new": 1, "open": 2}
    assert counts(town, "GRID1") == {**mine, "due_tomorrow": 1}
    assert counts(town, "HEAD1") == counts(town, "GRID1")
    assert counts(town, "HEAD2") == {"new": 1, "closed": 1}
    whole = counts(town, "DISPATCH")
    assert (whole["new"], whole["open"], whole["closed"], whole["overdue"]) == (2, 2, 1, 1)
    assert counts(town, "IDLE") == {}
    assert counts(town, "GRID1", DAY - DAYS) == {"overdue": 1, "open": 1}
    with town.reading() as session:
        assert set(digests.everybodys(session, DAY, now=NOW)) == {
            "GRID1", "GRID2", "HEAD1", "HEAD2", "DISPATCH", "CHECK"
        }  # fmt: skip
        with pytest.raises(NotFound):
            digests.person_day(session, "NOBODY", DAY, now=NOW)


def test_a_look_back_is_told_to_whom_it_falls(town: Store) -> None:
    filled(town)
    assert counts(town, "CHECK", DAY)["look_backs"] == 1
    assert "look_backs" not in counts(town, "GRID2", DAY)


def test_the_town_as_a_whole(town: Store) -> None:
    filled(town)
    with town.reading() as session:
        made = digests.bulletin(session, DAY, days=1, now=NOW)
    assert (made.figures["reported"].value, made.figures["open"].value) == (2, 2)
    assert [(line.code, line.open, line.overdue) for line in made.villages] == [("V1", 2, 1)]
    assert [line.code for line in made.praised] == ["V2"]
    with town.reading() as session:
        week = digests.bulletin(session, DAY, days=7, now=NOW)
    assert week.figures["reported"].value == 3


def test_returns_are_counted_from_the_events(town: Store) -> None:
    id_ = reported(town, NOW - 4 * HOUR)
    for to in ("assigned", "in_hand", "fixed", "returned", "in_hand", "fixed", "returned"):
        moves.move(town, id_, MoveWish(to=to, given={"note": "未清"}), now=NOW - 3 * HOUR)
    with town.reading() as session:
        assert digests.bulletin(session, DAY, days=1, now=NOW).figures["returned"] == Figure(2, 0)


def settings(**more: Any) -> Settings:
    return Settings(base_url="http://map.town.example", **more)


def test_the_reports_go_out_once_a_day_after_their_hour(town: Store) -> None:
    filled(town)
    mine = channels.subscribe(
        town, Subscription(channel="mail", target="g@town.example", person="GRID1", kinds=("digest",)), now=NOW
    )
    assert daily.report_daily(town, settings(digest_hour=19), NOW) == 0
    assert daily.report_daily(town, settings(digest_hour=-1), NOW) == 0
    assert daily.report_daily(town, settings(digest_hour=18), NOW) == 6
    assert daily.report_daily(town, settings(digest_hour=18), NOW + HOUR) == 0
    with town.reading() as session:
        (notice,) = session.notices.of("GRID1", kinds=["digest"])
        (delivery,) = session.deliveries.of(mine.id, 9)
    assert notice.facts == {"day": "2021-12-03", "new": 1, "open": 2, "overdue": 1, "due_tomorrow": 1}
    assert delivery.payload is not None and delivery.payload["text"].startswith("【")
    assert "GRID1之名" in delivery.payload["subject"]
    reported(town, NOW + 20 * HOUR)
    assert daily.report_daily(town, settings(), NOW + DAYS) > 0


def test_two_processes_send_them_once(town: Store) -> None:
    filled(town)
    made, letters = daily.reports(town, settings(), DAY, NOW)
    assert digests.send_out(town, made, letters, on=DAY, now=NOW) == len(made)
    assert digests.send_out(town, made, letters, on=DAY, now=NOW) == 0


@pytest.mark.parametrize(
    ("language", "marks"),
    [
        (
            "zh",
            ["12月3日 周五", "GRID1之名", "逾期 2 天", "http://map.town.example/bulletin?person=GRID1&on=2021-12-03"],
        ),
        ("en", ["12-03 Fri", "2 days late"]),
    ],
)
def test_the_text_to_paste(town: Store, language: str, marks: list[str]) -> None:
    filled(town)
    with town.reading() as session:
        writer = Writer(names_of(session, words_of(language)), "示范街道", "http://map.town.example")
        text = report_texts.digest(digests.person_day(session, "GRID1", DAY, now=NOW), "GRID1", writer).text
        late = session.features.get("problems", 1).code
    assert text.startswith("【示范街道")
    assert [mark for mark in [*marks, late] if mark not in text] == []
    assert max(map(len, text.splitlines())) < 80


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bulletin_in_words(town: Store, language: str) -> None:
    filled(town)
    with town.reading() as session:
        writer = Writer(names_of(session, words_of(language)), "示范街道")
        text = report_texts.bulletin(digests.bulletin(session, DAY, days=1, now=NOW), writer)
    title, period, _, *lines = text.splitlines()
    assert title.startswith("【示范街道") and "18:00" in period
    assert any("V1" in line for line in lines) and any("V2" in line for line in lines)
    assert "{" not in text and "http" not in text


@pytest.mark.parametrize(("language", "said"), [("zh", "攻坚第 3 天，还剩 7 天"), ("en", "Drive: day 3, 7 days left")])
def test_the_bulletin_says_which_day_of_the_campaign_it_is(town: Store, language: str, said: str) -> None:
    begin, end = DAY - 2 * DAYS, DAY + 7 * DAYS
    over = {"code": "over", "name_zh": "旧", "begin": f"{begin - DAYS}", "end": f"{DAY - DAYS}"}
    runs = {"code": "runs", "name_zh": "攻坚", "name_en": "Drive", "begin": f"{begin}", "end": f"{end}"}
    put_campaigns(town, [over, runs], now=NOW)
    with town.reading() as session:
        writer = Writer(names_of(session, words_of(language)), "")
        texts = [report_texts.bulletin(digests.bulletin(session, day, days=1, now=NOW), writer)
                 for day in (DAY, begin - 9 * DAYS)]  # fmt: skip
    assert texts[0].splitlines()[2] == said
    assert "攻坚" not in texts[1] and "Drive" not in texts[1]


def test_a_section_names_a_few_and_counts_the_rest(town: Store) -> None:
    for _ in range(report_texts.MOST_CASES + 2):
        reported(town, NOW - 3 * DAYS)
    with town.reading() as session:
        writer = Writer(names_of(session, words_of("zh")), "")
        text = report_texts.digest(digests.person_day(session, "GRID1", DAY, now=NOW), "GRID1", writer).text
    assert text.count("\n5. ") == 1 and "\n6. " not in text
    assert "另有 2" in text
